"""Change a group of letters in the way in which another group was changed.

Hard by the number of `letters`, by `operations` (a new order; a new order and a step through the
alphabet), and by whether the step `grows` from letter to letter. Typical errors: the order is kept or
is another familiar one; the letters are not moved, or backwards, or all by the first step. No group
holds a vowel, so that none spells a word.
"""

import re
from collections.abc import Callable, Sequence
from itertools import product
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern.alphabet import CONSONANTS, LETTERS, places, spelt
from itemwell.templates.pattern.drawing import Slip, crossed, texts_placed, until_sound

STEMS = (
    "{} is to {} as {} is to which group of letters?",
    "{} changes to {}. What does {} change to by the same rule?",
    "A rule turns {} into {}. What does the same rule turn {} into?",
)
ORDERS: dict[str, Callable[[int], Sequence[int]]] = {
    "in reverse": lambda n: range(n)[::-1],
    "with the last letter put first": lambda n: [n - 1, *range(n - 1)],
    "with the first letter put last": lambda n: [*range(1, n), 0],
    "with the first two letters swapped": lambda n: [1, 0, *range(2, n)],
    "with the last two letters swapped": lambda n: [*range(n - 2), n - 1, n - 2],
    "in its old order": range,
}
STEPS = tuple(product(range(-4, 5), (-1, 0, 1)))
"""The step of the first letter of a group, and by how much more each next letter moves."""


def changed(group: Sequence[int], order: str, steps: Sequence[int]) -> list[int]:
    """Put `group` in an order, and then move each letter by its step."""
    places_before = ORDERS[order](len(group))
    return [group[place] + step for place, step in zip(places_before, steps, strict=True)]


def pair(rng: Random, order: str, steps: Sequence[int]) -> tuple[list[int], list[int]]:
    """Draw a group of consonants that become consonants whichever way the steps are taken."""
    pools = [
        [letter for letter in CONSONANTS if {letter + step, letter - step} <= CONSONANTS]
        for step in steps
    ]
    ordered = [rng.choice(pool) for pool in pools]
    before = dict(zip(ORDERS[order](len(steps)), ordered, strict=True))
    group = [before[place] for place in range(len(steps))]
    return group, changed(group, order, steps)


def step_slips(steps: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    """The steps that typical errors take instead; none where no letter is moved."""
    wrong = {
        steps[:1] * len(steps): "moves every letter by the first step",
        tuple(-step for step in steps): "moves the letters the wrong way",
        (0,) * len(steps): "does not move the letters",
    }
    return {other: why for other, why in wrong.items() if other != steps and any(steps)}


def explanation(order: str, steps: Sequence[int], target: str, key: str) -> str:
    """State the rule and its use."""
    if not any(steps):
        return f"The group is written {order}, so {target} changes to {key}."
    how = listed(abs(step) for step in steps) if len(set(steps)) > 1 else f"{abs(steps[0])} each"
    way = "on" if steps[0] > 0 else "back"
    return (
        f"The group is written {order}, and then its letters move {way} in the alphabet "
        f"by {how}, so {target} changes to {key}."
    )


def draw_steps(rng: Random, features: Features) -> tuple[int, ...]:
    """Draw the step of each letter, all 0 where the order is all that changes."""
    size = rng.choice([1, 2, 3]) * (features["operations"] > 1)
    sign, growth = rng.choice([-1, 1]), features["grows"]
    return tuple(sign * (size + growth * place) for place in range(features["letters"]))


def distractors(
    rng: Random, target: list[int], order: str, steps: tuple[int, ...]
) -> tuple[Option, ...] | None:
    """Groups to which a wrong order, wrong steps or both lead.

    Only the right order is shown unmoved: many groups of the same letters would give the key away.
    """

    def show(answer: tuple[str, tuple[int, ...]]) -> str | None:
        group = changed(target, *answer)
        unmoved = any(steps) and not any(answer[1]) and answer[0] != order
        return spelt(group) if CONSONANTS.issuperset(group) and not unmoved else None

    slips = (
        [Slip(other, f"gives the group {other}") for other in ORDERS if other != order],
        [Slip(other, why) for other, why in step_slips(steps).items()],
    )
    return crossed(rng, (order, steps), slips, show)


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    order = rng.choice([name for name in ORDERS if name != "in its old order"])
    steps = draw_steps(rng, features)
    (model, image), (target, key) = pair(rng, order, steps), pair(rng, order, steps)
    if continuations(model, image, target) != {tuple(key)}:
        return None
    wrong = distractors(rng, target, order, steps)
    if wrong is None:
        return None
    return Drawn(
        stem=rng.choice(STEMS).format(spelt(model), spelt(image), spelt(target)),
        key=Option(spelt(key)),
        distractors=wrong,
        explanation=explanation(order, steps, spelt(target), spelt(key)),
    )


def continuations(
    model: Sequence[int], image: Sequence[int], target: Sequence[int]
) -> set[tuple[int, ...]]:
    """What `target` changes to by each new order with steps that changes `model` to `image`.

    Any order of the letters counts. Nothing is found where a letter comes twice, for then the new
    order cannot be told.
    """
    found = set()
    for first, growth in STEPS if len(set(model)) == len(set(target)) == len(model) else ():
        steps = [first + growth * place for place in range(len(model))]
        ordered = [letter - step for letter, step in zip(image, steps, strict=True)]
        if sorted(ordered) == sorted(model):
            taken = [target[model.index(letter)] for letter in ordered]
            found.add(tuple(map(int.__add__, taken, steps)))
    return {group for group in found if set(group) <= set(LETTERS)}


def solve(posed: Posed) -> list[int]:
    groups = [places(group) for group in re.findall(r"\b[A-Z]{3,6}\b", posed.stem)]
    if len(groups) != 3 or len({len(group) for group in groups}) != 1:
        return []
    return texts_placed(posed, {spelt(group) for group in continuations(*groups)})


MODEL = ItemModel(
    name="pattern.letter_analogy",
    asks="Change a group of letters in the way in which another group was changed.",
    levels={
        "easy": {"letters": 4, "operations": 1, "grows": 0},
        "medium": {"letters": 4, "operations": 2, "grows": 0},
        "hard": {"letters": 5, "operations": 2, "grows": 1},
    },
    draw=draw,
    solve=solve,
)
