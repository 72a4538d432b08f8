"""Continue a series in which two series take turns.

Hard by `first` and `second`, the kinds of the two: 1 rises evenly, 2 falls evenly or is multiplied,
3 rises by growing steps. Typical errors: the wrong one of the two is continued, its step is used, the
last difference between neighbours is repeated, the step is added to the last number shown.
"""

from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern import sequences
from itemwell.templates.pattern.drawing import (
    numbers_placed,
    numeric,
    until_sound,
)


class Strand(NamedTuple):
    """One of the two series, and its rule in words."""

    terms: list[int]
    rule: str


def rising(rng: Random, count: int) -> Strand:
    step, start = rng.randint(2, 9), rng.randint(1, 25)
    return Strand([start + step * n for n in range(count)], f"rise by {step} each time")


def falling(rng: Random, count: int) -> Strand:
    step, end = rng.randint(2, 9), rng.randint(1, 25)
    terms = [end + step * n for n in reversed(range(count))]
    return Strand(terms, f"fall by {step} each time")


def multiplied(rng: Random, count: int) -> Strand:
    start, (factor, rule) = rng.randint(1, 6), rng.choice([(2, "double"), (3, "triple")])
    return Strand([start * factor**n for n in range(count)], f"{rule} each time")


def growing(rng: Random, count: int) -> Strand:
    start, step, growth = rng.randint(1, 25), rng.randint(1, 5), rng.randint(1, 4)
    terms = [start + step * n + growth * n * (n - 1) // 2 for n in range(count)]
    return Strand(terms, f"rise by {step} at first, and by {growth} more each time")


KINDS = {1: (rising,), 2: (falling, falling, multiplied), 3: (growing,)}


def slips(mine: list[int], other: list[int]) -> dict[str, int]:
    """Where typical errors lead; both series go on for two terms that are not shown."""
    *shown, key, after = mine
    *_, before, last, following, _ = other
    return {
        "continues the wrong one of the two series": following,
        "adds the step to the last number shown": last + key - shown[-1],
        "repeats the last difference between neighbours": 2 * last - shown[-1],
        "uses the step of the other series": shown[-1] + last - before,
        "repeats the last step of this series": 2 * shown[-1] - shown[-2],
        "goes a step too far in this series": after,
        "takes a step in the wrong direction": 2 * shown[-1] - key,
        "adds the other series' step to the last number shown": 2 * last - before,
    }


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    kinds = rng.sample([features["first"], features["second"]], 2)
    half = features["terms"] // 2
    due, other = (rng.choice(KINDS[kind])(rng, half + 2) for kind in kinds)
    shown = [term for pair in zip(due.terms, other.terms, strict=False) for term in pair][
        : 2 * half
    ]
    key = due.terms[half]
    if due.rule == other.rule or sequences.continuations(shown) != {key}:
        return None
    wrong = slips(due.terms, other.terms)
    distractors = numeric(rng, key, wrong)
    if distractors is None:
        return None
    return Drawn(
        stem=sequences.stem(rng, shown),
        key=Option(str(key)),
        distractors=distractors,
        explanation=(
            f"Two series take turns. The one that is due, {listed(due.terms[:half])}, "
            f"follows a rule of its own: its numbers {due.rule}. It goes on with {key}."
        ),
    )


def solve(posed: Posed) -> list[int]:
    return numbers_placed(posed, sequences.continuations(sequences.read(posed.stem)))


MODEL = ItemModel(
    name="pattern.interleaved",
    asks="Find the next number where two series take turns.",
    levels={
        "easy": {"first": 1, "second": 1, "terms": 8},
        "medium": {"first": 1, "second": 2, "terms": 8},
        "hard": {"first": 2, "second": 3, "terms": 8},
    },
    draw=draw,
    solve=solve,
)
