"""Moodle's report of a quiz's responses, as CSV or JSON: an attempt a row, columns "Response 1" and on.

The question is known by the column "Question 1" beside it, or by the quiz's order. The option is the
one that reads as the response; right or wrong by the bank's key. Column names and times in English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, BinaryIO, NamedTuple

from itemwell.errors import ConfigError
from itemwell.interchange.responses import quoted
from itemwell.interchange.responses.cells import LONGEST_OPTION, Raw
from itemwell.interchange.responses.lines import Refused, after_mark, header_of
from itemwell.interchange.responses.objects import Objects, objects
from itemwell.interchange.responses.quiz import Asked, Quiz, plain
from itemwell.interchange.responses.table import cells_of, delimiter_of

LEARNERS = {"idnumber": "ID number", "username": "Username", "emailaddress": "Email address"}
"""Columns that tell learners apart; the first that there is becomes the user_id."""

STATES = ("status", "state")
"""The column of the attempt's state: since Moodle 5, and before."""

FINISHED = frozenset({"Finished", "Submitted"})
"""What is submitted is all there, though Moodle has not marked it yet."""

MOST_QUESTIONS = 100_000
"""Different texts of questions in one report."""

NOTHING = frozenset({"", "-"})
_TIMES = ("%d %B %Y %I:%M %p", "%d %B %Y %H:%M")
_ANOTHER = "see: itemwell responses import --help"


class Columns(NamedTuple):
    """What a report has: the column of learners, the labels of responses, whether it shows questions."""

    learner: str
    labels: Sequence[str]
    shows_questions: bool


class _Answer(NamedTuple):
    number: int
    text: str
    user_id: str
    question_id: str
    selected_option: str
    answered_at: str


class _Unknown(ValueError):
    """A response that answers no question of the bank: the reason, and what was read."""


def is_report(header: str) -> bool:
    """Whether a CSV with this header is such a report."""
    names = _names(header)
    return "completed" in names and bool(_labels(names))


def columns_of(file: BinaryIO) -> Columns:
    """What the report has. Raises ConfigError where that is not enough."""
    names = _names_in(file)
    labels = _labels(names)
    learner = next((name for name in LEARNERS if name in names), None)
    if not labels or "completed" not in names:
        raise ConfigError(
            "the report has no columns Response 1 and Completed",
            "download Moodle's report Responses, in English, as CSV or JSON",
        )
    if learner is None:
        told = ", ".join(LEARNERS.values())
        raise ConfigError(
            f"the report tells no learners apart: it has none of the columns {told}",
            "have Moodle show one (its setting: user identity), and download it again",
        )
    if len(set(labels)) < len(labels):
        raise ConfigError("the report has a response twice", _ANOTHER)
    return Columns(learner, labels, all(f"question{label}" in names for label in labels))


def texts_in(file: BinaryIO) -> set[str]:
    """Every text of a question that the report shows; empty where it shows none."""
    columns = columns_of(file)
    found: set[str] = set()
    if columns.shows_questions:
        for piece in _attempts(file):
            for cells in piece.objects:
                found.update(plain(cells.get(f"question{label}", "")) for label in columns.labels)
            if len(found) > MOST_QUESTIONS:
                raise ConfigError(
                    f"the report shows more than {MOST_QUESTIONS:,} different questions", "split it"
                )
    return found - NOTHING


def read(file: BinaryIO, _header: str, quiz: Quiz | None = None) -> Iterator[Raw]:
    """The answers of `file`. Raises ConfigError where it does not say what they answer."""
    quiz = quiz or Quiz()
    columns = columns_of(file)
    count = len(columns.labels)
    if quiz.slots and len(quiz.slots) != count:
        told = f"the report has {count} responses, --quiz names {len(quiz.slots)} questions"
        raise ConfigError(told, "name the question of each response, in the quiz's order")
    if not quiz.slots and not columns.shows_questions:
        raise ConfigError(
            "the report does not say which question Response 1 answers",
            "tick 'question text' above Moodle's report and download it again, or add --quiz ID,ID",
        )
    return (_raw(piece, columns, quiz) for piece in _attempts(file))


def _raw(piece: Objects, columns: Columns, quiz: Quiz) -> Raw:
    taken: list[_Answer] = []
    refused = list(piece.refused)
    for number, told, cells in zip(piece.numbers, piece.texts, piece.objects, strict=True):
        moment = _moment(cells.get("completed", ""), quiz.zone)
        if why := _no_attempt(cells, columns, moment):
            refused.append(Refused(number, *why, told))
            continue
        for place, label in enumerate(columns.labels):
            response = plain(cells.get(f"response{label}", ""))
            if response in NOTHING:
                continue
            text = f"response {label}: {response}"
            try:
                one = quiz.slots[place] if quiz.slots else _found(cells, label, quiz)
                letter = _letter(one, response, plain(cells.get(f"rightanswer{label}", "")))
            except _Unknown as error:
                reason, what = error.args
                refused.append(Refused(number, reason, what, text))
                continue
            taken.append(_Answer(number, text, cells[columns.learner], one.id, letter, moment))
    numbers, texts, *values = zip(*taken, strict=True) if taken else [()] * 6
    names = ("user_id", "question_id", "selected_option", "answered_at")
    return Raw(numbers, texts, dict(zip(names, values, strict=True)), refused)


