"""Find the last number of a table in which each row's third number comes from its first two.

Hard by `operations`, the operations in the rule, as "2 x first + second - 3" has three. Typical
errors: a constant or a multiplier is forgotten or turned round, the first two numbers change
places, only their sum, difference or product is taken, the last column is continued downwards.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern.drawing import numbers_placed, numeric, until_sound

STEMS = (
    "In each row of this table, the same rule makes the third number from the first two. Which number belongs in place of the question mark?",
    "The third number in each row of this table comes from the first two by one rule. Which number is missing?",
    "One rule turns the first two numbers of each row into the third. Which number does the question mark stand for?",
)


class Rule(NamedTuple):
    """The third number is `both` x first x second + `first` x first + `second` x second + `plus`."""

    both: int
    first: int
    second: int
    plus: int = 0

    def of(self, a: int, b: int) -> int:
        return self.both * a * b + self.first * a + self.second * b + self.plus

    def told(self, a: object, b: object) -> str:
        """Write the sum with `a` and `b` for the first two numbers.

        >>> Rule(0, 2, -1, 3).told("first", "second")
        '2 times first, minus second, plus 3'
        """
        parts = ((self.both, f"{a} times {b}"), (self.first, a), (self.second, b))
        terms = [
            (n < 0, f"{abs(n)} times {part}" if abs(n) > 1 else f"{part}") for n, part in parts if n
        ]
        terms += [(self.plus < 0, str(abs(self.plus)))] * bool(self.plus)
        (_, text), *others = terms
        comma = "," if others and "times" in f"{text} {others}" else ""
        return text + "".join(
            f"{comma} {'minus' if less else 'plus'} {part}" for less, part in others
        )

    @property
    def operations(self) -> int:
        """How many operations `told` writes."""
        factors = (self.both, self.first, self.second)
        used = sum(n != 0 for n in (*factors, self.plus))
        return used - 1 + abs(self.both) + sum(abs(n) > 1 for n in factors)


FORMS = (
    *(
        Rule(0, first, second)
        for first, second in product((1, 2, 3), (-2, -1, 1, 2, 3))
        if first != abs(second) or first == 1
    ),
    *(Rule(1, first, second) for first, second in ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1))),
)
PAIRS = [(a, b) for a, b in product(range(2, 13), repeat=2) if a != b]
FAMILY = tuple(
    Rule(both, first, second)
    for both, first, second in product((0, 1), range(-3, 4), range(-3, 4))
    if (both, first, second) != (0, 0, 0)
)


def drawn_rule(rng: Random, operations: int) -> Rule:
    """Draw a rule with so many operations, the last of which may add or subtract a constant."""
    form = rng.choice([form for form in FORMS if form.operations in {operations, operations - 1}])
    plus = rng.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])
    return form if form.operations == operations else form._replace(plus=plus)


def fitting(rows: Sequence[Sequence[int]]) -> Iterator[Rule]:
    """Each rule of the family, with any constant, that makes the third number of all `rows`."""
    for form in FAMILY:
        rest = {third - form.of(first, second) for first, second, third in rows}
        if len(rest) == 1:
            yield form._replace(plus=rest.pop())


def simplest(rules: Sequence[Rule], last: Sequence[int]) -> set[int]:
    """What the rules with the fewest operations make of the first two numbers of the last row."""
    fewest = min((rule.operations for rule in rules), default=0)
    return {rule.of(*last) for rule in rules if rule.operations == fewest}


def slips(rule: Rule, rows: Sequence[Sequence[int]]) -> dict[str, int]:
    """Where typical errors lead; the key is the third number of the last row."""
    (*_, before, above), (a, b, key) = rows[-2], rows[-1]
    return {
        "forgets the last number that is added or taken away": key - rule.plus,
        "adds the constant that is taken away, or the other way round": key - 2 * rule.plus,
        "lets the first two numbers change places": rule.of(b, a),
        "leaves out the multiplication": Rule(0, 1, -1 if rule.second < 0 else 1, rule.plus).of(
            a, b
        ),
        "only adds the first two numbers": a + b,
        "only takes the difference of the first two numbers": abs(a - b),
        "only multiplies the first two numbers": a * b,
        "repeats the step from the second to the third number in the row above": b + above - before,
        "continues the last column in equal steps": 2 * above - rows[-3][2],
        "adds the third number of the row above": a + above,
    }


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    rule = drawn_rule(rng, features["operations"])
    pairs = rng.sample(PAIRS, features["rows"])
    rows = [(a, b, rule.of(a, b)) for a, b in pairs]
    *full, (a, b, key) = rows
    if min(third for *_, third in rows) < 1:
        return None
    fits = list(fitting(full))
    if simplest(fits, (a, b)) != {key}:
        return None
    defended = {fit.of(a, b) for fit in fits}
    wrong = {why: n for why, n in slips(rule, rows).items() if n not in defended}
    distractors = numeric(rng, key, wrong)
    if distractors is None:
        return None
    use = rule.told(a, b)
    return Drawn(
        stem=rng.choice(STEMS),
        key=Option(str(key)),
        distractors=distractors,
        explanation=(
            f"In each row, the third number is {rule.told('the first', 'the second')}: "
            f"{use}{',' if ',' in use else ''} is {key}."
        ),
        stimulus=Stimulus(
            "\n".join([*(" | ".join(map(str, row)) for row in full), f"{a} | {b} | ?"])
        ),
    )


def solve(posed: Posed) -> list[int]:
    text = posed.stimulus.text if posed.stimulus else ""
    if not re.fullmatch(
        r"(\d{1,6} \| \d{1,6} \| \d{1,6}\n){2,9}\d{1,6} \| \d{1,6} \| \?", text, re.ASCII
    ):
        return []
    *full, last = [[int(n) for n in re.findall(r"\d+", line)] for line in text.splitlines()]
    return numbers_placed(posed, simplest(list(fitting(full)), last))


MODEL = ItemModel(
    name="pattern.number_table",
    asks="Find the rule that makes the third number of each row from the first two.",
    levels={
        "easy": {"operations": 1, "rows": 3},
        "medium": {"operations": 2, "rows": 4},
        "hard": {"operations": 3, "rows": 4},
    },
    draw=draw,
    solve=solve,
)
