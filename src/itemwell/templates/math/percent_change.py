"""A price after one or two changes by a percentage, or before them.

Hard by the number of `changes`, and by having to go `backwards` from the last price to the first.
Typical errors: adding the percentages, undoing a rise of 20% by a fall of 20%, reading 20% as £20
or as a twentieth, stopping half-way.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import prod
from random import Random

from itemwell.bank import Posed
from itemwell.templates.math.amounts import POUNDS, TIMES, pounds, right
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel

PERCENTAGES = (5, 10, 15, 20, 25, 30, 35, 40, 50, 60)
GOODS = (
    "a coat",
    "a tent",
    "a desk",
    "a rug",
    "a watch",
    "a suitcase",
    "a guitar",
    "a lamp",
    "an office chair",
    "a sleeping bag",
    "a rucksack",
    "a microwave oven",
)


def attempt(rng: Random, features: Features) -> Task | None:
    """None where the last price would not be a whole number of pence."""
    size, backwards = features["changes"], features["backwards"]
    changes = [sign * rng.choice(PERCENTAGES) for sign in rng.choices((1, -1), k=size)]
    first = Fraction(rng.randint(80, 800), 4) if backwards else Fraction(rng.randint(10, 150) * 2)
    last = first * factor(*changes)
    if (last * 100).denominator != 1:
        return None
    goods = rng.choice(GOODS)
    if backwards:
        return backward(goods, changes, first, last)
    return forward(goods, changes, first, last)


def factor(*changes: int) -> Fraction:
    """What a price is multiplied by when it changes by these percentages in turn."""
    return prod((Fraction(100 + change, 100) for change in changes), start=Fraction(1))


def forward(goods: str, changes: Sequence[int], first: Fraction, last: Fraction) -> Task:
    stem = f"The price of {goods} was {pounds(first)}. It {told(changes)}. What was the price after that?"
    explanation = f"{pounds(first)} {TIMES} {factors(changes)} = {pounds(last)}."
    slips = [Slip(wrong * first, why) for wrong, why in wrong_factors(changes)]
    slips.append(Slip(first + sum(changes), "takes the percentage for a number of pounds"))
    slips.append(Slip(abs(last - first), "gives the change instead of the price after it"))
    return Task(stem, last, slips, explanation, pounds)


def backward(goods: str, changes: Sequence[int], first: Fraction, last: Fraction) -> Task:
    stem = (
        f"The price of {goods} {told(changes)}. After that, it was {pounds(last)}. "
        "What was the price at first?"
    )
    explanation = (
        f"The changes multiply the first price by {factors(changes)} = {float(factor(*changes)):g}, "
        f"and {pounds(last)} ÷ {float(factor(*changes)):g} = {pounds(first)}."
    )
    opposite = [-change for change in changes]
    slips = [
        Slip(last * factor(*opposite), "undoes each change by the same percentage the other way"),
        Slip(last / factor(changes[-1]), "undoes only the last change"),
        Slip(last / factor(changes[0]), "undoes only the first change"),
        Slip(last * factor(sum(opposite)), "adds the percentages and takes the sum the other way"),
        Slip(last * factor(*changes), "makes the changes again instead of undoing them"),
        Slip(last * factor(sum(changes)), "makes the added changes again"),
        Slip(last - sum(changes), "takes the percentages for numbers of pounds"),
    ]
    return Task(stem, first, slips, explanation, pounds)


def wrong_factors(changes: Sequence[int]) -> Iterator[tuple[Fraction, str]]:
    """What learners multiply the first price by instead."""
    first, *others = changes
    if others:
        yield factor(sum(changes)), "adds the percentages instead of compounding them"
        yield factor(first), "stops after the first change"
        yield factor(*others), "makes only the last change"
        yield factor(first, *(-change for change in others)), "turns the last change round"
        yield factor(-first, *others), "turns the first change round"
    else:
        yield factor(-first), "changes the price the wrong way"
        yield 1 / factor(-first), "takes the percentage of the new price instead of the old one"
        yield (
            1 + Fraction(1, first),
            f"divides by {abs(first)}, as if {abs(first)}% were one {abs(first)}th",
        )
        yield factor(first, first), "makes the change twice"


def told(changes: Sequence[int]) -> str:
    """`rose by 20% and then fell by 10%`."""
    return " and then ".join(
        f"{'rose' if change > 0 else 'fell'} by {abs(change)}%" for change in changes
    )


def factors(changes: Sequence[int]) -> str:
    return f" {TIMES} ".join(f"{1 + change / 100:g}" for change in changes)


def solve(posed: Posed) -> list[int]:
    """Starts from each option and walks to the price that the stem tells."""
    changes = [
        Fraction(int(percentage) if verb == "rose" else -int(percentage), 100)
        for verb, percentage in re.findall(r"(rose|fell) by (\d{1,2})%", posed.stem)
    ]
    told_price = re.findall(POUNDS, posed.stem)
    if not changes or len(told_price) != 1:
        return []
    if posed.stem.endswith("at first?"):
        return right(posed, "£", lambda first: walked(first, changes) == Fraction(told_price[0]))
    return right(posed, "£", lambda last: walked_back(last, changes) == Fraction(told_price[0]))


def walked(price: Fraction, changes: Sequence[Fraction]) -> Fraction:
    for change in changes:
        price += price * change
    return price


def walked_back(price: Fraction, changes: Sequence[Fraction]) -> Fraction:
    for change in reversed(changes):
        price /= 1 + change
    return price


MODEL = ItemModel(
    name="math.percent_change",
    asks="Find a price after changes by a percentage, or before them.",
    levels={
        "easy": {"changes": 1, "backwards": 0},
        "medium": {"changes": 2, "backwards": 0},
        "hard": {"changes": 2, "backwards": 1},
    },
    draw=drawing(attempt),
    solve=solve,
)
