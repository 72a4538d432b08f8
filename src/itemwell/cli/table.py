"""Rows as columns of text."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

WIDEST = 60


def table(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """The named fields of `rows` under their titles, numbers to the right, long texts cut.

    >>> print(table({"id": "run", "job": "job"}, [{"id": 7, "job": "generate"}, {"id": 12, "job": None}]))
    run  job
      7  generate
     12
    """
    cells = [[_cell(row[name]) for name in columns] for row in rows]
    titles = list(columns.values())
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    numeric = [all(isinstance(row[name], int | None) for row in rows) for name in columns]
    lines = [_line(titles, widths, [False] * len(titles))]
    return "\n".join([*lines, *(_line(each, widths, numeric) for each in cells)])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        cell.rjust(width) if flush else cell.ljust(width)
        for cell, width, flush in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    text = " ".join(str(value).split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
