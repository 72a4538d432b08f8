"""A cube with something on each face: rolling it over its edges, and showing it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from itemwell.templates.spatial.drawing import Point, arrow, box, disc, label, picture

EDGE, DEPTH, UNIT = 44, 20, 30
"""Pixels: the front of a drawn die, how far it recedes, and a square of its path."""


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


def cube(die: Die, at: Point) -> str:
    """The picture of `die` with its top, the side that faces you, and its right-hand side."""
    left, top = at
    right, front = left + EDGE, top + DEPTH
    lid = f"M{left:g} {front:g}l{DEPTH} -{DEPTH}h{EDGE}l-{DEPTH} {DEPTH}z"
    side = f"M{right:g} {front:g}l{DEPTH} -{DEPTH}v{EDGE}l-{DEPTH} {DEPTH}z"
    return (
        f'<path d="{lid}"/><path d="{side}" fill="currentColor" fill-opacity="0.2"/>'
        + box((left, front), (EDGE, EDGE), shade=0.08)
        + label((left + (EDGE + DEPTH) / 2, top + DEPTH / 2), die.top, size=16)
        + label((left + EDGE / 2, front + EDGE / 2), die.south, size=20)
        + label((right + DEPTH / 2, top + (EDGE + DEPTH) / 2), die.east, size=16)
    )


def pictured(text: str, die: Die, way: Sequence[str]) -> str:
    """The die as it stands, and its path from above with a dot where it starts."""
    squares = [(0, 0)]
    for step in way:
        squares.append((squares[-1][0] + STEPS[step][0], squares[-1][1] + STEPS[step][1]))
    top, left = min(row for row, _ in squares), min(column for _, column in squares)
    rows, columns = (1 + max(s[axis] for s in squares) - (top, left)[axis] for axis in (0, 1))
    size = (120 + columns * UNIT, max(EDGE + DEPTH, rows * UNIT) + 16)
    corners = [
        (112 + (column - left) * UNIT, (size[1] - rows * UNIT) / 2 + (row - top) * UNIT)
        for row, column in squares
    ]
    middles = [(x + UNIT / 2, y + UNIT / 2) for x, y in corners]
    plan = [box(corner, (UNIT, UNIT), ink=0.4) for corner in corners]
    arrows = [arrow(one, other) for one, other in pairwise(middles)]
    solid = cube(die, (8, (size[1] - EDGE - DEPTH) / 2))
    return picture("Die and its path", text, size, solid, *plan, disc(middles[0], 4), *arrows)
