"""Pictures of coloured shapes in a grid."""

from collections.abc import Mapping

COLOURS = {
    "black": "#222222",
    "blue": "#0072b2",
    "green": "#009e73",
    "red": "#d55e00",
    "yellow": "#f0e442",
}
"""Told apart with any colour vision (Okabe & Ito 2008)."""

FORMS = {
    "circle": "M10 30a20 20 0 1 0 40 0a20 20 0 1 0-40 0z",
    "square": "M12 12h36v36h-36z",
    "triangle": "M30 10l22 38h-44z",
    "diamond": "M30 8l20 22l-20 22l-20-22z",
    "cross": "M24 10h12v14h14v12h-14v14h-12v-14h-14v-12h14z",
    "star": "M30 8l6.5 14.5 15.5 1.5-11.7 10.3 3.5 15.7-13.8-8.2-13.8 8.2 3.5-15.7-11.7-10.3 15.5-1.5z",
}
"""Outlines in a cell of 60 by 60."""


def picture(rows: int, columns: int, figures: Mapping[tuple[int, int], tuple[str, str]]) -> str:
    """An SVG of the grid, each figure (a colour and a form) in its cell (a row and a column from 0)."""
    width, height = columns * 60, rows * 60
    lines = "".join(f"M0 {y}h{width}" for y in range(0, height + 1, 60))
    lines += "".join(f"M{x} 0v{height}" for x in range(0, width + 1, 60))
    shapes = "".join(
        f'<path transform="translate({60 * column} {60 * row})" d="{FORMS[form]}" '
        f'fill="{COLOURS[colour]}" stroke="#222222"/>'
        for (row, column), (colour, form) in sorted(figures.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {width + 4} {height + 4}" role="img">'
        f"<title>A grid of {rows} rows and {columns} columns with coloured shapes</title>"
        f'<path d="{lines}" fill="none" stroke="#888888"/>{shapes}</svg>'
    )
