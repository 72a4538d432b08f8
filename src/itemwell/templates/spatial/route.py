"""Follow a walker's turns on a map and say in which square the walk ends.

Hard with more legs, and where the walker does not set out towards the top of the map. Typical
errors: swapping left and right, taking them from the map instead of from the walker, and counting
the square that one stands on.
"""

import re
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.spatial.choices import distinct, listed, right_places, until_sound
from itemwell.templates.spatial.drawing import arrow, disc
from itemwell.templates.spatial.maps import (
    COMPASS,
    EIGHTHS,
    Place,
    legend,
    mapped,
    middle,
    on_map,
    square,
)

SIDE = 8
UNIT = 26
NAMES = (
    "Amara", "Ben", "Chen", "Dalia", "Elif", "Farid", "Goran", "Hana", "Ines", "Jonas", "Kofi",
    "Lena", "Mateo", "Nadia", "Omar", "Priya", "Quinn", "Rosa", "Sven", "Tala", "Yuki", "Zola",
)  # fmt: skip
STEMS = (
    "{name} {walk}. In which square does the walk end?",
    "{name} {walk}. Which square does {name} reach in the end?",
)
AHEAD, RIGHT, LEFT = 0, 2, -2
HEADINGS = {"north": 1j, "east": 1, "south": -1j, "west": -1}


class Leg(NamedTuple):
    """A turn in eighths clockwise, and then so many squares forward."""

    turn: int
    squares: int

    def __str__(self) -> str:
        forward = f"walks {self.squares} {'square' if self.squares == 1 else 'squares'} forward"
        return {AHEAD: "", RIGHT: "turns right and ", LEFT: "turns left and "}[self.turn] + forward


def followed(start: Place, heading: int, legs: Sequence[Leg]) -> list[Place]:
    """The places at the ends of the legs, `start` first."""
    places = [start]
    for leg in legs:
        heading = (heading + leg.turn) % 8
        (east, north), (x, y) = EIGHTHS[heading], places[-1]
        places.append((x + east * leg.squares, y + north * leg.squares))
    return places


def by_map(start: Place, heading: int, legs: Sequence[Leg]) -> Place:
    """The end if left meant west and right meant east whichever way one walks."""
    x, y = followed(start, heading, legs[:1])[-1]
    east = sum(leg.squares * (1 if leg.turn == RIGHT else -1) for leg in legs[1:])
    return x + east, y


def errors(start: Place, heading: int, legs: Sequence[Leg]) -> list[Option]:
    """Where a walker ends who makes a mistake; on the map only."""
    end = followed(start, heading, legs)[-1]
    swapped = [Leg(-leg.turn, leg.squares) for leg in legs]
    short = [Leg(leg.turn, leg.squares - 1) for leg in legs]
    late = [*legs[:-1], Leg(-legs[-1].turn, legs[-1].squares)]
    wrong = {
        "swaps left and right": followed(start, heading, swapped)[-1],
        "takes left and right as seen on the map": by_map(start, heading, legs),
        "counts the square that the walker stands on as the first": followed(start, heading, short)[
            -1
        ],
        "leaves out the last leg": followed(start, heading, legs[:-1])[-1],
        "turns the wrong way at the last turn": followed(start, heading, late)[-1],
        "sets out towards the top of the map": followed(start, 0, legs)[-1],
        "sets out in the opposite direction": followed(start, heading + 4, legs)[-1],
        "swaps the column and the row": (end[1], end[0]),
    }
    return [Option(square(at), error) for error, at in wrong.items() if on_map(at, SIDE)]


def attempt(rng: Random, *, legs: int, turned_start: int) -> Drawn | None:
    """One walk; None where it leaves the map or returns to where it began."""
    start = (rng.randrange(SIDE), rng.randrange(SIDE))
    heading = rng.choice((2, 4, 6)) if turned_start else 0
    turns = [AHEAD, *(rng.choice((LEFT, RIGHT)) for _ in range(legs - 1))]
    walk = [Leg(turn, rng.randint(1, 4)) for turn in turns]
    places = followed(start, heading, walk)
    if len(set(places)) < len(places) or not all(on_map(place, SIDE) for place in places):
        return None
    name, key, wrong = rng.choice(NAMES), Option(square(places[-1])), errors(start, heading, walk)
    rng.shuffle(wrong)
    text = f"{legend(SIDE)} {name} starts in square {square(start)} and faces {COMPASS[heading]}."
    (x, y), (east, north) = middle(start, SIDE, UNIT), EIGHTHS[heading]
    tip = (x + east * UNIT * 0.8, y - north * UNIT * 0.8)
    picture = mapped("Map", text, SIDE, UNIT, disc((x, y), 5), arrow((x, y), tip))
    return Drawn(
        stem=rng.choice(STEMS).format(name=name, walk=listed(map(str, walk))),
        key=key,
        distractors=distinct(key, wrong),
        explanation=f"{name} goes from {square(start)} to {listed(map(square, places[1:]))}.",
        stimulus=Stimulus(text, picture),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A walk that stays on the map."""
    return until_sound(partial(attempt, rng, **features))


def solve(posed: Posed) -> list[int]:
    """Walks square by square in the complex plane."""
    text = posed.stimulus.text if posed.stimulus else ""
    start = re.search(r"starts in square ([A-H])([1-8]) and faces (north|east|south|west)\b", text)
    steps = re.findall(r"(left|right)|(\d+) squares? forward", posed.stem)
    if not start or not steps:
        return []
    at = complex("ABCDEFGH".index(start[1]), int(start[2]))
    heading = complex(HEADINGS[start[3]])
    for turn, squares in steps:
        if turn:
            heading *= 1j if turn == "left" else -1j
        else:
            at += heading * int(squares)
    return right_places(posed, lambda text: located(text) == at)


def located(text: str) -> complex | None:
    """The square that `text` names."""
    found = re.fullmatch(r"([A-H])([1-8])", text.strip())
    return complex("ABCDEFGH".index(found[1]), int(found[2])) if found else None


MODEL = ItemModel(
    name="spatial.route",
    asks="Follow turns to the left and right on a map.",
    levels={
        "easy": {"legs": 3, "turned_start": 0},
        "medium": {"legs": 4, "turned_start": 1},
        "hard": {"legs": 6, "turned_start": 1},
    },
    draw=draw,
    solve=solve,
)
