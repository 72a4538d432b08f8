"""Count the cubes of a stack in a corner, those that cannot be seen included.

Hard with a wider and higher stack, and where the cubes are asked for that are missing to a block.
Typical errors: counting only the cubes that can be seen, counting their faces, and leaving out a
layer or a row.
"""

import re
from functools import partial
from itertools import product
from random import Random

from itemwell.bank import Option, Posed, Stimulus
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.spatial.choices import distinct, right_places, until_sound
from itemwell.templates.spatial.drawing import picture

Stack = tuple[tuple[int, ...], ...]
"""Heights of the columns, row by row from the back; they never rise towards the viewer."""

COUNTED = (
    "How many cubes does the stack have, counting those that cannot be seen?",
    "How many cubes was the stack built from, including those that are hidden?",
)
MISSING = (
    "How many more cubes are needed to make the stack a solid block, {side} cubes long, "
    "{side} cubes wide and {height} cubes high?"
)
BLOCK = "takes the stack for a solid block"
RISE, SLOPE, SPAN = 20, 10, 17
MARGIN = 8


def stack(rng: Random, side: int, height: int) -> Stack:
    """A stack as high as `height` in its back corner."""
    rows: list[tuple[int, ...]] = []
    for row in range(side):
        heights: list[int] = []
        for column in range(side):
            limit = min([height, *heights[-1:], *(above[column] for above in rows[-1:])])
            fall = rng.choice((0, 0, 0, 1, 1, 2)) if row + column else 0
            heights.append(max(0, limit - fall))
        rows.append(tuple(heights))
    return tuple(rows)


def drops(heights: Stack) -> list[tuple[int, int, int, int, int]]:
    """Row, column and height of each column, and what its left and right front leave open from."""
    side = len(heights)
    padded = [(*row, 0) for row in heights] + [(0,) * (side + 1)]
    return [
        (row, column, padded[row][column], padded[row + 1][column], padded[row][column + 1])
        for row in range(side)
        for column in range(side)
    ]


def miscounts(heights: Stack, height: int) -> dict[str, int]:
    """How many cubes there seem to be, by what is overlooked."""
    total, columns = sum(map(sum, heights)), drops(heights)
    standing = sum(high > 0 for _, _, high, _, _ in columns)
    fronts = sum(high - left + high - right for _, _, high, left, right in columns)
    seen = sum(max(high - min(left, right), high > 0) for _, _, high, left, right in columns)
    return {
        "counts only the cubes that can be seen": seen,
        "counts every visible face as a cube": standing + fronts,
        "counts one cube for each column": standing,
        "leaves out the bottom layer": total - standing,
        "leaves out the back row": total - sum(heights[0]),
        BLOCK: len(heights) ** 2 * height,
    }


def pictured(text: str, heights: Stack) -> str:
    """The stack from above its front corner: lids light, left fronts grey, right fronts dark."""
    side = len(heights)
    origin = (MARGIN + side * SPAN, MARGIN + heights[0][0] * RISE)

    def corner(row: int, column: int, level: int) -> str:
        x = origin[0] + (column - row) * SPAN
        return f"M{x} {origin[1] + (row + column) * SLOPE - level * RISE}"

    lid = f"l{SPAN} {SLOPE}l-{SPAN} {SLOPE}l-{SPAN} -{SLOPE}z"
    left_front = f"l{SPAN} {SLOPE}v{RISE}l-{SPAN} -{SLOPE}z"
    right_front = f"l{SPAN} -{SLOPE}v{RISE}l-{SPAN} {SLOPE}z"
    floor, lids, lefts, rights = "", "", "", ""
    for row, column, high, left, right in drops(heights):
        floor += corner(row, column, 0) + lid if not high else ""
        lids += corner(row, column, high) + lid if high else ""
        lefts += "".join(corner(row + 1, column, z + 1) + left_front for z in range(left, high))
        rights += "".join(
            corner(row + 1, column + 1, z + 1) + right_front for z in range(right, high)
        )
    size = (2 * (MARGIN + side * SPAN), origin[1] + 2 * side * SLOPE + MARGIN)
    faces = [
        f'<path d="{path}" fill="currentColor" fill-opacity="{shade}"/>'
        for path, shade in ((lids, 0.05), (lefts, 0.25), (rights, 0.5))
    ]
    return picture(
        "Stack of cubes", text, size, f'<path d="{floor}" stroke-opacity="0.2"/>', *faces
    )


