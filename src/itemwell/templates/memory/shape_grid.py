"""Which coloured shape was in a cell of a studied grid, or next to another shape.

Hard: more cells and shapes, and a cell that is named by its neighbour instead of its row and
column. Typical errors: the shape of a neighbouring cell, and the colour of one shape joined to the
form of the other (illusory conjunctions; Treisman & Schmidt 1982). Colour and form are crossed, so
that the options alone do not show which of them is the key.
"""

import re
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.memory.grid_picture import COLOURS, FORMS, picture
from itemwell.templates.memory.study import lines
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import distinct, right_places

Cell = tuple[int, int]
Figure = tuple[str, str]
"""A colour and a form."""

BESIDE = {(0, 1): "to the right of", (0, -1): "to the left of", (1, 0): "below", (-1, 0): "above"}


def draw(rng: Random, features: Features) -> Drawn:
    rows, columns = features["rows"], features["columns"]
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    filled = rng.sample(cells, features["figures"])
    asked, cue = asked_cell(rng, filled, beside=bool(features["beside"]))
    near = sorted(filled, key=lambda cell: (cell == cue, distance(cell, asked), rng.random()))
    figures = dict(zip(near, different_figures(rng, len(near)), strict=True))
    key, other, *further = (figures[cell] for cell in near)
    text = described(figures, rows, columns)
    return Drawn(
        stem=f"In the grid you studied, which shape was {where(asked, cue, figures)}?",
        key=Option(" ".join(key)),
        distractors=distinct(Option(" ".join(key)), slips(key, other, further)),
        explanation=f"{text[asked[0]]}. The {' '.join(key)} was {where(asked, cue, figures)}.",
        stimulus=Stimulus("\n".join(text), picture(rows, columns, figures)),
    )


def asked_cell(rng: Random, filled: list[Cell], *, beside: bool) -> tuple[Cell, Cell | None]:
    """A filled cell, and with `beside` a filled cell next to it: over half the cells must be filled."""
    if not beside:
        return rng.choice(filled), None
    return rng.choice([(one, two) for one in filled for two in filled if distance(one, two) == 1])


def distance(one: Cell, two: Cell) -> int:
    return abs(one[0] - two[0]) + abs(one[1] - two[1])


def different_figures(rng: Random, count: int) -> list[Figure]:
    """Figures of which the second shares nothing with the first, and none is a mixture of those two."""
    colours, forms = rng.sample(list(COLOURS), 2), rng.sample(list(FORMS), 2)
    mixed = {(colour, form) for colour in colours for form in forms}
    rest = [(colour, form) for colour in COLOURS for form in FORMS if (colour, form) not in mixed]
    return [*zip(colours, forms, strict=True), *rng.sample(rest, count - 2)]


def where(asked: Cell, cue: Cell | None, figures: dict[Cell, Figure]) -> str:
    if cue is None:
        return f"in row {asked[0] + 1}, column {asked[1] + 1}"
    side = BESIDE[asked[0] - cue[0], asked[1] - cue[1]]
    return f"directly {side} the {' '.join(figures[cue])}"


def described(figures: dict[Cell, Figure], rows: int, columns: int) -> list[str]:
    """The grid in words, a line a row."""
    return [
        f"Row {row + 1}: "
        + " | ".join(" ".join(figures.get((row, column), ("empty",))) for column in range(columns))
        for row in range(rows)
    ]


def slips(key: Figure, other: Figure, further: list[Figure]) -> list[Option]:
    return [
        Option(" ".join(other), "recalls the shape of a cell nearby"),
        Option(f"{key[0]} {other[1]}", "joins the right colour to the form of a shape nearby"),
        Option(f"{other[0]} {key[1]}", "joins the right form to the colour of a shape nearby"),
        *(Option(" ".join(figure), "recalls the shape of another cell") for figure in further),
    ]


def solve(posed: Posed) -> list[int]:
    """The options that lie in the grid where the stem says, counted out or seen from the shape named."""
    cells = {
        (row, column): shape
        for row, line in enumerate(lines(posed), 1)
        for column, shape in enumerate(line.partition(": ")[2].split(" | "), 1)
        if shape != "empty"
    }
    counted = re.search(r"in row ([0-9]{1,3}), column ([0-9]{1,3})\?$", posed.stem)
    seen = re.search(r"directly ([a-z ]+) the (\w+ \w+)\?$", posed.stem)
    if counted:
        wanted = {(int(counted[1]), int(counted[2]))}
    elif seen:
        steps = [step for step, name in BESIDE.items() if name == seen[1]]
        cues = [cell for cell, shape in cells.items() if shape == seen[2]]
        wanted = {(row + down, column + right) for row, column in cues for down, right in steps}
    else:
        return []
    return right_places(posed, lambda shape: any(cells.get(cell) == shape for cell in wanted))


MODEL = ItemModel(
    name="memory.shape_grid",
    asks="Recall which coloured shape was where in a grid.",
    levels={
        "easy": {"rows": 2, "columns": 3, "figures": 4, "beside": 0},
        "medium": {"rows": 3, "columns": 3, "figures": 6, "beside": 0},
        "hard": {"rows": 3, "columns": 4, "figures": 9, "beside": 1},
    },
    draw=draw,
    solve=solve,
)
