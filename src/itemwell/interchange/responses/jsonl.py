"""JSON lines, an answer a line, with the names of the long CSV."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from itemwell.interchange.responses.cells import COLUMNS, Raw
from itemwell.interchange.responses.lines import Refused, blocks


def read(file: BinaryIO, _header: str) -> Iterator[Raw]:
    """The answers of `file`."""
    return objects(file, COLUMNS)


def objects(file: BinaryIO, names: Sequence[str]) -> Iterator[Raw]:
    """The lines of `file`, these fields of each."""
    for lines in blocks(file):
        refused, numbers, texts, rows = list(lines.refused), [], [], []
        for number, text in zip(lines.numbers, lines.texts, strict=True):
            row = _object(text)
            if row is None:
                refused.append(Refused(number, "no JSON object", text=text))
                continue
            numbers.append(number)
            texts.append(text)
            rows.append(row)
        columns = {name: [_cell(row.get(name)) for row in rows] for name in names}
        yield Raw(numbers, texts, columns, refused)


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _cell(value: Any) -> str:
    """The value as a CSV would have it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else json.dumps(value)
