"""Aiken: the stem on one line, an option a line, and ANSWER. Nothing else fits."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from itemwell.bank import LETTERS, Question, Stratum
from itemwell.interchange.paragraphs import TooLong, paragraphs
from itemwell.interchange.row import Row, parsed

_OPTION = re.compile(r"([A-Z])[.)] (.*)")
_ANSWER = re.compile(r"ANSWER: ?([A-Z])\s*")


def write(file: TextIO, questions: Iterable[Question]) -> int:
    """Write `questions`; how many they were. Their pictures are not: leave out those that have any."""
    count = 0
    for question in questions:
        file.write(_question(question))
        count += 1
    return count


def read(file: TextIO, assumed: Stratum | None = None) -> Iterator[Row]:
    """The rows of `file`, by the line that each question begins on."""
    kind, difficulty = assumed or (None, None)
    try:
        for line, lines in paragraphs(file):
            try:
                found = _fields(lines)
            except ValueError as error:
                yield Row(line, problem=str(error))
            else:
                yield parsed(line, found | {"question_type": kind, "difficulty": difficulty})
    except TooLong as error:
        yield Row(error.line, problem=str(error))


def _fields(lines: list[str]) -> dict[str, Any]:
    answer = _ANSWER.fullmatch(lines[-1])
    options = [_OPTION.fullmatch(line) for line in lines[1:-1]]
    letters = "".join(option[1] for option in options if option)
    if not answer or len(letters) != len(options) or letters != LETTERS[: len(options)]:
        raise ValueError("not a stem, options A to F on a line each, and ANSWER")
    if answer[1] not in letters:
        raise ValueError(f"ANSWER names no option: {answer[1]}")
    shown = [{"text": option[2].strip()} for option in options if option]
    return {"stem": lines[0].strip(), "options": shown, "key": answer[1]}


def _question(question: Question) -> str:
    draft = question.draft
    stem = f"{draft.stimulus.text} {draft.stem}" if draft.stimulus else draft.stem
    options = [
        f"{letter}. {_line(option.text)}"
        for letter, option in zip(LETTERS, draft.options, strict=False)
    ]
    return "\n".join([_line(stem), *options, f"ANSWER: {draft.key}", "", ""])


def _line(text: str) -> str:
    return " ".join(text.split())
