"""Follow a walker's turns on a map and say in which square the walk ends.

Hard with more legs, and where the walker does not set out towards the top of the map. Typical
errors: swapping left and right, taking them from the map instead of from the walker, and counting
the square that one stands on.
"""

import re
from collections.abc import Sequence
from functools import partial
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.people import NAMES
from itemwell.templates.spatial.choices import until_sound
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
from itemwell.templates.spatial.walks import AHEAD, LEFT, RIGHT, Leg, followed, misled

SIDE = 8
UNIT = 26
STEMS = (
    "{name} {walk}. In which square does the walk end?",
    "{name} {walk}. Which square does {name} reach in the end?",
)
HEADINGS = {"north": 1j, "east": 1, "south": -1j, "west": -1}


def errors(start: Place, heading: int, legs: Sequence[Leg]) -> list[Option]:
    """Where a walker ends who makes one mistake or two; on the map only."""
    column, row = followed(start, heading, legs)[-1]
    short = [Leg(leg.turn, leg.squares - 1) for leg in legs]
    wrong = {"swaps the column and the row": (row, column), **misled(start, heading, legs)}
    for slip, walked in (
        ("counts the starting square as the first", short),
        ("leaves out the last leg", legs[:-1]),
    ):
        wrong[slip] = followed(start, heading, walked)[-1]
        wrong |= {
            f"{error} and {slip}": end for error, end in misled(start, heading, walked).items()
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
        stem=rng.choice(STEMS).format(
            name=name, walk=listed(action for leg in walk for action in leg.actions)
        ),
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
    steps = re.findall(r"(left|right)|\b(\d) squares? forward", posed.stem)
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
