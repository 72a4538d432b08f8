"""Who sits in seat 4: one seat is given and the others follow from it, one by one.

Hard because of the number of seats and of clues that name no side ("next to", "exactly one seat
between"): those fix a seat only once others are taken. Typical errors: such a clue taken for the
wrong side, left and right swapped, seats counted from the wrong end.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.logic.orders import START, Rule, orders
from itemwell.templates.logic.wording import read, read_any, sentences, unlisted
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places
from itemwell.templates.people import people

BEFORE, BEHIND, BESIDE, APART = ((-1,), (1,), (-1, 1), (-2, 2))


class Setting(NamedTuple):
    intro: str
    given: str
    question: str
    clues: Mapping[str, tuple[int, ...]]  # how far x may be past y, by the clue's template


SETTINGS = (
    Setting(
        "{names} sit in a row of seats, numbered 1 to {last} from left to right.",
        "{x} sits in seat {place}.",
        "Who sits in seat {place}?",
        {
            "{x} sits directly to the left of {y}.": BEFORE,
            "{x} sits directly to the right of {y}.": BEHIND,
            "{x} sits next to {y}.": BESIDE,
            "There is exactly one seat between {x} and {y}.": APART,
        },
    ),
    Setting(
        "{names} live on different floors of a building, from floor 1 at the bottom to floor {last} at the top.",
        "{x} lives on floor {place}.",
        "Who lives on floor {place}?",
        {
            "{x} lives directly below {y}.": BEFORE,
            "{x} lives directly above {y}.": BEHIND,
            "{x} and {y} live on neighbouring floors.": BESIDE,
            "There is exactly one floor between those of {x} and {y}.": APART,
        },
    ),
    Setting(
        "{names} stand in a queue, from place 1 at the front to place {last} at the back.",
        "{x} stands in place {place}.",
        "Who stands in place {place}?",
        {
            "{x} stands directly in front of {y}.": BEFORE,
            "{x} stands directly behind {y}.": BEHIND,
            "{x} and {y} stand next to each other.": BESIDE,
            "There is exactly one person between {x} and {y}.": APART,
        },
    ),
)


class Clue(NamedTuple):
    template: str
    steps: tuple[int, ...]
    x: str
    y: str

    def __str__(self) -> str:
        return self.template.format(x=self.x, y=self.y)


def draw(rng: Random, features: Features) -> Drawn:
    setting = rng.choice(SETTINGS)
    order = people(rng, features["seats"])
    settled, clues = chain(rng, setting, order, features["two_sided"])
    key = rng.choice([name for name in order if name not in settled[:-2]])
    told = [setting.given.format(x=settled[0], place=order.index(settled[0]) + 1), *map(str, clues)]
    rng.shuffle(told)
    intro = setting.intro.format(names=listed(sorted(order)), last=len(order))
    slips = sorted((slip(order, key, name, clues), name) for name in order if name != key)
    return Drawn(
        stem=" ".join([intro, *told, setting.question.format(place=order.index(key) + 1)]),
        key=Option(key),
        distractors=tuple(Option(name, why) for (_, why), name in slips[:4]),
        explanation=f"Starting from {settled[0]}, the clues settle in turn {listed(settled[1:])}. "
        f"The order from 1 to {len(order)} is {', '.join(order)}.",
    )


def chain(
    rng: Random, setting: Setting, order: list[str], two_sided: int
) -> tuple[list[str], list[Clue]]:
    """Who is settled after whom, and a clue for each but the first, the two-sided ones last.

    The last person of all needs no clue, being left over.
    """
    settled, clues = [rng.choice(order)], list[Clue]()
    for missing in range(len(order) - 2, 0, -1):
        sides = 2 if missing <= two_sided else 1
        clue = rng.choice([c for c in settling(setting, order, settled) if len(c.steps) == sides])
        settled.append(clue.x if clue.y in settled else clue.y)
        clues.append(clue)
    return settled, clues


def settling(setting: Setting, order: list[str], settled: list[str]) -> Iterator[Clue]:
    """Every true clue that leaves one free place for somebody who is not settled yet."""
    free = {at for at, name in enumerate(order) if name not in settled}
    for at, known, (template, steps) in product(free, settled, setting.clues.items()):
        start, name = order.index(known), order[at]
        if {start + step for step in steps} & free == {at}:
            yield Clue(template, steps, x=name, y=known)
        if {start - step for step in steps} & free == {at}:
            yield Clue(template, steps, x=known, y=name)


def slip(order: list[str], key: str, other: str, clues: list[Clue]) -> tuple[int, str]:
    """Why somebody would answer with the other name, after how likely that is."""
    if order.index(key) + order.index(other) == len(order) - 1:
        return 0, "counts the places from the wrong end"
    if any({clue.x, clue.y} == {key, other} for clue in clues):
        return 1, f"takes the clue about {key} and {other} for the wrong side"
    if abs(order.index(key) - order.index(other)) == 1:
        return 2, "ends up one place too far along"
    return 3, "fixes somebody's place before the other clues settle it"


def solve(posed: Posed) -> list[int]:
    intro, *rest = sentences(posed.stem)
    *told, question = rest or [""]
    found = {name for setting in SETTINGS for name in meant(setting, intro, told, question)}
    return right_places(posed, lambda text: {text} == found)


def meant(setting: Setting, intro: str, told: list[str], question: str) -> set[str]:
    """All who may be meant by the question; nobody if it or a clue isn't worded for this setting."""
    given, asked = read(setting.intro, intro), read(setting.question, question)
    rules = [found for sentence in told if (found := rule(setting, sentence))]
    if given is None or asked is None or len(rules) < len(told):
        return set()
    names = unlisted(given["names"])
    if not {name for rule in rules for name in (rule.x, rule.y)} <= {START, *names}:
        return set()
    wanted = asked["place"]
    return {name for order in orders(names, rules) for name in names if str(order[name]) == wanted}


def rule(setting: Setting, sentence: str) -> Rule | None:
    outright = read(setting.given, sentence)
    if outright:
        return Rule(outright["x"], START, [n for n in range(1, 7) if str(n) == outright["place"]])
    found = read_any(setting.clues, sentence)
    return Rule(found[1]["x"], found[1]["y"], setting.clues[found[0]]) if found else None


MODEL = ItemModel(
    name="logic.seating",
    asks="Place people in a row from clues about who is where beside whom.",
    levels={
        "easy": {"seats": 4, "two_sided": 0},
        "medium": {"seats": 5, "two_sided": 1},
        "hard": {"seats": 6, "two_sided": 3},
    },
    draw=draw,
    solve=solve,
)
