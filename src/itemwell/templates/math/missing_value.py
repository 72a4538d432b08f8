"""A value that a mean tells of: the one left out, one added, or one that takes another's place.

Hard by the number of `values`, by the number of `means` (with two, the values themselves are not
told), and where a value `leaves` as another comes. Typical errors: taking the mean for the value,
counting one value too few or too many, moving the value by as little as the mean.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from statistics import mean
from typing import NamedTuple

from itemwell.bank import Posed
from itemwell.templates.english import listed
from itemwell.templates.math.amounts import MINUS, TIMES, right, whole
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel


class Kind(NamedTuple):
    """What is measured, and between which values it lies in life."""

    thing: str
    quantity: str
    quantities: str
    unit: str
    lowest: int
    highest: int


KINDS = (
    Kind("parcel", "mass", "masses", "kg", 3, 30),
    Kind("player", "age", "ages", "years", 17, 39),
    Kind("sunflower", "height", "heights", "cm", 60, 180),
    Kind("film", "running time", "running times", "minutes", 75, 170),
    Kind("plank", "length", "lengths", "cm", 40, 200),
    Kind("melon", "price", "prices", "pence", 90, 300),
    Kind("recipe", "cooking time", "cooking times", "minutes", 10, 90),
)


def attempt(rng: Random, features: Features) -> Task | None:
    """None where the value could not be, or says nothing because the mean stays."""
    kind = rng.choice(KINDS)
    size = features["values"] + rng.randint(0, 1)
    if features["means"] == 1:
        return left_out(rng, kind, size)
    before, after = (rng.randint(kind.lowest + 2, kind.highest - 2) for _ in range(2))
    task = (replaced if features["leaves"] else added)(rng, kind, size, (before, after))
    sound = kind.lowest <= task.answer <= kind.highest and before != after
    return task if sound and task.answer != before else None


def left_out(rng: Random, kind: Kind, size: int) -> Task | None:
    values = [rng.randint(kind.lowest, kind.highest) for _ in range(size)]
    if sum(values) % size or len({*values, sum(values) // size}) <= size:
        return None
    average, (answer, *known) = sum(values) // size, values
    stem = (
        f"The mean {kind.quantity} of {size} {kind.thing}s is {average} {kind.unit}. The "
        f"{kind.quantities} of {size - 1} of them are {listed([str(value) for value in known])} "
        f"{kind.unit}. What is the {kind.quantity} of the other {kind.thing}?"
    )
    explanation = (
        f"All {size} together make {size} {TIMES} {average} = {sum(values)} {kind.unit}; the known ones "
        f"make {sum(known)} {kind.unit}, which leaves {answer} {kind.unit}."
    )
    return Task(stem, answer, left_out_slips(average, known), explanation, whole(kind.unit))


def left_out_slips(average: int, known: Sequence[int]) -> list[Slip]:
    size, total, last = len(known) + 1, sum(known), known[-1]
    return [
        Slip(average, "takes the mean for the missing value"),
        Slip(2 * average - round(mean(known)), "balances the mean of the known values only once"),
        Slip(round(mean(known)), "takes the mean of the known values"),
        Slip(abs(total - (size - 1) * average), "multiplies the mean by the known values only"),
        Slip((size + 1) * average - total, "multiplies the mean by one value too many"),
        Slip(2 * average - last, "balances only the last value"),
        Slip(round((average + total) / size), "counts the mean as one of the values"),
        Slip(max(known) - min(known), "takes the range of the known values"),
        Slip(sorted(known)[len(known) // 2], "takes the middle one of the known values"),
    ]


def added(_rng: Random, kind: Kind, size: int, means: tuple[int, int]) -> Task:
    before, after = means
    answer = (size + 1) * after - size * before
    stem = (
        f"The mean {kind.quantity} of {size} {kind.thing}s is {before} {kind.unit}. When one more "
        f"{kind.thing} is counted in, the mean becomes {after} {kind.unit}. What is the {kind.quantity} "
        f"of the added {kind.thing}?"
    )
    explanation = (
        f"The total goes from {size} {TIMES} {before} = {size * before} to {size + 1} {TIMES} {after} = "
        f"{(size + 1) * after} {kind.unit}, and the difference is {answer} {kind.unit}."
    )
    change = after - before
    slips = [
        Slip(after, "takes the new mean for the added value"),
        Slip(after + change, "puts the added value as far from the new mean as the old mean is"),
        Slip(before + size * change, f"counts {size} values again after one more was added"),
        Slip(after + (size + 1) * change, "adds the change of all values to the new mean"),
        Slip(after - size * change, "moves the mean the wrong way"),
        Slip(size * abs(change), "gives the change of the total without the mean"),
        Slip(Fraction(before + after, 2), "takes the mean of the two means"),
        Slip(before - size * change, "moves the old mean the wrong way"),
    ]
    return Task(stem, answer, slips, explanation, whole(kind.unit))


def replaced(rng: Random, kind: Kind, size: int, means: tuple[int, int]) -> Task:
    before, after = means
    change, leaving = after - before, rng.randint(kind.lowest, kind.highest)
    answer = leaving + size * change
    stem = (
        f"The mean {kind.quantity} of {size} {kind.thing}s is {before} {kind.unit}. One of them, whose "
        f"{kind.quantity} is {leaving} {kind.unit}, is replaced by another, and the mean becomes "
        f"{after} {kind.unit}. What is the {kind.quantity} of the new {kind.thing}?"
    )
    sign = "+" if change > 0 else MINUS
    explanation = (
        f"The total changes by {size} {TIMES} {abs(change)} = {size * abs(change)} {kind.unit}, all of it "
        f"by the one replaced: {leaving} {sign} {size * abs(change)} = {answer} {kind.unit}."
    )
    slips = [
        Slip(leaving + change, "changes the value by as much as the mean"),
        Slip(leaving - size * change, "changes the value the wrong way"),
        Slip(after + size * change, "starts from the new mean instead of the value replaced"),
        Slip(leaving + (size - 1) * change, "counts only the values that stay"),
        Slip(leaving + (size + 1) * change, "counts the value replaced and the new one"),
        Slip(before + size * change, "starts from the old mean instead of the value replaced"),
        Slip(after, "takes the new mean for the new value"),
        Slip(2 * after - leaving, "balances the new value only against the one replaced"),
    ]
    return Task(stem, answer, slips, explanation, whole(kind.unit))


def solve(posed: Posed) -> list[int]:
    """Puts each option among values of the told mean, and takes the mean again."""
    numbers = [int(number) for number in re.findall(r"\b\d{1,3}\b", posed.stem)]
    unit = re.search(r"is \d+ ([a-z]+)\.", posed.stem)
    if not unit or len(numbers) < 3:
        return []
    size, average, *others = numbers
    if "is counted in" in posed.stem:
        values, told = [Fraction(average)] * size, others[0]
    elif "is replaced by" in posed.stem and size > 1:
        values, told = [Fraction(size * average - others[0], size - 1)] * (size - 1), others[-1]
    elif "of the other" in posed.stem and others[0] == len(others) - 1:
        values, told = [Fraction(value) for value in others[1:]], average
    else:
        return []
    return right(posed, unit[1], lambda value: mean([*values, value]) == told)


MODEL = ItemModel(
    name="math.missing_value",
    asks="Find one value from means of all values.",
    levels={
        "easy": {"values": 4, "means": 1, "leaves": 0},
        "medium": {"values": 5, "means": 2, "leaves": 0},
        "hard": {"values": 6, "means": 2, "leaves": 1},
    },
    draw=drawing(attempt),
    solve=solve,
)
