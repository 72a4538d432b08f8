"""The average speed of a journey in parts.

Hard by the number of `parts`, by telling the `speeds` of the parts instead of their times, and by
a `stop` on the way. Typical errors: taking the mean of the speeds, weighting the speeds by the
distances, leaving out the stop.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from itemwell.bank import Posed
from itemwell.templates.english import listed
from itemwell.templates.math.amounts import nearest, right
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel

TRAVELLERS = {
    "cyclist": range(10, 31),
    "coach": range(30, 101, 5),
    "goods train": range(40, 121, 5),
    "ferry": range(12, 41, 2),
    "delivery van": range(20, 91, 5),
    "steam train": range(20, 61),
    "tractor": range(10, 41),
}


class Part(NamedTuple):
    distance: int
    speed: int
    minutes: int


def attempt(rng: Random, features: Features) -> Task | None:
    """None where the average speed is not whole, or two parts have the same speed."""
    traveller = rng.choice([*TRAVELLERS])
    parts = some_parts(rng, TRAVELLERS[traveller], features)
    stop = rng.choice((15, 20, 30, 40, 45)) if features["stop"] else 0
    distance, minutes = (
        sum(part.distance for part in parts),
        sum(part.minutes for part in parts) + stop,
    )
    answer, uneven = divmod(60 * distance, minutes)
    if uneven or len({part.speed for part in parts}) < len(parts):
        return None
    on_the_way = f", with one stop of {stop} minutes on the way" if stop else ""
    stem = (
        f"A {traveller} travels {told(parts, features)}{on_the_way}. What is the average speed of the whole "
        f"journey{', the stop included' if stop else ''}?"
    )
    explanation = (
        f"In all it is {distance} km in {spelt(minutes)}, an average speed of {answer} km/h."
    )
    return Task(stem, answer, [*slips_of(parts, minutes)], explanation, nearest("km/h"))


def some_parts(rng: Random, speeds: Sequence[int], features: Features) -> list[Part]:
    """Parts of whole kilometres, and of whole hours where the times will be told."""
    parts: list[Part] = []
    while len(parts) < features["parts"]:
        speed = rng.choice(speeds)
        quarters = rng.randint(1, 16) if features["speeds"] else 4 * rng.randint(1, 4)
        if speed * quarters % 4 == 0:
            parts.append(Part(speed * quarters // 4, speed, 15 * quarters))
    return parts


def told(parts: Sequence[Part], features: Features) -> str:
    """`60 km at 40 km/h and then 45 km at 30 km/h`, or the times instead of the speeds."""
    texts = [
        f"{part.distance} km at {part.speed} km/h"
        if features["speeds"]
        else f"{part.distance} km in {spelt(part.minutes)}"
        for part in parts
    ]
    texts[-1] = f"then {texts[-1]}"
    return listed(texts)


def spelt(minutes: int) -> str:
    """`2 hours 20 minutes`."""
    counts = zip(divmod(minutes, 60), ("hour", "minute"), strict=True)
    return " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in counts if count)


def slips_of(parts: Sequence[Part], minutes: int) -> Iterator[Slip]:
    speeds, size = [part.speed for part in parts], len(parts)
    distance, moving = sum(part.distance for part in parts), sum(part.minutes for part in parts)
    yield Slip(Fraction(sum(speeds), size), "takes the mean of the speeds")
    if stop := minutes - moving:
        yield Slip(Fraction(60 * distance, moving), "leaves out the stop")
        yield Slip(Fraction(sum(speeds), size + 1), "counts the stop as a part at no speed")
        yield Slip(Fraction(60 * distance, moving - stop), "takes the stop off the time of travel")
    weighted = sum(part.speed * part.distance for part in parts)
    yield Slip(Fraction(weighted, distance), "weights the speeds by the distances, not the times")
    yield Slip(speeds[-1], "gives the speed of the last part")
    yield Slip(speeds[0], "gives the speed of the first part")
    yield Slip(Fraction(distance, size), "divides the distance by the number of parts")
    inverses = sum((Fraction(1, speed) for speed in speeds), Fraction(0))
    yield Slip(size / inverses, "treats the distances as equal")
    yield Slip(max(speeds) - min(speeds), "subtracts the speeds")


def solve(posed: Posed) -> list[int]:
    """Drives the whole time at each option's speed, and checks the distance."""
    timed = re.findall(r"(\d{1,4}) km in ([1-9]) hour", posed.stem)
    paced = re.findall(r"(\d{1,4}) km at ([1-9]\d{0,2}) km/h", posed.stem)
    stop = re.search(r"one stop of (\d{1,3}) minutes", posed.stem)
    if not (timed or paced) or "average speed of the whole journey" not in posed.stem:
        return []
    hours = [Fraction(hours) for _, hours in timed]
    hours += [Fraction(int(distance), int(speed)) for distance, speed in paced]
    minutes = 60 * sum(hours) + int(stop[1] if stop else 0)
    distance = sum(int(length) for length, _ in timed + paced)
    return right(posed, "km/h", lambda speed: speed * minutes == 60 * distance)


MODEL = ItemModel(
    name="math.average_speed",
    asks="Find the average speed of a journey whose parts differ in speed.",
    levels={
        "easy": {"parts": 2, "speeds": 0, "stop": 0},
        "medium": {"parts": 2, "speeds": 1, "stop": 0},
        "hard": {"parts": 3, "speeds": 1, "stop": 1},
    },
    draw=drawing(attempt),
    solve=solve,
)
