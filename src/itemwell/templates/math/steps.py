"""Steps of reckoning with one number, and how they are told."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from itemwell.templates.english import listed
from itemwell.templates.math.amounts import Amount

EVEN = 0.85
FIRST = {
    "multiplies": "multiplies it by {}",
    "adds": "adds {} to it",
    "subtracts": "subtracts {} from it",
}
LATER = {
    "multiplies": "multiplies the result by {}",
    "adds": "adds {}",
    "subtracts": "subtracts {}",
}
UNDONE = {"multiplies": "divides", "adds": "subtracts", "subtracts": "adds"}


class Step(NamedTuple):
    verb: str
    amount: int

    @property
    def undone(self) -> "Step":
        return Step(UNDONE[self.verb], self.amount)


def some_steps(rng: Random, count: int) -> list[Step]:
    """Multiplying by turns with adding or subtracting, which often keeps a wrong way even."""
    first, factor = rng.randrange(2), rng.randint(2, 9)
    term = factor if rng.random() < EVEN else 1
    return [
        Step("multiplies", factor if place < 2 else rng.randint(2, 5))
        if (place + first) % 2
        else Step(
            rng.choice(("adds", "subtracts")), term * rng.randint(2 if term == 1 else 1, 30 // term)
        )
        for place in range(count)
    ]


def made(number: Amount, steps: Sequence[Step]) -> Fraction:
    """The number after the steps."""
    result = Fraction(number)
    for verb, amount in steps:
        match verb:
            case "adds":
                result += amount
            case "subtracts":
                result -= amount
            case "multiplies":
                result *= amount
            case _:
                result /= amount
    return result


def constant(steps: Sequence[Step]) -> int:
    return int(made(0, steps))


def slope(steps: Sequence[Step]) -> int:
    return int(made(1, steps)) - constant(steps)


def told(steps: Sequence[Step]) -> str:
    """`adds 3 to it, multiplies the result by 4 and then subtracts 7`."""
    first, *others = steps
    texts = [FIRST[first.verb].format(first.amount)]
    texts += [LATER[step.verb].format(step.amount) for step in others]
    texts[-1] = f"then {texts[-1]}"
    return listed(texts)
