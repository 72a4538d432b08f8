"""CSV, an answer a row: user_id, question_id, is_correct or selected_option, response_time_ms, answered_at."""

from collections.abc import Iterator
from typing import BinaryIO

from itemwell.errors import ConfigError
from itemwell.interchange.responses.cells import COLUMNS, Raw
from itemwell.interchange.responses.lines import Lines, blocks
from itemwell.interchange.responses.table import cells_of, delimiter_of, rows


def read(file: BinaryIO, header: str) -> Iterator[Raw]:
    """The rows after the header, which `file` begins with. Raises ConfigError where it lacks a column."""
    delimiter = delimiter_of(header)
    names = [name.strip().lower() for name in cells_of(header, delimiter)]
    missing = {"user_id", "question_id"} - set(names)
    if not {"is_correct", "selected_option"} & set(names):
        missing.add("is_correct or selected_option")
    if missing:
        raise ConfigError(
            f"the file's header lacks {', '.join(sorted(missing))}",
            "see: itemwell responses import --help",
        )
    if twice := {name for name in COLUMNS if names.count(name) > 1}:
        raise ConfigError(
            f"the file's header names {', '.join(sorted(twice))} twice", "name it once"
        )
    return raw(file, delimiter, names)


def raw(file: BinaryIO, delimiter: str, names: list[str]) -> Iterator[Raw]:
    """The rows after the header, by the header's names."""
    for lines in without_header(file):
        kept, cells = rows(lines, delimiter, len(names))
        columns = dict(zip(names, zip(*cells, strict=True), strict=False))
        yield Raw(kept.numbers, kept.texts, columns, kept.refused)


def without_header(file: BinaryIO) -> Iterator[Lines]:
    """The lines after the first that is not blank."""
    first = True
    for lines in blocks(file):
        if first and lines.numbers:
            first = False
            yield Lines(lines.numbers[1:], lines.texts[1:], lines.refused)
        else:
            yield lines
