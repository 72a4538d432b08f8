"""Which format a file has, by its first line."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from itemwell.interchange.responses import caliper, jsonl, long, moodle, wide, xapi
from itemwell.interchange.responses.cells import Raw
from itemwell.interchange.responses.lines import header_of
from itemwell.interchange.responses.quiz import Quiz
from itemwell.interchange.responses.table import cells_of, delimiter_of

Reader = Callable[[BinaryIO, str], Iterator[Raw]]

FORMATS: dict[str, Reader] = {
    "csv": long.read,
    "wide": wide.read,
    "jsonl": jsonl.read,
    "xapi": xapi.read,
    "caliper": caliper.read,
    "moodle": moodle.read,
}
STREAMS = frozenset({"xapi", "caliper", "moodle"})
"""Formats that need no first line: a file may be one line."""


def rows(
    file: BinaryIO, form: str | None = None, quiz: Quiz | None = None
) -> tuple[str, Iterator[Raw]]:
    """The format of `file`, guessed where none is given, and its rows; `quiz` is what moodle's need.

    Raises ConfigError for what is no text, or has a header that no format knows.
    """
    form, header = form_of(file, form)
    if form == "moodle":
        return form, moodle.read(file, header, quiz or Quiz())
    return form, FORMATS[form](file, header)


def form_of(file: BinaryIO, form: str | None) -> tuple[str, str]:
    """The format, guessed where none is given, and the first line where the format needs it.

    `file` then stands before that line. Raises ConfigError for what is no text.
    """
    header = "" if form in STREAMS else header_of(file)
    return form or _guessed(header), header


def _guessed(header: str) -> str:
    if header.lstrip().startswith("{"):
        return "jsonl"
    if moodle.is_report(header):
        return "moodle"
    names = {name.strip().lower() for name in cells_of(header, delimiter_of(header))}
    if "question_id" in names or "user_id" not in names:
        return "csv"
    return "wide" if wide.questions_of(header) else "csv"