def _no_attempt(cells: Mapping[str, str], columns: Columns, moment: str) -> tuple[str, str] | None:
    """Why the row has no answer to take in; None where it may have some."""
    state = next((plain(cells[name]) for name in STATES if name in cells), None)
    if state is not None and state not in FINISHED:
        return "an attempt that is not finished", state[:LONGEST_OPTION]
    if plain(cells.get(columns.learner, "")) in NOTHING:
        return f"no {LEARNERS[columns.learner]}", ""
    if not moment:
        return "Completed is no time that can be read", cells.get("completed", "")[:LONGEST_OPTION]
    return None


def _found(cells: Mapping[str, str], label: str, quiz: Quiz) -> Asked:
    """The question that was shown. Raises _Unknown."""
    shown = plain(cells.get(f"question{label}", ""))
    if shown not in quiz.by_text:
        raise _Unknown("no question of the bank reads so", shown[:LONGEST_OPTION])
    one = quiz.by_text[shown]
    if one is None:
        raise _Unknown("several questions read so: name them by --quiz", shown[:LONGEST_OPTION])
    return one


def _letter(one: Asked, response: str, right: str) -> str:
    """The option that was chosen. Raises _Unknown, also where another is right for Moodle than here."""
    if response not in one.letter_of:
        raise _Unknown(f"no option of question {one.id}", response[:LONGEST_OPTION])
    if right not in NOTHING and one.letter_of.get(right) != one.key:
        told = f"right for Moodle, but not the key of question {one.id}"
        raise _Unknown(told, right[:LONGEST_OPTION])
    return one.letter_of[response]


def _moment(told: str, zone: tzinfo) -> str:
    """The time in ISO 8601; empty where it is none."""
    text = plain(told.replace(",", " "))
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).isoformat()
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _attempts(file: BinaryIO) -> Iterator[Objects]:
    """The rows of the report as cells by their names."""
    if _is_json(file):
        return (_named(piece) for piece in objects(file, ()))
    header = header_of(file)
    delimiter, names = delimiter_of(header), _names(header)
    return (
        piece._replace(
            objects=[dict(zip(names, map(_calm, cells), strict=True)) for cells in piece.objects]
        )
        for piece in quoted.rows(file, delimiter, len(names))
    )


def _named(piece: Objects) -> Objects:
    """The objects with names as a CSV's are read; what is none is refused."""
    named = Objects([], [], [], piece.refused)
    for number, text, found in zip(piece.numbers, piece.texts, piece.objects, strict=True):
        if not isinstance(found, dict):
            named.refused.append(Refused(number, "no JSON object", text=text))
            continue
        named.numbers.append(number)
        named.texts.append(text)
        named.objects.append({_name(key): _cell(value) for key, value in found.items()})
    return named


def _names_in(file: BinaryIO) -> list[str]:
    if not _is_json(file):
        return _names(header_of(file))
    first: Any = next((each for piece in objects(file, ()) for each in piece.objects), {})
    after_mark(file)
    if isinstance(first, str):  # a row without names is its values, one after the other
        raise ConfigError(
            "the report's rows have no names, as older versions of Moodle write JSON",
            "download it as CSV",
        )
    return [_name(key) for key in first] if isinstance(first, dict) else []


def _is_json(file: BinaryIO) -> bool:
    """Whether it begins as an array does; `file` then stands at its text."""
    begin = after_mark(file)
    head = file.read(100).lstrip()
    file.seek(begin)
    return head.startswith((b"[", b"{"))


def _names(header: str) -> list[str]:
    return [_name(cell) for cell in cells_of(header, delimiter_of(header))]


def _name(told: str) -> str:
    """A column's name as Moodle's JSON has it.

    >>> _name("Email address"), _name("Grade/10.00")
    ('emailaddress', 'grade1000')
    """
    return re.sub(r"[\W_]+", "", told).lower()


def _calm(cell: str) -> str:
    """A cell without the apostrophe that newer versions of Moodle put before a spreadsheet's formula.

    >>> _calm("'-5"), _calm("'tis")
    ('-5', "'tis")
    """
    return cell[1:] if _FORMULA.match(cell) else cell


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _labels(names: Sequence[str]) -> list[str]:
    return [name.removeprefix("response") for name in names if _RESPONSE.fullmatch(name)]


_FORMULA = re.compile(r"'\s*[-=+@\t\r\n]")
_RESPONSE = re.compile(r"response\w{1,10}")
