"""Rows as columns of text."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

WIDEST = 200
NARROWEST = 12


def table(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """The named fields of `rows` under their titles, numbers to the right, the last cut to fit.

    >>> print(table({"id": "run", "job": "job"}, [{"id": 7, "job": "generate"}, {"id": 12, "job": None}]))
    run  job
      7  generate
     12
    """
    cells = [[_cell(row[name]) for name in columns] for row in rows]
    titles = list(columns.values())
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    room = width() - sum(widths[:-1]) - 2 * (len(widths) - 1)
    widths[-1] = min(widths[-1], max(room, NARROWEST))
    numeric = [all(isinstance(row[name], int | float | None) for row in rows) for name in columns]
    lines = [_line(titles, widths, [False] * len(titles))]
    return "\n".join([*lines, *(_line(each, widths, numeric) for each in cells)])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        cell.rjust(size) if flush else _cut(cell, size).ljust(size)
        for cell, size, flush in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()


def width() -> int:
    """Columns of the terminal; where there is none, enough for anything."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDEST


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.3f}"
    return " ".join(str(value).split())
