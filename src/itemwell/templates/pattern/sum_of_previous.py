"""Continue a series in which each number is the sum of those before it, perhaps with a constant.

Hard by `previous` (how many numbers are added) and by `constants` (whether one is added or taken
away too). Typical errors: the constant is forgotten, turned or added twice, too many or too few
numbers are added, a place is skipped, the last difference is repeated, the last number doubled.
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

WORDS = {2: "two", 3: "three"}


def slips(terms: list[int], previous: int, constant: int) -> dict[str, int]:
    """Where typical errors lead from the terms shown."""
    *_, third, second, last = terms
    key = sum(terms[-previous:]) + constant
    return {
        "forgets the number that is added or taken away each time": key - constant,
        "adds what should be taken away, or the other way round": key - 2 * constant,
        "uses the constant twice": key + constant,
        "adds only the last two numbers": second + last + constant,
        "adds the last three numbers": third + second + last + constant,
        "skips the number before the last": third + last + constant,
        "doubles the last number": 2 * last,
        "repeats the last difference": 2 * last - second,
        "adds the first number to the last": last + terms[0] + constant,
        "adds the second number to the last": last + terms[1] + constant,
        "adds all the numbers shown": sum(terms),
        "takes the last difference twice": 3 * last - 2 * second,
    }


def explanation(terms: list[int], previous: int, constant: int) -> str:
    """State the rule and its last use."""
    key = sum(terms[-previous:]) + constant
    rule, use = (
        f"the sum of the {WORDS[previous]} before it",
        " plus ".join(map(str, terms[-previous:])),
    )
    if constant:
        change = f"{'plus' if constant > 0 else 'minus'} {abs(constant)}"
        rule, use = f"{rule}, {change}", f"{use}, {change},"
    first = listed(terms[:previous])
    return f"After {first}, each number is {rule}: {use} is {key}."


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    previous = features["previous"]
    constant = features["constants"] * rng.choice([-4, -3, -2, -1, 1, 2, 3, 4, 5])
    terms = [rng.randint(1, 12) for _ in range(previous)]
    while len(terms) < features["terms"]:
        terms.append(sum(terms[-previous:]) + constant)
    key = sum(terms[-previous:]) + constant
    if terms != sorted(set(terms)) or sequences.continuations(terms) != {key}:
        return None
    wrong = slips(terms, previous, constant)
    distractors = numeric(rng, key, wrong, after=terms[-1])
    if distractors is None:
        return None
    return Drawn(
        stem=sequences.stem(rng, terms),
        key=Option(str(key)),
        distractors=distractors,
        explanation=explanation(terms, previous, constant),
    )


def solve(posed: Posed) -> list[int]:
    return numbers_placed(posed, sequences.continuations(sequences.read(posed.stem)))


MODEL = ItemModel(
    name="pattern.sum_of_previous",
    asks="Find the next number of a series in which each is a sum of those before it.",
    levels={
        "easy": {"previous": 2, "constants": 0, "terms": 6},
        "medium": {"previous": 2, "constants": 1, "terms": 6},
        "hard": {"previous": 3, "constants": 1, "terms": 7},
    },
    draw=draw,
    solve=solve,
)
