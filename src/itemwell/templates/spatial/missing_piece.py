"""Find the piece that fills the gap in a square when it is turned, but not flipped over.

Hard with a larger gap and square, and with pieces that lie turned. Typical errors: taking the
flipped piece, and misplacing one of its squares.
"""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.drawing import pictured_shape, pictured_tile
from itemwell.templates.spatial.figures import (
    KEY_TO_TEXT,
    Cell,
    Figure,
    border,
    cells,
    connected,
    cropped,
    mirrored,
    patch,
    points,
    read,
    spelled,
    tile,
    turned,
)

STEMS = (
    "Pieces may be turned, but not flipped over. Which piece fills the gap in the square exactly?",
    "Which piece completes the square if pieces may be turned, but not flipped over?",
)
FITS = (
    "as it lies",
    "after a quarter turn anticlockwise",
    "after a half turn",
    "after a quarter turn clockwise",
)
FLIPPED = "takes the piece that would fit only if it were flipped over"
MOVED = "misplaces one square of the piece"
FLIPPED_AND_MOVED = "flips the piece over and misplaces one of its squares"


def lying(figure: Figure) -> Figure:
    """`figure` turned so that all pieces that are turns of one another come out alike."""
    return min(turned(figure, quarters) for quarters in range(4))


def nearly(rng: Random, gap: set[Cell], side: int) -> Iterator[Figure]:
    """Connected pieces that fill all of `gap` but one square, and one square beside it."""
    swaps = [(lost, won) for lost in sorted(gap) for won in border(gap, side)]
    rng.shuffle(swaps)
    for lost, won in swaps:
        piece = gap - {lost} | {won}
        if connected(piece, side):
            yield cropped(piece)


def errors(rng: Random, gap: set[Cell], side: int) -> Iterator[tuple[Figure, str]]:
    """Pieces that do not fit, no two the same, the flipped one first; none where that one fits.

    Each comes with its mirror image, so that the key is not the only piece that has a twin.
    """
    piece = cropped(gap)
    met = {lying(piece), lying(mirrored(piece))}
    if len(met) == 1:
        return
    yield mirrored(piece), FLIPPED
    for figure in nearly(rng, gap, side):
        for wrong, error in ((figure, MOVED), (mirrored(figure), FLIPPED_AND_MOVED)):
            if lying(wrong) not in met:
                met.add(lying(wrong))
                yield wrong, error


def shown(figure: Figure, side: int, misconception: str | None = None) -> Option:
    """An option that shows `figure`."""
    text = spelled(figure)
    return Option(text, misconception, pictured_shape("Piece", text, figure, side))


def attempt(rng: Random, *, side: int, squares: int, turned_pieces: int) -> Drawn | None:
    """One square with a gap; None where a flipped piece would fit as well."""
    gap = patch(rng, squares, side)
    wrong = list(islice(errors(rng, gap, side), 4))
    if not wrong:
        return None
    quarters, *others = (rng.randint(1, 3) if turned_pieces else 0 for _ in range(5))
    pieces = [
        shown(turned(figure, quarter), side, error)
        for (figure, error), quarter in zip(wrong, others, strict=False)
    ]
    key = shown(turned(cropped(gap), quarters), side)
    board = {(row, column) for row in range(side) for column in range(side)}
    square = tile(board - gap, side, side)
    text = f"A square with a gap ({KEY_TO_TEXT}): {spelled(square)}."
    return Drawn(
        stem=rng.choice(STEMS),
        key=key,
        distractors=distinct(key, pieces),
        explanation=f"The gap has {squares} squares and this shape: {spelled(cropped(gap))}. "
        f"The piece {key.text} covers it exactly {FITS[quarters]}.",
        stimulus=Stimulus(text, pictured_tile("Square with a gap", text, square)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A gap that only one of the pieces fills."""
    return until_sound(partial(attempt, rng, **features))


def solve(posed: Posed) -> list[int]:
    """The gap is turned round its middle, and each piece compared with it as it lies."""
    empty = cells(read(posed.stimulus.text if posed.stimulus else ""), "o")
    if not empty:
        return []
    gap = points(cropped(empty))
    fitting = [{point * 1j**quarters for point in gap} for quarters in range(4)]
    return right_places(posed, lambda text: points(read(text)) in fitting)


MODEL = ItemModel(
    name="spatial.missing_piece",
    asks="Find the piece that fills a gap, turning the pieces in the mind.",
    levels={
        "easy": {"side": 4, "squares": 5, "turned_pieces": 0},
        "medium": {"side": 5, "squares": 6, "turned_pieces": 1},
        "hard": {"side": 5, "squares": 8, "turned_pieces": 1},
    },
    draw=draw,
    solve=solve,
)
