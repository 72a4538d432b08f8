"""Lines of a CSV as rows of cells: each line is a row, so that one bad quote spoils one row."""

import csv
from collections.abc import Sequence

from itemwell.interchange.responses.lines import Lines, Refused

DELIMITERS = ",;\t|"


def delimiter_of(header: str) -> str:
    """The delimiter that the header has most of; a comma where it has none."""
    return max(DELIMITERS, key=header.count)


def rows(lines: Lines, delimiter: str, width: int) -> tuple[Lines, list[Sequence[str]]]:
    """The rows of `width` cells, with their lines; a line that is none is among the refused."""
    found = _cells(lines, delimiter)
    if all(len(cells) == width for cells in found):
        return lines, found
    refused = lines.refused + [
        Refused(number, "not a row of this file", _why(cells, width), text)
        for number, text, cells in zip(lines.numbers, lines.texts, found, strict=True)
        if len(cells) != width
    ]
    kept = [place for place, cells in enumerate(found) if len(cells) == width]
    left = Lines(
        [lines.numbers[place] for place in kept], [lines.texts[place] for place in kept], refused
    )
    return left, [found[place] for place in kept]


def cells_of(line: str, delimiter: str) -> Sequence[str]:
    """The cells of one line; none where its quotes do not match."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _cells(lines: Lines, delimiter: str) -> list[Sequence[str]]:
    if not any('"' in text for text in lines.texts):
        return [text.split(delimiter) for text in lines.texts]
    return [
        cells_of(text, delimiter) if '"' in text else text.split(delimiter) for text in lines.texts
    ]


def _why(cells: Sequence[str], width: int) -> str:
    return f"{len(cells)} cells, not {width}" if cells else "its quotes do not match"
