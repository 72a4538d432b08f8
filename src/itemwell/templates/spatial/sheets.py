"""A square sheet of paper: folding it, opening it with holes in it, and showing how."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from itemwell.templates.spatial.drawing import (
    UNIT,
    Point,
    arrow,
    box,
    dashes,
    grid,
    holes,
    picture,
)
from itemwell.templates.spatial.figures import Cell

SIDE = 4
ROWS, COLUMNS = 0, 1
NAMES = (("row", "1234", "top", "bottom"), ("column", "ABCD", "left", "right"))
GAP = 20
MARGIN = 8

Sheet = tuple[range, range]
"""The rows and the columns that a folded sheet still lies on."""

WHOLE: Sheet = (range(SIDE), range(SIDE))


class Fold(NamedTuple):
    """The `flap` of rows or columns of `sheet` is laid over the rest of it."""

    sheet: Sheet
    axis: int
    flap: range

    @property
    def leads(self) -> bool:
        """Whether the flap is the top or left part."""
        return self.flap.start == self.sheet[self.axis].start

    @property
    def line(self) -> int:
        """Squares between the edge of the whole sheet and the fold."""
        return self.flap.stop if self.leads else self.flap.start

    @property
    def after(self) -> Sheet:
        """Where the sheet lies once it is folded."""
        whole = self.sheet[self.axis]
        rest = range(self.line, whole.stop) if self.leads else range(whole.start, self.line)
        rows, columns = self.sheet
        return (rest, columns) if self.axis == ROWS else (rows, rest)

    def __str__(self) -> str:
        thing, names, *parts = NAMES[self.axis]
        flap, rest = parts if self.leads else reversed(parts)
        line = f"{thing}s {names[self.line - 1]} and {names[self.line]}"
        return f"along the line between {line}, the {flap} part over the {rest} part"


def folded(rng: Random, count: int) -> list[Fold]:
    """`count` folds, one after the other, no flap wider than what it is laid on."""
    folds: list[Fold] = []
    sheet = WHOLE
    for _ in range(count):
        axis = rng.choice([axis for axis in (ROWS, COLUMNS) if len(sheet[axis]) > 1])
        width = rng.randint(1, len(sheet[axis]) // 2)
        flap = rng.choice((sheet[axis][:width], sheet[axis][-width:]))
        folds.append(Fold(sheet, axis, flap))
        sheet = folds[-1].after
    return folds


def across(fold: Fold, hole: Cell) -> Cell:
    """Where the layer above `hole` lies once `fold` is opened: mirrored in its line."""
    row, column = hole
    far = 2 * fold.line - 1
    return (far - row, column) if fold.axis == ROWS else (row, far - column)


def opened(
    punched: set[Cell], folds: Sequence[Fold], image: Callable[[Fold, Cell], Cell] = across
) -> set[Cell]:
    """The holes once all `folds` are opened, each hole coming out on the flap at its `image`."""
    for fold in reversed(folds):
        rows, columns = fold.sheet
        out = {image(fold, hole) for hole in punched}
        punched = punched | {
            (row, column)
            for row, column in out
            if row in rows and column in columns and (row, column)[fold.axis] in fold.flap
        }
    return punched


def named(hole: Cell) -> str:
    """The square of a hole, such as C2."""
    return f"{NAMES[COLUMNS][1][hole[1]]}{NAMES[ROWS][1][hole[0]]}"


def laid(sheet: Sheet, at: Point) -> tuple[Point, Point]:
    """The corner and size of a sheet that began at `at`, in the picture."""
    rows, columns = sheet
    corner = (at[0] + columns.start * UNIT, at[1] + rows.start * UNIT)
    return corner, (len(columns) * UNIT, len(rows) * UNIT)


def creased(fold: Fold, at: Point) -> str:
    """The line of a fold, its flap in grey, and an arrow from the flap's middle over the line."""
    rows, columns = fold.sheet
    flap: Sheet = (fold.flap, columns) if fold.axis == ROWS else (rows, fold.flap)
    corner, size = laid(flap, at)
    middle = (corner[0] + size[0] / 2, corner[1] + size[1] / 2)
    reach = (1 if fold.leads else -1) * (len(fold.flap) + 0.3) / 2 * UNIT * 1.6
    (left, top), (width, height) = laid(fold.sheet, at)
    if fold.axis == ROWS:
        y = at[1] + fold.line * UNIT
        line, tip = dashes((left - 6, y), (left + width + 6, y)), (middle[0], middle[1] + reach)
    else:
        x = at[0] + fold.line * UNIT
        line, tip = dashes((x, top - 6), (x, top + height + 6)), (middle[0] + reach, middle[1])
    return box(corner, size, shade=0.2) + line + arrow(middle, tip)


def pictured(text: str, folds: Sequence[Fold], punched: set[Cell]) -> str:
    """A panel for each fold, and one for the punched sheet."""
    side, panels = SIDE * UNIT, len(folds) + 1
    width = panels * side + (panels - 1) * GAP + 2 * MARGIN
    corners = [(MARGIN + panel * (side + GAP), MARGIN) for panel in range(panels)]
    drawn = [box(at, (side, side), ink=0.3) for at in corners[1:]]
    for fold, at in zip(folds, corners, strict=False):
        drawn += [box(*laid(fold.sheet, at)), creased(fold, at)]
    rows, columns = folds[-1].after
    drawn.append(grid(len(rows), len(columns), laid(folds[-1].after, corners[-1])[0]))
    drawn.append(holes(punched, corners[-1]))
    return picture("Folded and punched sheet", text, (width, side + 2 * MARGIN), *drawn)
