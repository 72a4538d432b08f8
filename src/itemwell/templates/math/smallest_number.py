"""The nearest number beyond a bound that meets conditions of divisibility.

Hard by the number of `divisors`, and by a `remainder` that the divisions leave. Typical errors:
multiplying the divisors although they share a factor, meeting only one condition, taking the
remainder off instead of adding it, overlooking a nearer number.
"""

import re
from collections.abc import Iterator, Sequence
from math import lcm, prod
from random import Random

from itemwell.bank import Posed
from itemwell.templates.english import listed
from itemwell.templates.math.amounts import right, whole
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel

FARTHEST = 20_000


def attempt(rng: Random, features: Features) -> Task | None:
    """None where the divisors share no factor, one covers all, or the numbers grow too large."""
    divisors = sorted(rng.sample(range(3, 16), features["divisors"]))
    common = lcm(*divisors)
    if common == prod(divisors) or common == divisors[-1] or common > 180:
        return None
    remainder = rng.randint(1, divisors[0] - 1) if features["remainder"] else 0
    bound, sign = rng.randint(common + 10, 6 * common), rng.choice((1, -1))
    answer = nearest(bound, sign, common, remainder)
    which, beyond = ("smallest", "greater than") if sign > 0 else ("largest", "less than")
    stem = (
        f"What is the {which} whole number {beyond} {bound} that {condition(divisors, remainder)}?"
    )
    explanation = (
        f"{listed(texts(divisors))} have the least common multiple {common}, so that the number is "
        f"{f'{remainder} more than ' if remainder else ''}a multiple of {common}; the {which} such number {beyond} "
        f"{bound} is {answer}."
    )
    slips = slips_of(divisors, remainder, (bound, sign))
    return Task(stem, answer, [*slips], explanation, whole())


def nearest(bound: int, sign: int, divisor: int, remainder: int) -> int:
    """The number beyond `bound`, up or down, that leaves the remainder."""
    gap = (sign * (remainder - bound) - 1) % divisor + 1
    return bound + sign * gap


def condition(divisors: Sequence[int], remainder: int) -> str:
    if not remainder:
        return f"is divisible by {'both ' * (len(divisors) == 2)}{listed(texts(divisors))}"
    each = listed([f"by {divisor}" for divisor in divisors]).replace(" and ", " or ")
    return f"leaves a remainder of {remainder} whether it is divided {each}"


def texts(divisors: Sequence[int]) -> list[str]:
    return [str(divisor) for divisor in divisors]


def slips_of(divisors: Sequence[int], remainder: int, beyond: tuple[int, int]) -> Iterator[Slip]:
    (bound, sign), common, product = beyond, lcm(*divisors), prod(divisors)
    answer = nearest(bound, sign, common, remainder)
    if remainder:
        yield Slip(nearest(bound, sign, common, 0), "leaves out the remainder")
        yield Slip(
            nearest(bound, sign, common, -remainder), "takes off the remainder instead of adding it"
        )
    yield Slip(
        nearest(bound, sign, product, remainder),
        "multiplies the divisors although they share a factor",
    )
    for left_out in divisors:
        others = [divisor for divisor in divisors if divisor != left_out]
        why = f"leaves out the division by {left_out}"
        yield Slip(nearest(bound, sign, lcm(*others), remainder), why)
    yield Slip(answer + sign * common, "overlooks a nearer number")
    yield Slip(nearest(bound, sign, sum(divisors), remainder), "adds the divisors")
    yield Slip(answer - sign * common, "overlooks the bound")


def solve(posed: Posed) -> list[int]:
    """Counts on from the bound to the first number that meets the condition."""
    bound = re.search(r"number (greater|less) than (\d{1,4})\b", posed.stem)
    told = re.search(r"(?:is divisible|leaves a remainder of (\d{1,2})) .*$", posed.stem)
    if not (bound and told):
        return []
    divisors = [
        int(divisor) for divisor in re.findall(r"(?:by|and|or|,) (?:both )?([1-9]\d?)\b", told[0])
    ]
    if not divisors:
        return []
    remainder, step = int(told[1] or 0), 1 if bound[1] == "greater" else -1
    number = int(bound[2]) + step
    while 0 < number < FARTHEST and any(number % divisor != remainder for divisor in divisors):
        number += step
    return right(posed, "", lambda option: option == number) if 0 < number < FARTHEST else []


MODEL = ItemModel(
    name="math.smallest_number",
    asks="Find the nearest number beyond a bound that meets conditions of divisibility.",
    levels={
        "easy": {"divisors": 2, "remainder": 0},
        "medium": {"divisors": 2, "remainder": 1},
        "hard": {"divisors": 3, "remainder": 1},
    },
    draw=drawing(attempt),
    solve=solve,
)
