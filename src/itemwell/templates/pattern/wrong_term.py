"""Find the one number of a series that breaks its rule.

The rule is a recurrence x[n] = p x[n-1] + r + s n with whole numbers: only one number of the series
can be changed so that all obey one such rule.

Hard by `rule` (1 constant differences, 2 growing differences, 3 multiply and add) and by the number of
terms. The false number changes two differences, so the typical errors blame a neighbour of it: the
number before the first odd step or the one after the second; others blame an end.
"""

from collections.abc import Sequence
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern.drawing import chosen, numbers_placed, until_sound
from itemwell.templates.pattern.sequences import ONE_TERM, read

STEMS = (
    "One number in the series {} breaks its rule. Which one?",
    "In the series {}, one number is wrong and all the others follow a rule. Which number is wrong?",
    "The numbers {} should follow a rule, but one of them does NOT fit. Which one is it?",
)

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


def lawful(rng: Random, rule: int, count: int) -> tuple[list[int], str]:
    """Draw a rising series and tell its rule."""
    start, step, growth = rng.randint(2, 30), rng.randint(2, 10), rng.randint(1, 4)
    if rule == 3:
        return doubled(rng, count)
    if rule == 1:
        growth, told = 0, f"each number is {step} more than the one before"
    else:
        told = f"the steps begin with {step} and grow by {growth} each time"
    return [start + step * n + growth * n * (n - 1) // 2 for n in range(count)], told


def doubled(rng: Random, count: int) -> tuple[list[int], str]:
    addend, terms = rng.choice([-2, -1, 1, 2, 3, 4, 5]), [rng.randint(3, 9)]
    while len(terms) < count:
        terms.append(2 * terms[-1] + addend)
    change = f"{'plus' if addend > 0 else 'minus'} {abs(addend)}"
    return terms, f"each number is twice the one before, {change}"


def blamed(terms: Sequence[int], place: int) -> dict[str, int]:
    """The numbers that typical errors take for the wrong one, which is at `place`."""
    near = {
        "blames the number before the first odd step": place - 1,
        "blames the number after the second odd step": place + 1,
        "keeps to a false step and blames the number where it fails again": place + 2,
        "works backwards with a false step and blames the number where it fails": place - 2,
        "takes the first step for the rule and blames the second number": 1,
        "takes the last step to be too large and blames the number before it": len(terms) - 2,
        "takes the first number to be wrong, as no step leads to it": 0,
        "takes the last number to be wrong, as nothing confirms it": len(terms) - 1,
    }
    return {why: terms[at] for why, at in near.items() if 0 <= at < len(terms)}


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    right, rule = lawful(rng, features["rule"], features["terms"])
    place = rng.randrange(len(right))
    key = right[place] + rng.choice([-4, -3, -2, -1, 1, 2, 3, 4])
    terms = [*right[:place], key, *right[place + 1 :]]
    if key < 1 or terms != sorted(set(terms)) or misfits(terms) != {key}:
        return None
    wrong = chosen(rng, key, blamed(terms, place))
    if wrong is None:
        return None
    return Drawn(
        stem=rng.choice(STEMS).format(", ".join(map(str, terms))),
        key=Option(str(key)),
        distractors=tuple(Option(str(term), why) for term, why in wrong.items()),
        explanation=(
            f"All but one of the numbers obey the rule that {rule}. "
            f"By it the {ORDINALS[place]} number is {right[place]}, not {key}."
        ),
    )


def misfits(terms: Sequence[int]) -> set[int]:
    """Each term whose change alone would make the series follow a one-term recurrence."""
    return {
        terms[place]
        for place in range(len(terms))
        for (weight,) in ONE_TERM
        if mends(terms, place, weight)
    }


def mends(terms: Sequence[int], place: int, weight: int) -> bool:
    """Whether some other number at `place` leaves remainders that change evenly throughout."""
    rest = {
        n: terms[n] - weight * terms[n - 1]
        for n in range(1, len(terms))
        if n not in (place, place + 1)
    }
    (m, first), *others = rest.items()
    n, second = others[-1]
    step, odd = divmod(second - first, n - m)
    if odd or any(other != first + step * (n - m) for n, other in others):
        return False
    before, after = (first + step * (n - m) for n in (place, place + 1))
    if place == 0:
        mended, odd = divmod(terms[1] - after, weight)
        return not odd and mended != terms[0]
    mended = weight * terms[place - 1] + before
    follower = terms[place + 1 : place + 2]
    return mended != terms[place] and follower in ([], [weight * mended + after])


def solve(posed: Posed) -> list[int]:
    terms = read(posed.stem)
    return numbers_placed(posed, misfits(terms)) if len(terms) >= 6 else []


MODEL = ItemModel(
    name="pattern.wrong_term",
    asks="Find the one number of a series that breaks its rule.",
    levels={
        "easy": {"rule": 1, "terms": 6},
        "medium": {"rule": 2, "terms": 7},
        "hard": {"rule": 3, "terms": 7},
    },
    draw=draw,
    solve=solve,
)