def options(heights: Stack, height: int, *, missing: int) -> tuple[Option, list[Option]]:
    """The key, and the errors with the slips of one cube last; all of them positive."""
    total, block = sum(map(sum, heights)), len(heights) ** 2 * height
    answers = {
        error: block - count if missing else count
        for error, count in miscounts(heights, height).items()
    }
    if missing:
        answers["answers how many cubes there are already"] = total
    key = block - total if missing else total
    slips = {"misses one cube in counting": key - 1, "counts one cube twice": key + 1}
    wrong = [
        Option(str(answer), error) for error, answer in (answers | slips).items() if answer > 0
    ]
    return Option(str(key)), wrong


def explained(heights: Stack, height: int, *, missing: int) -> str:
    """The count, layer by layer."""
    layers = [sum(high > level for row in heights for high in row) for level in range(height)]
    total, side = sum(layers), len(heights)
    block = side * side * height
    counted = (
        f"Layer by layer from the floor there are {' + '.join(map(str, layers))} = {total} cubes"
    )
    if not missing:
        return f"{counted}."
    return (
        f"{counted}. A solid block has {side} x {side} x {height} = {block}, "
        f"so that {block} - {total} = {block - total} are missing."
    )


def attempt(rng: Random, *, side: int, height: int, missing: int) -> Drawn | None:
    """One stack; None where nothing of it is hidden or nothing is missing to a block."""
    heights = stack(rng, side, height)
    wrong = miscounts(heights, height)
    if not wrong["counts only the cubes that can be seen"] < sum(map(sum, heights)) < wrong[BLOCK]:
        return None
    key, errors = options(heights, height, missing=missing)
    text = (
        "A stack of cubes in a corner, seen from above its front corner. No column is hidden, and "
        "under every cube there are cubes down to the floor. Heights of the columns, row by row "
        f"from the back: {' / '.join(' '.join(map(str, row)) for row in heights)}."
    )
    return Drawn(
        stem=(MISSING if missing else rng.choice(COUNTED)).format(side=side, height=height),
        key=key,
        distractors=distinct(key, rng.sample(errors[:-2], len(errors) - 2) + errors[-2:]),
        explanation=explained(heights, height, missing=missing),
        stimulus=Stimulus(text, pictured(text, heights)),
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A stack with at least one hidden cube."""
    return until_sound(partial(attempt, rng, **features))


def solve(posed: Posed) -> list[int]:
    """Counts place by place: cubes that stand there, or places of the block that are free."""
    found = re.search(r"from the back: ([\d /]+)\.", posed.stimulus.text if posed.stimulus else "")
    if not found:
        return []
    rows = [row.split() for row in found[1].split("/")]
    heights = {
        (row, column): int(high)
        for row, line in enumerate(rows)
        for column, high in enumerate(line)
    }
    block = re.search(r"(\d+) cubes long, (\d+) cubes wide and (\d+) cubes high", posed.stem)
    if block:
        places = product(*(range(int(edge)) for edge in block.groups()))
        right = sum(heights.get((row, column), 0) <= level for row, column, level in places)
    else:
        right = sum(map(int, heights.values()))
    return right_places(posed, lambda text: text == str(right))


MODEL = ItemModel(
    name="spatial.stacked_cubes",
    asks="Count the cubes of a stack, hidden ones included, from a picture.",
    levels={
        "easy": {"side": 3, "height": 2, "missing": 0},
        "medium": {"side": 3, "height": 3, "missing": 0},
        "hard": {"side": 4, "height": 4, "missing": 1},
    },
    draw=draw,
    solve=solve,
)
