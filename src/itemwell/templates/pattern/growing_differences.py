"""Continue a series whose differences are constant, grow evenly, or grow by a growing amount.

Hard by `order` (how often differences must be taken until they are constant) and by the number of
terms to keep in view. Typical errors: the last difference is repeated, its growth is taken to be
constant, the difference grows twice at once or the wrong way, a term is left out, a ten is lost.
"""

from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern import sequences
from itemwell.templates.pattern.drawing import (
    numbers_placed,
    numeric,
    until_sound,
)

STEPS = {1: range(3, 13), 2: range(1, 10), 3: range(1, 7)}


def ticks(ladder: list[int], count: int) -> list[list[int]]:
    """`count` rows of a term, its step to the next, the step's growth and the growth's growth.

    >>> ticks([1, 2, 1, 0], 3)
    [[1, 2, 1, 0], [3, 3, 1, 0], [6, 4, 1, 0]]
    """
    rows = [ladder]
    while len(rows) < count:
        row = rows[-1]
        rows.append([a + b for a, b in zip(row, [*row[1:], 0], strict=True)])
    return rows


def slips(rows: list[list[int]]) -> dict[str, int]:
    """Where typical errors lead from the terms shown, of which the last row is the last."""
    last, step, growth, speed = rows[-1]
    last_step, last_growth = rows[-2][1:3]
    return {
        "repeats the last difference": last + last_step,
        "takes the growth of the differences to be constant": last + step - speed,
        "lets the difference grow twice at once": last + step + last_growth,
        "lets the difference change the wrong way": last + last_step - last_growth,
        "leaves out a number and gives the one after it": last + 2 * step + growth,
        "adds the first number instead of the difference": last + rows[0][0] * (not growth),
        "counts the last number itself as the first place of the step": last
        + step
        + (-1 if step > 0 else 1) * (not growth),
        "doubles the last difference": last + 2 * last_step,
    }


def explanation(rows: list[list[int]], order: int) -> str:
    """Tell the steps shown, how they grow, and the last sum."""
    last, step, growth, _ = rows[-1]
    verb, sign = ("rise", "plus") if step > 0 else ("fall", "minus")
    steps = listed(abs(row[1]) for row in rows[:-1])
    growths = listed(abs(row[2]) for row in rows[:-2])
    told = {
        1: f"{verb} by {abs(step)} each time",
        2: f"{verb} by {steps}, each step {abs(growth)} larger than the one before",
        3: f"{verb} by {steps}; these steps grow by {growths}",
    }[order]
    last_step, last_growth = (abs(number) for number in rows[-2][1:3])
    grown = f"{last_step} plus {last_growth}, which is " if order > 1 else ""
    return f"The numbers {told}. The next step is {grown}{abs(step)}, and {last} {sign} {abs(step)} is {last + step}."


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    order, sign = features["order"], rng.choice([1, 1, -1])
    ladder = [
        sign * rng.choice(STEPS[order]),
        *(sign * rng.randint(1, 4) for _ in range(order - 1)),
    ]
    fall = min(0, ticks([0, *ladder, 0, 0][:4], features["terms"] + 1)[-1][0])
    rows = ticks([rng.randint(2, 40) - fall, *ladder, 0, 0][:4], features["terms"])
    terms, key = [row[0] for row in rows], sum(rows[-1][:2])
    if sequences.continuations(terms) != {key}:
        return None
    distractors = numeric(rng, key, slips(rows), after=terms[-1])
    if distractors is None:
        return None
    return Drawn(
        stem=sequences.stem(rng, terms),
        key=Option(str(key)),
        distractors=distractors,
        explanation=explanation(rows, order),
    )


def solve(posed: Posed) -> list[int]:
    return numbers_placed(posed, sequences.continuations(sequences.read(posed.stem)))


MODEL = ItemModel(
    name="pattern.growing_differences",
    asks="Find the next number of a series from its differences, or from theirs.",
    levels={
        "easy": {"order": 1, "terms": 5},
        "medium": {"order": 2, "terms": 6},
        "hard": {"order": 3, "terms": 6},
    },
    draw=draw,
    solve=solve,
)
