"""Inline SVG: a few shapes in one ink, `currentColor`, so that they read on light and dark.

Every picture carries a title and, as its description, the text that says the same in words.
The functions that draw return elements; those that picture something return a whole `<svg>`.
"""

from collections.abc import Collection, Iterable
from html import escape
from math import hypot

from itemwell.templates.spatial.figures import Cell, Figure, cells

UNIT = 24
MARGIN = 6

Point = tuple[float, float]


def picture(title: str, text: str, size: Point, *elements: str) -> str:
    """The `<svg>` that holds `elements`."""
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" role="img" fill="none" stroke="currentColor"'
        ' stroke-width="1.5" stroke-linejoin="round" font-family="sans-serif">'
        f"<title>{escape(title)}</title><desc>{escape(text)}</desc>{''.join(elements)}</svg>"
    )


def squares(filled: Iterable[Cell], at: Point, unit: int = UNIT) -> str:
    """Filled squares, a hair apart, so that they can be counted."""
    left, top = at
    edge = unit - 2
    path = "".join(
        f"M{left + column * unit + 1:g} {top + row * unit + 1:g}h{edge}v{edge}h-{edge}z"
        for row, column in sorted(filled)
    )
    return f'<path d="{path}" fill="currentColor" fill-opacity="0.7" stroke="none"/>'


def grid(rows: int, columns: int, at: Point, unit: int = UNIT) -> str:
    """Faint lines around `rows` by `columns` squares, in a firm frame."""
    left, top = at
    width, height = columns * unit, rows * unit
    path = "".join(f"M{left:g} {top + row * unit:g}h{width}" for row in range(1, rows))
    path += "".join(f"M{left + column * unit:g} {top:g}v{height}" for column in range(1, columns))
    return f'<path d="{path}" stroke-opacity="0.35" stroke-width="1"/>' + box(at, (width, height))


def box(at: Point, size: Point, shade: float = 0.0, ink: float = 1.0) -> str:
    """A rectangle, its inside as dark as `shade` and its outline as dark as `ink`."""
    return (
        f'<rect x="{at[0]:g}" y="{at[1]:g}" width="{size[0]:g}" height="{size[1]:g}"'
        f' fill="currentColor" fill-opacity="{shade:g}" stroke-opacity="{ink:g}"/>'
    )


def disc(middle: Point, radius: float) -> str:
    """A full round spot."""
    return f'<circle cx="{middle[0]:g}" cy="{middle[1]:g}" r="{radius:g}" fill="currentColor"/>'


def dashes(start: Point, end: Point) -> str:
    """A heavy dashed line."""
    return (
        f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}"'
        ' stroke-width="2.5" stroke-dasharray="6 4"/>'
    )


def arrow(start: Point, end: Point, head: float = 7) -> str:
    """A line with a full head that points to `end`."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    along = ((end[0] - start[0]) / length * head, (end[1] - start[1]) / length * head)
    neck = (end[0] - along[0], end[1] - along[1])
    wings = [(neck[0] + side * along[1], neck[1] - side * along[0]) for side in (-0.5, 0.5)]
    corners = " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in (end, *wings))
    return (
        f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{neck[0]:.1f}" y2="{neck[1]:.1f}"'
        f' stroke-width="2"/><polygon points="{corners}" fill="currentColor"/>'
    )


def label(middle: Point, words: str, size: int = 12) -> str:
    """`words` with their middle at a point."""
    return (
        f'<text x="{middle[0]:g}" y="{middle[1] + size * 0.35:g}" font-size="{size}"'
        f' text-anchor="middle" fill="currentColor" stroke="none">{escape(words)}</text>'
    )


def pictured_shape(title: str, text: str, figure: Figure, frame: int) -> str:
    """The squares of `figure` alone, in the middle of a frame of `frame` by `frame` squares."""
    size = frame * UNIT + 2 * MARGIN
    at = ((size - len(figure[0]) * UNIT) / 2, (size - len(figure) * UNIT) / 2)
    return picture(title, text, (size, size), squares(cells(figure), at))


def pictured_tile(
    title: str, text: str, figure: Figure, *elements: str, margin: int = MARGIN
) -> str:
    """The squares of `figure` in their grid, with `elements` drawn over it."""
    rows, columns = len(figure), len(figure[0])
    size = (columns * UNIT + 2 * margin, rows * UNIT + 2 * margin)
    at = (margin, margin)
    tile = grid(rows, columns, at) + squares(cells(figure), at)
    return picture(title, text, size, tile, *elements)


def holes(punched: Collection[Cell], at: Point) -> str:
    """Round holes in the middle of their squares."""
    left, top = at
    return "".join(
        disc((left + (column + 0.5) * UNIT, top + (row + 0.5) * UNIT), UNIT / 3.5)
        for row, column in sorted(punched)
    )
