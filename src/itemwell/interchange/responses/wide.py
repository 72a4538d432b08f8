"""CSV, a learner a row and a question a column, named by its id (12 or q12): 1, 0, a letter, or nothing."""

import re
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import BinaryIO

from itemwell.bank import LETTERS
from itemwell.errors import ConfigError
from itemwell.interchange.responses.cells import MISSING, Raw
from itemwell.interchange.responses.lines import Lines
from itemwell.interchange.responses.long import without_header
from itemwell.interchange.responses.table import cells_of, delimiter_of, rows

OPTIONS = frozenset(LETTERS)


def questions_of(header: str) -> dict[int, str]:
    """Which column of the header is which question."""
    names = cells_of(header, delimiter_of(header))
    found = {place: _QUESTION.fullmatch(name.strip()) for place, name in enumerate(names)}
    return {place: match[1] for place, match in found.items() if match}


def read(file: BinaryIO, header: str) -> Iterator[Raw]:
    """The answers after the header. Raises ConfigError where it has no learner, or a question twice."""
    delimiter = delimiter_of(header)
    names = [name.strip().lower() for name in cells_of(header, delimiter)]
    questions = questions_of(header)
    if "user_id" not in names or not questions:
        raise ConfigError(
            "the file's header lacks user_id, or a column for each question (12 or q12)",
            "see: itemwell responses import --help",
        )
    if len(set(questions.values())) < len(questions):
        raise ConfigError("the file's header names a question twice", "name each once")
    return _raw(file, delimiter, names, questions)


def _raw(
    file: BinaryIO, delimiter: str, names: list[str], questions: dict[int, str]
) -> Iterator[Raw]:
    for lines in without_header(file):
        kept, cells = rows(lines, delimiter, len(names))
        if not cells:
            yield Raw([], [], {}, kept.refused)
            continue
        columns = list(zip(*cells, strict=True))
        users = columns[names.index("user_id")]
        moments = columns[names.index("answered_at")] if "answered_at" in names else None
        yield _long(kept, users, moments, {questions[place]: columns[place] for place in questions})


def _long(
    lines: Lines,
    users: Sequence[str],
    moments: Sequence[str] | None,
    columns: dict[str, Sequence[str]],
) -> Raw:
    """The cells with an answer, one question after the other."""
    numbers: list[int] = []
    texts: list[str] = []
    out: dict[str, list[str]] = {
        name: [] for name in ("user_id", "question_id", "is_correct", "selected_option")
    }
    when: list[str] = []
    for question, cells in columns.items():
        given = [cell.strip().lower() not in MISSING for cell in cells]
        answers = [cell.strip() for cell in compress(cells, given)]
        numbers += compress(lines.numbers, given)
        texts += [f"question {question}: {answer}" for answer in answers]
        out["user_id"] += compress(users, given)
        out["question_id"] += [question] * len(answers)
        # F is an option here, not "false": what is a letter is an option
        out["is_correct"] += ["" if answer.upper() in OPTIONS else answer for answer in answers]
        out["selected_option"] += [
            answer if answer.upper() in OPTIONS else "" for answer in answers
        ]
        when += compress(moments, given) if moments else ()
    return Raw(numbers, texts, out | ({"answered_at": when} if moments else {}), lines.refused)


_QUESTION = re.compile(r"[qQ]?0*([0-9]{1,18})")
