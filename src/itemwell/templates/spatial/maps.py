"""A square map: columns A, B, C... from west to east, rows 1, 2, 3... from south to north."""

from itemwell.templates.spatial.drawing import Point, grid, label, picture

COLUMNS = "ABCDEFGH"
EDGE = 22
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
EIGHTHS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
"""Steps east and north for each direction of the compass."""

Place = tuple[int, int]
"""Squares east and north of A1."""


def square(place: Place) -> str:
    """The name of a square, such as C2."""
    return f"{COLUMNS[place[0]]}{place[1] + 1}"


def on_map(place: Place, side: int) -> bool:
    """Whether a map of `side` by `side` squares has the square."""
    return 0 <= place[0] < side and 0 <= place[1] < side


def middle(place: Place, side: int, unit: int) -> Point:
    """Where the middle of a square is in the picture."""
    return EDGE + (place[0] + 0.5) * unit, 6 + (side - place[1] - 0.5) * unit


def legend(side: int) -> str:
    """The map in words."""
    return (
        f"A map of {side} by {side} squares with north at the top: columns A to "
        f"{COLUMNS[side - 1]} from west to east, rows 1 to {side} from south to north."
    )


def mapped(title: str, text: str, side: int, unit: int, *elements: str) -> str:
    """The picture of a map with `elements` on it."""
    width = side * unit
    names = [label((middle((at, 0), side, unit)[0], width + 16), COLUMNS[at]) for at in range(side)]
    numbers = [label((EDGE / 2, middle((0, at), side, unit)[1]), str(at + 1)) for at in range(side)]
    board = grid(side, side, (EDGE, 6), unit)
    size = (width + EDGE + 6, width + EDGE + 6)
    return picture(title, text, size, board, *names, *numbers, *elements)
