"""Number series, and the family of rules in which their continuation is unique.

A solver here tries every rule of the family on the terms shown and takes what each fitting rule
says comes next. A rule fits where at least one term more is shown than it has free numbers. The
rules, with whole numbers throughout:

- recurrences: x[n] = p x[n-1] + q x[n-2] + r + s n with small p and q (constant and evenly growing
  differences, multiply and add, Fibonacci), and the sum of the three terms before, plus r + s n;
- two strands: the odd and the even places follow a one-term recurrence each;
- alternating steps: add or multiply, in turn;
- quotients that grow evenly;
- any of the first three in the differences of the series.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product
from operator import mul
from random import Random

STEMS = (
    "Which number comes next in the series {}, ...?",
    "A series of numbers begins with {}, and continues by the same rule. What is its next number?",
    "The numbers {} follow a rule. Which number comes next?",
)

ONE_TERM = tuple((p,) for p in range(-2, 6) if p)
WEIGHTS = (
    *ONE_TERM,
    *((q, p) for q, p in product(range(-1, 4), repeat=2) if q),
    (1, 1, 1),
)
"""What the terms before are multiplied by, the oldest first."""


def stem(rng: Random, terms: Iterable[int]) -> str:
    """Ask for the number that follows `terms`."""
    return rng.choice(STEMS).format(", ".join(map(str, terms)))


def read(text: str) -> list[int]:
    """The first run of four or more whole numbers in `text`; [] where there is none."""
    found = re.search(r"(?<![0-9])[0-9]{1,9}(?:, [0-9]{1,9}){3,}", text)
    return [int(term) for term in found[0].split(", ")] if found else []


def continuations(terms: Sequence[int]) -> set[int]:
    """Every number that comes next by some rule of the family that fits.

    >>> continuations([3, 5, 8, 12, 17]), continuations([2, 5, 11, 23])
    ({23}, {47})

    Too few terms fit many rules: here growing differences, Fibonacci, and 3 x[n-2] - 1.

    >>> sorted(continuations([2, 3, 5, 8]))
    [12, 13, 14]
    """
    if len(terms) < 3:
        return set()
    found = recurrences(terms) | strands(terms) | alternations(terms) | quotients(terms)
    differences = [b - a for a, b in pairwise(terms)]
    rules: tuple[Callable[[Sequence[int]], set[int]], ...] = (recurrences, strands, alternations)
    return found | {terms[-1] + step for rule in rules for step in rule(differences)}


def recurrences(terms: Sequence[int], weights: Iterable[tuple[int, ...]] = WEIGHTS) -> set[int]:
    """What follows where the weighted terms before leave a remainder that changes evenly."""
    curve = [a - 2 * b + c for a, b, c in zip(terms, terms[1:], terms[2:], strict=False)]
    if curve and not any(curve):
        return {2 * terms[-1] - terms[-2]}  # by every weight, as the remainders change evenly
    ahead = {next_term(terms, weight) for weight in weights if bends(curve, weight)}
    return {term for term in ahead if term is not None}


def bends(curve: Sequence[int], weight: Sequence[int]) -> bool:
    """Whether the second differences allow `weight`: a quick look that spares most weights the rest."""
    depth = len(weight)
    return depth >= len(curve) or curve[depth] == sum(map(mul, weight, curve))


def next_term(terms: Sequence[int], weight: Sequence[int]) -> int | None:
    """What follows by one weight."""
    depth = len(weight)
    sums = [sum(map(mul, weight, terms[n - depth : n])) for n in range(depth, len(terms) + 1)]
    rest = steady([term - total for term, total in zip(terms[depth:], sums, strict=False)])
    return None if rest is None else rest + sums[-1]


def steady(numbers: Sequence[int]) -> int | None:
    """What follows where the numbers are all the same or change evenly, with one to spare."""
    steps = {b - a for a, b in pairwise(numbers)}
    if len(steps) != 1 or (len(numbers) < 3 and steps != {0}):
        return None
    return numbers[-1] + steps.pop()


def strands(terms: Sequence[int]) -> set[int]:
    """What follows where every other term belongs to a series of its own."""
    odd = len(terms) % 2
    if not recurrences(terms[1 - odd :: 2], ONE_TERM):
        return set()
    return recurrences(terms[odd::2], ONE_TERM)


def alternations(terms: Sequence[int]) -> set[int]:
    """What follows where two steps, each an addition or a multiplication, take turns."""
    steps = list(pairwise(terms))
    odd = len(steps) % 2
    return repeated(steps[odd::2], terms[-1]) if repeated(steps[1 - odd :: 2], terms[-1]) else set()


def repeated(steps: Sequence[tuple[int, int]], last: int) -> set[int]:
    """Where `last` leads by the one addition or the one multiplication that all `steps` are."""
    if len(steps) < 2:
        return set()
    (a, b), *_ = steps
    found = {last + b - a} if len({after - before for before, after in steps}) == 1 else set()
    if a and b % a == 0 and all(after == before * (b // a) for before, after in steps):
        found.add(last * (b // a))
    return found


def quotients(terms: Sequence[int]) -> set[int]:
    """What follows where each term is a multiple of the one before, by a factor that grows evenly."""
    if not all(a and b % a == 0 for a, b in pairwise(terms)):
        return set()
    factor = steady([b // a for a, b in pairwise(terms)])
    return set() if factor is None else {terms[-1] * factor}
