"""An unknown number, told by what is done to it: a linear equation in words.

Hard by the number of `operations`, and by the number of `people` who reckon with the number: with
two of them it stands on both sides of the equation. Typical errors: undoing the steps in the order
in which they were made, making a step again instead of undoing it, multiplying only one term of a
sum, losing a sign when a term changes sides.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from random import Random

from itemwell.bank import Posed
from itemwell.templates.math.amounts import Amount, right, whole
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.math.steps import Step, constant, made, slope, some_steps, told
from itemwell.templates.model import Features, ItemModel
from itemwell.templates.people import people


def attempt(rng: Random, features: Features) -> Task | None:
    number = rng.randint(3, 20)
    if features["people"] == 1:
        return one_sided(rng, features["operations"], number)
    return two_sided(rng, number)


def one_sided(rng: Random, operations: int, number: int) -> Task | None:
    """None where a result on the way would not be positive."""
    steps = some_steps(rng, operations)
    results = [made(number, steps[:count]) for count in range(1, operations + 1)]
    if min(results) < 2 or results[-1] > 250:
        return None
    (name,), result = people(rng, 1), results[-1]
    stem = f"{name} takes a number, {told(steps)}. The result is {result}. What number did {name} take?"
    way = [Fraction(result)]
    for step in reversed(steps):
        way.append(made(way[-1], [step.undone]))
    explanation = f"Undo the steps from the last to the first: {', '.join(map(str, way))}."
    return Task(stem, number, one_sided_slips(steps, result), explanation, whole())


def one_sided_slips(steps: Sequence[Step], result: Amount) -> list[Slip]:
    undoing = [step.undone for step in reversed(steps)]
    subtracting = [Step("subtracts", s.amount) if s.verb == "divides" else s for s in undoing]
    again = [steps[-1], *undoing[1:]]
    first_again = [*undoing[:-1], steps[0]]
    return [
        Slip(made(result, undoing[::-1]), "undoes the steps in the order in which they were made"),
        Slip(made(result, again), "makes the last step again instead of undoing it"),
        Slip(made(result, undoing[:-1]), "stops before the first step is undone"),
        Slip(made(result, first_again), "makes the first step again instead of undoing it"),
        Slip(made(result, undoing[1:]), "leaves out the last step"),
        Slip(made(result, subtracting), "undoes a multiplication by a subtraction"),
        Slip(made(result, steps), "makes the steps again instead of undoing them"),
        Slip(made(result, undoing) - 1, "is one multiple short in the times table"),
    ]


def two_sided(rng: Random, number: int) -> Task | None:
    """None where the second person's last step would be nothing or too large."""
    steps = some_steps(rng, 2)
    factor = rng.choice(
        [factor for factor in range(2, 10) if Step("multiplies", factor) not in steps]
    )
    result = made(number, steps)
    rest = int(result) - factor * number
    if not 1 <= abs(rest) <= 60 or made(number, steps[:1]) < 1 or result < 2:
        return None
    other = [Step("multiplies", factor), Step("adds" if rest > 0 else "subtracts", abs(rest))]
    (name, second), told_steps = people(rng, 2), rng.sample([steps, other], 2)
    stem = (
        f"{name} takes a number, {told(told_steps[0])}. {second} takes the same number, "
        f"{told(told_steps[1])}. Both get the same result. What is the number?"
    )
    apart, each = abs(rest - constant(steps)), abs(slope(steps) - factor)
    explanation = (
        f"Apart from the number itself, the two results differ by {apart}, and each 1 of the number "
        f"makes up {each} of it: {apart} ÷ {each} = {number}."
    )
    return Task(stem, number, two_sided_slips(steps, other), explanation, whole())


def two_sided_slips(steps: Sequence[Step], other: Sequence[Step]) -> list[Slip]:
    """The errors of solving ax + b = cx + d."""
    a, b, c, d = slope(steps), constant(steps), slope(other), constant(other)
    unspread = made(0, [step for step in steps if step.verb != "multiplies"])
    apart, x = abs(d - b), Fraction(d - b, a - c)
    spread = [Slip((d - unspread) / Fraction(a - c), "multiplies only one term of the sum")]
    return [
        *spread[: unspread != b],
        Slip(abs(Fraction(d + b, a - c)), "keeps the sign of a number that changes sides"),
        Slip(Fraction(apart, a + c), "adds the multiples of the number on the two sides"),
        Slip(Fraction(abs(d + b), a + c), "loses the signs of all that changes sides"),
        Slip(a * x + b, "gives the common result instead of the number"),
        Slip(Fraction(apart, a), "sets aside the number on one side"),
        Slip(Fraction(apart, c), "sets aside the number on the other side"),
        Slip(apart - abs(a - c), "subtracts the multiple instead of dividing by it"),
        Slip(apart, "forgets to divide by the multiple"),
        Slip(x - 1, "is one multiple short in the times table"),
    ]


def solve(posed: Posed) -> list[int]:
    """Puts each option in the place of the number, and does what the sentences say."""
    result = re.search(r"The result is (\d{1,4})\.", posed.stem)
    sides = [side for sentence in posed.stem.split(". ") if (side := read(sentence))]
    if len(sides) == 1 and result:
        return right(posed, "", lambda x: reckoned(x, sides[0]) == int(result[1]))
    if len(sides) == 2 and "Both get the same result." in posed.stem:
        return right(posed, "", lambda x: reckoned(x, sides[0]) == reckoned(x, sides[1]))
    return []


def read(sentence: str) -> list[tuple[str, int]]:
    found = re.findall(r"(multiplies|adds|subtracts) (?:\w+ \w+ by |\w+ by )?(\d{1,3})\b", sentence)
    return [(verb, int(amount)) for verb, amount in found]


def reckoned(number: Fraction, side: Sequence[tuple[str, int]]) -> Fraction:
    for verb, amount in side:
        number = {
            "multiplies": number * amount,
            "adds": number + amount,
            "subtracts": number - amount,
        }[verb]
    return number


MODEL = ItemModel(
    name="math.number_puzzle",
    asks="Find a number from what is done to it and what comes out.",
    levels={
        "easy": {"operations": 2, "people": 1},
        "medium": {"operations": 3, "people": 1},
        "hard": {"operations": 4, "people": 2},
    },
    draw=drawing(attempt),
    solve=solve,
)
