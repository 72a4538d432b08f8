"""JSON lines: a question a line, with everything that the bank knows of it."""

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from itemwell.bank import Question, Stratum
from itemwell.interchange.row import MOST_BYTES, Row, parsed, plain


def read(file: TextIO, assumed: Stratum | None = None) -> Iterator[Row]:
    """The rows of `file`, blank lines left out."""
    number = 0
    while text := file.readline(MOST_BYTES):
        number += 1
        if len(text) >= MOST_BYTES and not text.endswith("\n"):
            yield Row(
                number, problem=f"longer than {MOST_BYTES:,} characters; the rest was not read"
            )
            return
        if text.strip():
            yield _row(number, text, assumed)


def write(file: TextIO, questions: Iterable[Question]) -> int:
    """Write `questions`; how many they were."""
    count = 0
    for question in questions:
        file.write(json.dumps(plain(question), ensure_ascii=False) + "\n")
        count += 1
    return count


def _row(number: int, text: str, assumed: Stratum | None) -> Row:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return Row(number, problem="not valid JSON")
    if assumed and isinstance(fields, dict):
        fields = assumed._asdict() | fields
    return parsed(number, fields)
