"""A cube with something on each face, rolled over its edges."""

from typing import NamedTuple


class Die(NamedTuple):
    """What is on each face, as the cube stands before someone who looks north."""

    top: str
    bottom: str
    north: str
    south: str
    east: str
    west: str


NORTH, SOUTH, EAST, WEST = "north", "south", "east", "west"
BACK = {NORTH: SOUTH, SOUTH: NORTH, EAST: WEST, WEST: EAST}
STEPS = {NORTH: (-1, 0), SOUTH: (1, 0), EAST: (0, 1), WEST: (0, -1)}
"""The next square in rows from the top and columns from the left."""


def rolled(die: Die, *directions: str) -> Die:
    """`die` after it was rolled over its edges, one square in each direction.

    >>> rolled(Die("1", "6", "5", "2", "3", "4"), "east").top
    '4'
    """
    for direction in directions:
        top, bottom, north, south, east, west = die
        die = {
            NORTH: Die(south, north, top, bottom, east, west),
            SOUTH: Die(north, south, bottom, top, east, west),
            EAST: Die(west, east, north, south, top, bottom),
            WEST: Die(east, west, north, south, bottom, top),
        }[direction]
    return die


def stands(die: Die) -> set[Die]:
    """The 24 ways that `die` can stand."""
    found, fresh = {die}, {die}
    while fresh:
        fresh = {rolled(one, direction) for one in fresh for direction in STEPS} - found
        found |= fresh
    return found
