"""Find the missing cell of a table in which numbers, shadings and shapes follow rules.

Hard by how many `attributes` change, by how many of them are `crossed` (each of three values once in
every row and every column) and by `sums` (the third number of a row is the sum of the others).
Typical errors: one attribute, or more, is copied from another cell of the same row or column.
"""

from collections.abc import Callable, Sequence
from itertools import product
from random import Random
from typing import Any, NamedTuple

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.pattern.drawing import Slip, crossed, until_sound
from itemwell.templates.pattern.shapes import SHADINGS, SHAPES, SINGULARS, plural

STEMS = (
    "In this table, rules hold along the rows or down the columns. What belongs in place of the question mark?",
    "Rules along the rows or down the columns fill this table. What does the question mark stand for?",
    "Everything in this table follows rules along its rows or down its columns. What is missing at the question mark?",
)
NOUNS = ("number", "shading", "shape")

Grid = list[list[Any]]
Cell = tuple[int, str, str]  # 0 and "" stand for what the table does not mention


class Rule(NamedTuple):
    """How the values of one attribute fill the table, and how that is said of a noun."""

    fill: Callable[[Random, Sequence[Any]], Grid]
    told: str


def rightward(_: Random, values: Sequence[Any]) -> Grid:
    return [[values[(column - row) % 3] for column in range(3)] for row in range(3)]


def leftward(_: Random, values: Sequence[Any]) -> Grid:
    return [[values[(column + row) % 3] for column in range(3)] for row in range(3)]


def summed(rng: Random, _: Sequence[Any]) -> Grid:
    pairs = rng.sample(list(product(range(1, 5), repeat=2)), 3)
    return [[a, b, a + b] for a, b in pairs]


ROW = Rule(lambda _, values: [[value] * 3 for value in values], "the {} is the same along a row")
COLUMN = Rule(lambda _, values: [[*values]] * 3, "the {} is the same down a column")
CROSSED = tuple(
    Rule(fill, "each {} comes once in every row and every column") for fill in (rightward, leftward)
)
SUM = Rule(summed, "the third {} of a row is the sum of the other two")
UNSEEN = Rule(lambda *_: [[""] * 3] * 3, "")


def rules(rng: Random, features: Features) -> list[Rule]:
    """Draw the rules of number, shading and shape; two that are crossed run against each other."""
    crossings = rng.sample(CROSSED, features["crossed"])
    if features["sums"]:
        return [SUM, *crossings]
    drawn = [*crossings, ROW, COLUMN]
    rng.shuffle(drawn)
    if features["attributes"] == 2:
        drawn.insert(rng.choice([0, 1]), UNSEEN)
    return drawn


def shown(cell: Sequence[Any]) -> str:
    """Describe a cell in words, such as "2 white circles"."""
    number, shading, shape = cell
    named = plural(shape) if number and number > 1 else shape
    return " ".join(str(part) for part in (number, shading, named) if part)


def read(text: str) -> Cell | None:
    """The number, shading and shape of a cell; None where it names no shape."""
    *words, shape = text.split() or [""]
    number = int(words.pop(0)) if words and words[0] in "123456789" else 0
    known = shape in SINGULARS and len(words) < 2
    return (number, "".join(words), SINGULARS[shape]) if known else None


def slips(grid: Grid, noun: str) -> list[Slip]:
    """Wrong values of one attribute for the last cell."""
    wrong = {
        grid[2][1]: f"copies the {noun} from the cell to the left",
        grid[1][2]: f"copies the {noun} from the cell above",
        grid[2][0]: f"copies the {noun} from the beginning of the row",
        grid[0][2]: f"copies the {noun} from the top of the column",
    }
    return [Slip(value, why) for value, why in wrong.items() if value != grid[2][2]][:2]


@until_sound
def draw(rng: Random, features: Features) -> Drawn | None:
    ruled = rules(rng, features)
    values = [rng.sample(all_of, 3) for all_of in (range(1, 6), SHADINGS, SHAPES)]
    grids = [rule.fill(rng, three) for rule, three in zip(ruled, values, strict=True)]
    key = [grid[2][2] for grid in grids]
    if any(missing(grid) != {value} for grid, value in zip(grids, key, strict=True)):
        return None
    wrong = [slips(grid, noun) for grid, noun in zip(grids, NOUNS, strict=True)]
    distractors = crossed(rng, key, wrong, shown)
    told = [rule.told.format(noun) for rule, noun in zip(ruled, NOUNS, strict=True) if rule.told]
    if distractors is None:
        return None
    return Drawn(
        stem=rng.choice(STEMS),
        key=Option(shown(key)),
        distractors=distractors,
        explanation=f"In this table {listed(told)}, which asks for: {shown(key)}.",
        stimulus=Stimulus(table(grids)),
    )


def table(grids: Sequence[Grid]) -> str:
    """Write three lines of cells, the last one a question mark."""
    rows = [
        [shown(cell) for cell in zip(*attributes, strict=True)]
        for attributes in zip(*grids, strict=True)
    ]
    rows[2][2] = "?"
    return "\n".join(" | ".join(row) for row in rows)


def missing(grid: Grid) -> set[Any]:
    """Every value that a rule for one attribute asks for in the last cell of `grid`.

    The rules: the same along rows or down columns; each of three values once in every row and
    column; and for numbers, along rows or down columns, a sum, a difference, or equal steps.
    """
    columns = [list(column) for column in zip(*grid, strict=True)]
    found = alike(grid) | alike(columns) | (once(grid) & once(columns))
    if isinstance(grid[0][0], int):
        found |= counted(grid) | counted(columns)
    return found


def alike(lines: Grid) -> set[Any]:
    first, second, (a, b, _) = lines
    return {a} if len(set(first)) == len(set(second)) == 1 and a == b else set()


def once(lines: Grid) -> set[Any]:
    first, second, (a, b, _) = lines
    full = len(set(first)) == 3 and set(first) == set(second)
    return set(first) - {a, b} if full and a != b and {a, b} < set(first) else set()


def counted(lines: Grid) -> set[int]:
    *full, (a, b, _) = lines
    laws: tuple[Callable[[int, int], int], ...] = (
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: 2 * y - x,
    )
    return {law(a, b) for law in laws if all(law(x, y) == z for x, y, z in full)}


def solve(posed: Posed) -> list[int]:
    text = posed.stimulus.text if posed.stimulus else ""
    rows = [[read(cell.strip()) for cell in line.split("|")] for line in text.splitlines()]
    cells = [cell for row in rows for cell in row]
    if [len(row) for row in rows] != [3, 3, 3] or None in cells[:8]:
        return []
    seen = [*cells[:8], cells[0]]
    grids = [
        [list(part[n : n + 3]) for n in (0, 3, 6)] for part in zip(*filter(None, seen), strict=True)
    ]
    wanted = set(product(*map(missing, grids)))
    return [place for place, option in enumerate(posed.options) if read(option.text) in wanted]


MODEL = ItemModel(
    name="pattern.shape_table",
    asks="Find the missing cell of a table of shapes from the rules of its rows and columns.",
    levels={
        "easy": {"attributes": 2, "crossed": 0, "sums": 0},
        "medium": {"attributes": 3, "crossed": 1, "sums": 0},
        "hard": {"attributes": 3, "crossed": 2, "sums": 1},
    },
    draw=draw,
    solve=solve,
)
