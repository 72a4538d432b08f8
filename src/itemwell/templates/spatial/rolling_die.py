"""Roll a die over its edges and say which number is on top at the end.

Hard with more rolls. Typical errors: rolling the wrong way, leaving a roll out, sliding the die
instead of rolling it, and naming another face of the die as it ends up.
"""

import re
from functools import partial
from itertools import groupby
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.dice import (
    BACK,
    EAST,
    NORTH,
    SOUTH,
    STEPS,
    WEST,
    Die,
    pictured,
    rolled,
    stands,
)

WAYS = {EAST: "to the right", WEST: "to the left", NORTH: "away from you", SOUTH: "towards you"}
TIMES = ("", "", "twice ", "three times ", "four times ", "five times ")
STEMS = (
    "The die is rolled over its edges, square by square: {rolls}. Which number ends up on top?",
    "Which number is on top after the die is rolled over its edges, square by square, {rolls}?",
)
RIGHT_HANDED = Die("1", "6", "5", "2", "3", "4")
LEFT_HANDED = Die("1", "6", "5", "2", "4", "3")
DICE = sorted(stands(RIGHT_HANDED) | stands(LEFT_HANDED))
SHIFTS = {
    "to the right": (1, 0),
    "to the left": (-1, 0),
    "away from you": (0, 1),
    "towards you": (0, -1),
}
Vector = tuple[int, int, int]
STANDING: tuple[Vector, ...] = ((0, 0, 1), (0, -1, 0), (1, 0, 0))
"""Where the faces look that are named: top, facing you, right-hand side."""


def path(rng: Random, rolls: int) -> list[str]:
    """`rolls` directions that never lead back to a square."""
    way: list[str] = []
    squares = [(0, 0)]
    for _ in range(rolls):
        row, column = squares[-1]
        free = {
            direction: (row + down, column + right)
            for direction, (down, right) in STEPS.items()
            if (row + down, column + right) not in squares
        }
        way.append(rng.choice(list(free)))
        squares.append(free[way[-1]])
    return way


def spoken(way: list[str]) -> str:
    """The rolls in words, those in one direction taken together."""
    runs = ((WAYS[step], len(list(run))) for step, run in groupby(way))
    return listed(f"{TIMES[length]}{words}" for words, length in runs)


def errors(rng: Random, die: Die, way: list[str]) -> list[Option]:
    """Other numbers: first those of a wrong roll, then the other faces of the right one."""
    end = rolled(die, *way)
    sideways = [BACK[step] if step in (EAST, WEST) else step for step in way]
    rolls = [
        (rolled(die, *map(BACK.__getitem__, way)).top, "rolls the die the opposite way"),
        (rolled(die, *sideways).top, "swaps left and right while rolling"),
        (rolled(die, *way[:-1]).top, "leaves out the last roll"),
        (rolled(die, *way[1:]).top, "leaves out the first roll"),
        (die.top, "slides the die without rolling it"),
    ]
    faces = [
        (end.bottom, "names the number at the bottom at the end"),
        (end.south, "names the number that faces you at the end"),
        (end.north, "names the number at the back at the end"),
        (end.east, "names the number on the right at the end"),
        (end.west, "names the number on the left at the end"),
    ]
    rng.shuffle(rolls)
    rng.shuffle(faces)
    return [Option(number, error) for number, error in rolls + faces]


def attempt(rng: Random, *, rolls: int) -> Drawn:
    """One die and its way."""
    die, way = rng.choice(DICE), path(rng, rolls)
    tops = [rolled(die, *way[: count + 1]).top for count in range(rolls)]
    key = Option(tops[-1])
    text = (
        f"A die stands on a table with {die.top} on top, {die.south} on the side that faces you "
        f"and {die.east} on the right-hand side. Opposite faces of the die add up to 7."
    )
    return Drawn(
        stem=rng.choice(STEMS).format(rolls=spoken(way)),
        key=key,
        distractors=distinct(key, errors(rng, die, way)),
        explanation="Each roll brings up the face on the side that the die rolls away from. "
        f"The numbers on top are, one after the other, {listed([die.top, *tops])}.",
        stimulus=Stimulus(text, pictured(text, die, way)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A die and a way that visits no square twice."""
    return until_sound(partial(attempt, rng, **features))


def tipped(face: Vector, way: str) -> Vector:
    """Where a face that looks right, away and up by so much looks after a roll."""
    x, y, z = face
    right, away = SHIFTS[way]
    return (right * z, y, -right * x) if right else (x, away * z, -away * y)


def solve(posed: Posed) -> list[int]:
    """Turns each face about the axis of each roll, as a vector."""
    text = posed.stimulus.text if posed.stimulus else ""
    found = re.search(r"([1-6]) on top, ([1-6]) on the side .* ([1-6]) on the right", text)
    runs = re.findall(f"(|{'|'.join(TIMES[2:])})({'|'.join(SHIFTS)})", posed.stem)
    ways = [way for times, way in runs for _ in range(max(1, TIMES.index(times)))]
    if not found or not ways:
        return []
    faces: list[tuple[int, Vector]] = []
    for number, (x, y, z) in zip(map(int, found.groups()), STANDING, strict=True):
        faces += [(number, (x, y, z)), (7 - number, (-x, -y, -z))]
    for way in ways:
        faces = [(number, tipped(face, way)) for number, face in faces]
    on_top = [str(number) for number, face in faces if face == (0, 0, 1)]
    return right_places(posed, lambda text: text in on_top)


MODEL = ItemModel(
    name="spatial.rolling_die",
    asks="Roll a die along a path in the mind and name the number on top.",
    levels={"easy": {"rolls": 2}, "medium": {"rolls": 3}, "hard": {"rolls": 5}},
    draw=draw,
    solve=solve,
)
