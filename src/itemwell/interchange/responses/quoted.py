"""Rows of a CSV whose quoted cells may hold line ends; one bad quote still spoils one line."""

from collections.abc import Iterator
from typing import BinaryIO

from itemwell.interchange.responses.lines import LONGEST, Refused
from itemwell.interchange.responses.long import without_header
from itemwell.interchange.responses.objects import Objects
from itemwell.interchange.responses.table import cells_of

MOST_LINES = 200
"""Lines of one row, blank ones not counted."""


def rows(file: BinaryIO, delimiter: str, width: int) -> Iterator[Objects]:
    """The rows after the header: lists of `width` cells, by the line that each begins on."""
    held: list[tuple[int, str]] = []
    for lines in without_header(file):
        held += zip(lines.numbers, lines.texts, strict=True)
        piece = Objects([], [], [], list(lines.refused))
        held = held[_taken(held, piece, delimiter, width, last=False) :]
        yield piece
    piece = Objects([], [], [], [])
    _taken(held, piece, delimiter, width, last=True)
    yield piece


def _taken(
    held: list[tuple[int, str]], piece: Objects, delimiter: str, width: int, *, last: bool
) -> int:
    """How many lines were put into `piece`; before the last, a row that may go on is left."""
    at = 0
    while at < len(held):
        end = _end(held, at)
        if end is None and not last and _may_go_on(held[at:]):
            break
        number, text = held[at]
        whole = "\n".join(line for _, line in held[at:end]) if end else ""
        cells = cells_of(whole, delimiter) if end else []
        if end and len(cells) == width:
            piece.numbers.append(number)
            piece.texts.append(whole)
            piece.objects.append(cells)
            at = end
            continue
        why = f"{len(cells)} cells, not {width}" if cells else "its quotes do not match"
        piece.refused.append(Refused(number, "not a row of this file", why, text))
        at += 1
    return at


def _end(held: list[tuple[int, str]], at: int) -> int | None:
    """Where the row that begins at `at` ends: with the line that makes its quotes even."""
    quotes = size = 0
    for place in range(at, min(at + MOST_LINES, len(held))):
        text = held[place][1]
        quotes += text.count('"')
        size += len(text)
        if size > LONGEST:
            return None
        if quotes % 2 == 0:
            return place + 1
    return None


def _may_go_on(held: list[tuple[int, str]]) -> bool:
    return len(held) < MOST_LINES and sum(len(text) for _, text in held) <= LONGEST
