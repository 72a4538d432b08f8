"""Recognise a tile after it was reflected in a dashed line.

Hard with a larger and fuller tile, and with a slanting line. Typical errors: reflecting in a line
of another direction, turning the tile instead, and sliding it across the line as it is.
"""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.drawing import UNIT, Point, dashes, pictured_tile
from itemwell.templates.spatial.figures import (
    KEY_TO_TEXT,
    Figure,
    mirrored,
    points,
    read,
    spelled,
    tile,
    turned,
)

MARGIN = 18
STEMS = (
    "Which option shows the tile reflected in the dashed line?",
    "The tile is reflected in the dashed line. Which option shows its mirror image?",
)
IMAGES: dict[str, Callable[[Figure], Figure]] = {
    "swaps left and right": mirrored,
    "swaps top and bottom": lambda figure: figure[::-1],
    "reflects in the diagonal that falls to the right": lambda figure: turned(figure[::-1]),
    "reflects in the diagonal that rises to the right": lambda figure: turned(mirrored(figure)),
    "slides the tile across the line without reflecting it": lambda figure: figure,
    "gives the tile a half turn instead of reflecting it": lambda figure: turned(figure, 2),
    "turns the tile clockwise instead of reflecting it": turned,
    "turns the tile anticlockwise instead of reflecting it": lambda figure: turned(figure, 3),
}
ACROSS, DOWN, FALLING, RISING = list(IMAGES)[:4]


class Line(NamedTuple):
    """A mirror: what it does, and its ends on a tile of one by one, measured from the top left."""

    image: str
    start: Point
    end: Point
    slants: bool = False


LINES = {
    "beside its left-hand edge": Line(ACROSS, (-0.1, -0.15), (-0.1, 1.15)),
    "beside its right-hand edge": Line(ACROSS, (1.1, -0.15), (1.1, 1.15)),
    "above its top edge": Line(DOWN, (-0.15, -0.1), (1.15, -0.1)),
    "below its bottom edge": Line(DOWN, (-0.15, 1.1), (1.15, 1.1)),
    "from its top left to its bottom right corner": Line(FALLING, (-0.1, -0.1), (1.1, 1.1), True),
    "from its bottom left to its top right corner": Line(RISING, (-0.1, 1.1), (1.1, -0.1), True),
}
SQUARED_DIRECTIONS = {ACROSS: -1, DOWN: 1, FALLING: -1j, RISING: 1j}
WHY = {
    ACROSS: "The order of the squares in each row is reversed, and the rows keep their places",
    DOWN: "The order of the rows is reversed, and each row stays as it is",
    FALLING: "Each row, read from the left, becomes the column of the same number, read downwards",
    RISING: "The top row, read from the left, becomes the right-hand column, read upwards",
}


def shown(figure: Figure, misconception: str | None = None) -> Option:
    """An option that shows `figure`."""
    text = spelled(figure)
    return Option(text, misconception, pictured_tile("Reflected tile", text, figure))


def posed_tile(figure: Figure, where: str) -> Stimulus:
    """`figure` and its mirror."""
    side, line = len(figure) * UNIT, LINES[where]
    start, end = (
        (MARGIN + side * across, MARGIN + side * down) for across, down in (line.start, line.end)
    )
    text = f"A tile ({KEY_TO_TEXT}): {spelled(figure)}. A dashed line runs {where}."
    mirror = dashes(start, end)
    return Stimulus(text, pictured_tile("Tile and line", text, figure, mirror, margin=MARGIN))


def attempt(rng: Random, *, side: int, squares: int, slant: int) -> Drawn:
    """One tile; short of distractors where too many of its images coincide."""
    board = [(row, column) for row in range(side) for column in range(side)]
    figure = tile(rng.sample(board, squares), side, side)
    where = rng.choice([name for name, line in LINES.items() if line.slants == bool(slant)])
    line = LINES[where]
    wrong = [error for error in IMAGES if error != line.image]
    rng.shuffle(wrong)
    key = shown(IMAGES[line.image](figure))
    return Drawn(
        stem=rng.choice(STEMS),
        key=key,
        distractors=distinct(key, (shown(IMAGES[error](figure), error) for error in wrong)),
        explanation=f"{WHY[line.image]}. The top row of the tile is {figure[0]}, "
        f"and the mirror image is {key.text}.",
        stimulus=posed_tile(figure, where),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A tile that every reflection changes, and its image."""
    return until_sound(partial(attempt, rng, **features))


def solve(posed: Posed) -> list[int]:
    """Every square goes to the other side of the line in the complex plane."""
    shows = posed.stimulus.text if posed.stimulus else ""
    figure = points(read(shows))
    lines = [line for where, line in LINES.items() if where in shows]
    if not figure or len(lines) != 1:
        return []
    wanted = {SQUARED_DIRECTIONS[lines[0].image] * point.conjugate() for point in figure}
    return right_places(posed, lambda text: points(read(text)) == wanted)


MODEL = ItemModel(
    name="spatial.mirror",
    asks="Reflect a tile in a line and recognise the image.",
    levels={
        "easy": {"side": 3, "squares": 4, "slant": 0},
        "medium": {"side": 4, "squares": 6, "slant": 0},
        "hard": {"side": 4, "squares": 8, "slant": 1},
    },
    draw=draw,
    solve=solve,
)
