"""Continue a series in which each number is the one before multiplied, with something added.

Hard by `operations`: multiply; multiply and add or subtract; multiply and add a number that grows.
Typical errors: the last difference is repeated, the addition is forgotten or done first, its sign is
turned, the number added does not grow, the multiplier is one too large.
"""

from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern import sequences
from itemwell.templates.pattern.drawing import numbers_placed, numeric, until_sound

HIGHEST = 2_500
FACTORS = {1: (2, 3, 4), 2: (2, 2, 3), 3: (2, 2, 3)}
ADDENDS = {1: (0,), 2: (-4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7), 3: (1, 2, 3, 4)}


def slips(terms: list[int], factor: int, addend: int, growth: int) -> dict[str, int]:
    """Where typical errors lead from the terms shown; `addend` is the one that leads to the key."""
    before, last = terms[-2:]
    key = factor * last + addend
    return {
        "repeats the last difference": 2 * last - before,
        "multiplies but forgets to add or subtract": factor * last,
        "adds or subtracts but forgets to multiply": last + addend,
        "adds before multiplying": factor * (last + addend),
        "subtracts what should be added, or the other way round": factor * last - addend,
        "keeps the last number added instead of letting it grow": key - growth,
        "takes the multiplier to be one larger": key + last,
        "takes the multiplier to be one smaller": key - last,
        "doubles the last difference": 3 * last - 2 * before,
        "adds the first number once more": key + terms[0],
    }


def explanation(last: int, factor: int, addend: int, growth: int) -> str:
    """State the rule and its last use."""
    times = "twice" if factor == 2 else f"{factor} times"
    change = f"{'plus' if addend > 0 else 'minus'} {abs(addend)}"
    if not addend:
        return f"Each number is {times} the one before, and {times} {last} is {factor * last}."
    rule = f"a number that grows by {growth} each time" if growth else str(abs(addend))
    verb = "added" if addend > 0 else "subtracted"
    return (
        f"Each number is {times} the one before, and then {rule} is {verb}: "
        f"{times} {last}, {change}, is {factor * last + addend}."
    )


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    operations, factor = (
        features["operations"],
        rng.choice([2, 2, 3, 4][: 5 - features["operations"]]),
    )
    addend = (rng.choice([-4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7]), rng.randint(0, 4))[operations > 2]
    addend, growth = addend * (operations > 1), rng.randint(1, 3) * (operations > 2)
    terms = [rng.randint(2, 15)]
    while len(terms) < features["terms"]:
        terms.append(factor * terms[-1] + addend)
        addend += growth
    key = factor * terms[-1] + addend
    if key > HIGHEST or terms[1] <= terms[0] or sequences.continuations(terms) != {key}:
        return None
    wrong = slips(terms, factor, addend, growth)
    distractors = numeric(rng, key, wrong, after=terms[-1])
    if distractors is None:
        return None
    return Drawn(
        stem=sequences.stem(rng, terms),
        key=Option(str(key)),
        distractors=distractors,
        explanation=explanation(terms[-1], factor, addend, growth),
    )


def solve(posed: Posed) -> list[int]:
    return numbers_placed(posed, sequences.continuations(sequences.read(posed.stem)))


MODEL = ItemModel(
    name="pattern.multiply_and_add",
    asks="Find the next number of a series in which each follows from the one before.",
    levels={
        "easy": {"operations": 1, "terms": 4},
        "medium": {"operations": 2, "terms": 5},
        "hard": {"operations": 3, "terms": 5},
    },
    draw=draw,
    solve=solve,
)
