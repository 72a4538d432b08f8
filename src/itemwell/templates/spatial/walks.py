"""Walks on a map by turns to the left and right, and where mistaken walkers end."""

from collections.abc import Sequence
from typing import NamedTuple

from itemwell.templates.spatial.maps import EIGHTHS, Place

AHEAD, RIGHT, LEFT = 0, 2, -2


class Leg(NamedTuple):
    """A turn in eighths clockwise, and then so many squares forward."""

    turn: int
    squares: int

    @property
    def actions(self) -> list[str]:
        """The turn, if any, and the walk."""
        turn = {AHEAD: [], RIGHT: ["turns right"], LEFT: ["turns left"]}[self.turn]
        return [
            *turn,
            f"walks {self.squares} {'square' if self.squares == 1 else 'squares'} forward",
        ]


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


def misled(start: Place, heading: int, legs: Sequence[Leg]) -> dict[str, Place]:
    """Where a walker ends who is wrong about a direction."""
    swapped = [Leg(-leg.turn, leg.squares) for leg in legs]
    late = [*legs[:-1], Leg(-legs[-1].turn, legs[-1].squares)]
    return {
        "swaps left and right": followed(start, heading, swapped)[-1],
        "takes left and right as seen on the map": by_map(start, heading, legs),
        "turns the wrong way at the last turn": followed(start, heading, late)[-1],
        "sets out towards the top of the map": followed(start, 0, legs)[-1],
        "sets out in the opposite direction": followed(start, heading + 4, legs)[-1],
    }
