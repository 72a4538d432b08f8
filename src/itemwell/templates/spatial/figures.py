"""Figures made of squares, as rows of X (filled) and o (empty), from top to bottom."""

import re
from collections.abc import Collection
from random import Random

Cell = tuple[int, int]
"""Row from the top, column from the left."""

Figure = tuple[str, ...]

KEY_TO_TEXT = "rows from top to bottom, X filled, o empty"


def tile(filled: Collection[Cell], rows: int, columns: int) -> Figure:
    """The figure of `filled` cells in a frame of the given size."""
    return tuple(
        "".join("X" if (row, column) in filled else "o" for column in range(columns))
        for row in range(rows)
    )


def cropped(filled: Collection[Cell]) -> Figure:
    """The figure of `filled` cells (at least one) in the smallest frame that holds it."""
    top, left = min(row for row, _ in filled), min(column for _, column in filled)
    moved = {(row - top, column - left) for row, column in filled}
    return tile(moved, 1 + max(row for row, _ in moved), 1 + max(column for _, column in moved))


def cells(figure: Figure, mark: str = "X") -> set[Cell]:
    """The cells of `figure` that carry `mark`."""
    return {
        (row, column)
        for row, line in enumerate(figure)
        for column, found in enumerate(line)
        if found == mark
    }


def turned(figure: Figure, quarters: int = 1) -> Figure:
    """`figure` after quarter turns clockwise.

    >>> turned(("XX", "Xo", "Xo"))
    ('XXX', 'ooX')
    """
    for _ in range(quarters % 4):
        figure = tuple("".join(line) for line in zip(*reversed(figure), strict=True))
    return figure


def mirrored(figure: Figure) -> Figure:
    """`figure` with left and right swapped."""
    return tuple(line[::-1] for line in figure)


def border(filled: Collection[Cell], side: int) -> list[Cell]:
    """The empty cells of a board that touch a filled one along an edge, in reading order."""
    near = {
        (row + down, column + right)
        for row, column in filled
        for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1))
    }
    return sorted(
        (row, column)
        for row, column in near - set(filled)
        if 0 <= row < side and 0 <= column < side
    )


def patch(rng: Random, squares: int, side: int) -> set[Cell]:
    """A connected patch of `squares` cells, anywhere on a board of `side` by `side`."""
    grown = {(rng.randrange(side), rng.randrange(side))}
    while len(grown) < squares:
        grown.add(rng.choice(border(grown, side)))
    return grown


def connected(filled: Collection[Cell], side: int) -> bool:
    """Whether one can walk over all of `filled` (at least one cell) without leaving it."""
    reached = {min(filled)}
    while fresh := set(border(reached, side)) & set(filled):
        reached |= fresh
    return len(reached) == len(filled)


def spelled(figure: Figure) -> str:
    """`figure` in one line, which `read` takes back."""
    return " / ".join(figure)


def read(text: str) -> Figure:
    """The first figure of two rows or more that `text` spells; () where it spells none."""
    found = re.search(r"\b[Xo]+(?: / [Xo]+)+\b", text)
    rows = tuple(found[0].split(" / ")) if found else ()
    return rows if len({len(row) for row in rows}) == 1 else ()


def points(figure: Figure) -> frozenset[complex]:
    """The filled cells as seen from the middle of the frame, in half squares, north upwards."""
    bottom, right = len(figure) - 1, len(figure[0]) - 1 if figure else 0
    return frozenset(complex(2 * column - right, bottom - 2 * row) for row, column in cells(figure))
