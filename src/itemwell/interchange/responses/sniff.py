"""Which format a file has, by its first line."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from itemwell.errors import ConfigError
from itemwell.interchange.responses import caliper, jsonl, long, wide, xapi
from itemwell.interchange.responses.cells import Raw
from itemwell.interchange.responses.lines import LONGEST
from itemwell.interchange.responses.table import cells_of, delimiter_of

Reader = Callable[[BinaryIO, str], Iterator[Raw]]

FORMATS: dict[str, Reader] = {
    "csv": long.read,
    "wide": wide.read,
    "jsonl": jsonl.read,
    "xapi": xapi.read,
    "caliper": caliper.read,
}
STREAMS = frozenset({"xapi", "caliper"})
"""Formats that need no first line: a file may be one line."""


def rows(file: BinaryIO, form: str | None = None) -> tuple[str, Iterator[Raw]]:
    """The format of `file`, guessed where none is given, and its rows.

    Raises ConfigError for what is no text, or has a header that no format knows.
    """
    header = "" if form in STREAMS else header_of(file)
    form = form or _guessed(header)
    return form, FORMATS[form](file, header)


def header_of(file: BinaryIO) -> str:
    """The first line, with `file` before it afterwards. Raises ConfigError for what is no text."""
    if file.read(3) != b"\xef\xbb\xbf":  # the mark that spreadsheets put before UTF-8
        file.seek(0)
    begin = file.tell()
    header = _first_line(file)
    file.seek(begin)
    return header


def _first_line(file: BinaryIO) -> str:
    """The first line that is not blank; empty where there is none."""
    while line := file.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise ConfigError(
                "the file's first line is too long to be one", "is it a CSV or JSONL?"
            )
        if line.strip():
            break
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ConfigError("the file is no text in UTF-8", "save it as UTF-8")
    return text.strip("\r\n")


def _guessed(header: str) -> str:
    if header.lstrip().startswith("{"):
        return "jsonl"
    names = {name.strip().lower() for name in cells_of(header, delimiter_of(header))}
    if "question_id" in names or "user_id" not in names:
        return "csv"
    return "wide" if wide.questions_of(header) else "csv"
