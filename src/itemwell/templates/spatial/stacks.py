"""Stacks of cubes in a corner: making them, miscounting them, and showing them."""

from random import Random

from itemwell.templates.spatial.drawing import picture

Stack = tuple[tuple[int, ...], ...]
"""Heights of the columns, row by row from the back; they never rise towards the viewer."""

SEEN = "counts only the cubes that can be seen"
BLOCK = "takes the stack for a solid block"
RISE, SLOPE, SPAN = 20, 10, 17
"""Pixels: the height of a cube, and how far its other edges go down and aside."""

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
        SEEN: seen,
        "counts every visible face as a cube": standing + fronts,
        "counts a cube once for each face that it shows": total + standing + fronts - seen,
        "takes every row to be like the back row": len(heights) * sum(heights[0]),
        "takes every column to be as high as its row is at the back": len(heights)
        * sum(row[0] for row in heights),
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
