"""Place the holes of a sheet that was folded, punched and opened out again.

Hard with more folds. Typical errors: leaving a fold closed, copying or turning the holes instead
of mirroring them in the fold, and seeing the sheet from behind or upside down.
"""

import re
from collections.abc import Sequence
from functools import partial
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places
from itemwell.templates.spatial.choices import until_sound
from itemwell.templates.spatial.drawing import MARGIN, UNIT, grid, holes, picture
from itemwell.templates.spatial.figures import Cell, Figure, cells, read, spelled, tile
from itemwell.templates.spatial.sheets import (
    ROWS,
    SIDE,
    Fold,
    across,
    folded,
    named,
    opened,
    pictured,
)

MOST_HOLES = 10
STEMS = (
    "The sheet is folded and punched as shown, and opened out again. Where are its holes?",
    "What does the sheet look like when it is opened out again after being folded and punched?",
)
LINE = re.compile(
    r"between (?:columns ([A-D]) and [A-D]|rows ([1-4]) and [1-4]), the (left|right|top|bottom)"
)


def copied(fold: Fold, hole: Cell) -> Cell:
    """Where the hole comes out if the flap slides off instead of turning over."""
    step = -len(fold.flap) if fold.leads else len(fold.flap)
    row, column = hole
    return (row + step, column) if fold.axis == ROWS else (row, column + step)


def swivelled(fold: Fold, hole: Cell) -> Cell:
    """Where the hole comes out if the flap swings round by half a turn in the plane."""
    row, column = across(fold, hole)
    rows, columns = fold.sheet
    if fold.axis == ROWS:
        return row, columns.start + columns.stop - 1 - column
    return rows.start + rows.stop - 1 - row, column


def shown(figure: Figure, misconception: str | None = None) -> Option:
    """An option that shows a sheet with its holes."""
    text, side = spelled(figure), SIDE * UNIT + 2 * MARGIN
    at = (MARGIN, MARGIN)
    sheet = grid(SIDE, SIDE, at) + holes(cells(figure), at)
    return Option(text, misconception, picture("Sheet with holes", text, (side, side), sheet))


def errors(rng: Random, punched: set[Cell], folds: Sequence[Fold]) -> list[tuple[str, set[Cell]]]:
    """Holes of sheets that were opened in the wrong way, most of them as many as the right ones."""
    right, last = opened(punched, folds), SIDE - 1
    opens_wrong = [
        ("copies the holes across the fold instead of mirroring them", copied),
        ("turns the holes round instead of mirroring them in the fold", swivelled),
    ]
    full = [
        *((error, opened(punched, folds, image)) for error, image in opens_wrong),
        ("shows the holes as seen from behind", {(row, last - column) for row, column in right}),
        ("shows the holes upside down", {(last - row, column) for row, column in right}),
    ]
    fewer = [("marks only the squares that were punched", punched)]
    if len(folds) > 1:
        fewer.append(("leaves the first fold closed", opened(punched, folds[1:])))
        fewer.append(("leaves the last fold closed", opened(punched, folds[:-1])))
    rng.shuffle(full)
    rng.shuffle(fewer)
    return full[:3] + fewer[:1] + full[3:] + fewer[1:]


def attempt(rng: Random, *, folds: int, punches: int) -> Drawn | None:
    """One sheet; None where a fold is of no consequence or the holes are too many."""
    way = folded(rng, folds)
    rows, columns = way[-1].after
    lying = [(row, column) for row in rows for column in columns]
    punched = set(rng.sample(lying, min(punches, len(lying))))
    out = opened(punched, way)
    idle = [opened(punched, [*way[:fold], *way[fold + 1 :]]) == out for fold in range(folds)]
    if any(idle) or len(punched) < punches or len(out) > MOST_HOLES:
        return None
    key, wrong = shown(tile(out, SIDE, SIDE)), errors(rng, punched, way)
    steps = " ".join(f"Fold {number}: {fold}." for number, fold in enumerate(way, start=1))
    squares = listed(map(named, sorted(punched)))
    text = (
        f"A square sheet has {SIDE} columns, A to D from left to right, and {SIDE} rows, 1 to 4 "
        f"from top to bottom. {steps} Then holes are punched through all layers in {squares}. "
        "(In the options X is a hole, rows from top to bottom.)"
    )
    return Drawn(
        stem=rng.choice(STEMS),
        key=key,
        distractors=distinct(key, (shown(tile(made, SIDE, SIDE), error) for error, made in wrong)),
        explanation=f"{'Opening the fold' if folds == 1 else 'Opening the folds, last fold first,'} "
        f"mirrors the holes in the fold line{'s' * (folds > 1)}: "
        f"from {squares} they become {listed(map(named, sorted(out)))}.",
        stimulus=Stimulus(text, pictured(text, way, punched)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A sheet whose every fold matters."""
    return until_sound(partial(attempt, rng, **features))


def solve(posed: Posed) -> list[int]:
    """Each square of the sheet is followed through the folds, and looked at for a hole."""
    text = posed.stimulus.text if posed.stimulus else ""
    folds = LINE.findall(text)
    punched = {
        ("1234".index(row), "ABCD".index(column))
        for column, row in re.findall(r"\b([A-D])([1-4])\b", text)
    }
    if not folds or not punched:
        return []
    wanted = {
        (row, column)
        for row in range(SIDE)
        for column in range(SIDE)
        if followed((row, column), folds) in punched
    }
    return right_places(posed, lambda text: cells(read(text)) == wanted)


def followed(cell: Cell, folds: Sequence[tuple[str, str, str]]) -> Cell:
    """Where a square of the open sheet lies when all `folds` (column, row, part) are made."""
    row, column = cell
    for after_column, after_row, part in folds:
        line = "ABCD".index(after_column) + 1 if after_column else "1234".index(after_row) + 1
        if (part == "left" and column < line) or (part == "right" and column >= line):
            column = 2 * line - 1 - column
        if (part == "top" and row < line) or (part == "bottom" and row >= line):
            row = 2 * line - 1 - row
    return row, column


MODEL = ItemModel(
    name="spatial.folded_paper",
    asks="Open a folded and punched sheet in the mind and place its holes.",
    levels={
        "easy": {"folds": 1, "punches": 2},
        "medium": {"folds": 2, "punches": 2},
        "hard": {"folds": 3, "punches": 2},
    },
    draw=draw,
    solve=solve,
)
