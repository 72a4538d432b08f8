"""What learners study, in files, CSV or JSON lines: lessons, progress, quizzes, sessions. See KINDS."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import BinaryIO, NamedTuple

from itemwell.errors import ConfigError
from itemwell.interchange.responses import jsonl, long
from itemwell.interchange.responses.cells import MISSING, NONE, Raw, Wrong, each, moments, user_id
from itemwell.interchange.responses.lines import Refused, header_of
from itemwell.interchange.responses.table import cells_of, delimiter_of

LONGEST = 500
MOST = 2**31 - 1
YES, NO = ("1", "true", "t", "yes"), ("0", "false", "f", "no")

Read = Callable[[str], str]


class Known(NamedTuple):
    """What cells are read by: the lessons that there are, and the time."""

    lessons: Collection[str]
    now: datetime
    latest: datetime


class Parsed(NamedTuple):
    """The columns of a kind as COPY reads them, and what was refused."""

    columns: list[Sequence[str]]
    refused: list[Refused]


def _text(name: str) -> Read:
    def read(cell: str) -> str:
        text = cell.strip()
        if text.lower() in MISSING:
            return NONE
        if len(text) > LONGEST or not text.isprintable():
            raise Wrong(f"{name} is too long or cannot be printed")
        return text

    return read


def _number(name: str, most: float, least: float = 0, *, whole: bool = False) -> Read:
    def read(cell: str) -> str:
        if cell.strip().lower() in MISSING:
            return NONE
        try:
            number = float(cell)
        except ValueError:
            raise Wrong(f"{name} is no number") from None
        if not least <= number <= most:
            raise Wrong(f"{name} is not {least:g} to {most:g}")
        return str(round(number)) if whole else repr(number)

    return read


def _whole(name: str) -> Read:
    return _number(name, MOST, whole=True)


def _word(name: str, words: Mapping[str, str], default: str) -> Read:
    def read(cell: str) -> str:
        word = cell.strip().lower()
        if word in MISSING:
            return default
        if word not in words:
            raise Wrong(f"{name} is none of {', '.join(words)}")
        return words[word]

    return read


def _moment(name: str, known: Known) -> Read:
    read_any = moments(name, known.now, known.latest)
    return lambda cell: NONE if cell.strip().lower() in MISSING else read_any(cell)


def _lesson(known: Known) -> Read:
    text = _text("lesson_id")

    def read(cell: str) -> str:
        found = text(cell)
        if found != NONE and found not in known.lessons:
            raise Wrong("no such lesson: bring lessons in first")
        return found

    return read


def _lessons(known: Known) -> dict[str, Read]:
    del known
    words = dict.fromkeys(YES, "t") | dict.fromkeys(NO, "f")
    return {
        "id": _text("id"),
        "title": _text("title"),
        "position": _whole("position"),
        "question_type": _text("question_type"),
        "minutes": _whole("minutes"),
        "active": _word("active", words, "t"),
    }


def _progress(known: Known) -> dict[str, Read]:
    return {
        "user_id": user_id,
        "lesson_id": _lesson(known),
        "started_at": _moment("started_at", known),
        "completed_at": _moment("completed_at", known),
        "score": _number("score", 100),
        "time_spent_seconds": _whole("time_spent_seconds"),
    }


def _quizzes(known: Known) -> dict[str, Read]:
    return {
        "user_id": user_id,
        "external_id": _text("external_id"),
        "lesson_id": _text("lesson_id"),
        "question_type": _text("question_type"),
        "kind": _word("kind", {"quiz": "quiz", "exercise": "exercise"}, "quiz"),
        "score": _number("score", 100),
        "started_at": _moment("started_at", known),
        "completed_at": _moment("completed_at", known),
    }


def _sessions(known: Known) -> dict[str, Read]:
    return {
        "user_id": user_id,
        "external_id": _text("external_id"),
        "started_at": _moment("started_at", known),
        "ended_at": _moment("ended_at", known),
        "seconds": _whole("seconds"),
    }


class Kind(NamedTuple):
    """A kind of rows: how its columns are read, those a row must have, and which time ends another."""

    readers: Callable[[Known], dict[str, Read]]
    needed: tuple[str, ...]
    ends: tuple[str, str] | None = None


KINDS = {
    "lessons": Kind(_lessons, ("id", "title")),
    "progress": Kind(
        _progress, ("user_id", "lesson_id", "started_at"), ("started_at", "completed_at")
    ),
    "quizzes": Kind(_quizzes, ("user_id", "started_at"), ("started_at", "completed_at")),
    "sessions": Kind(_sessions, ("user_id", "started_at"), ("started_at", "ended_at")),
}


def rows(file: BinaryIO, kind: str, known: Known) -> Iterator[Raw]:
    """The rows of `file`. Raises ConfigError for what is no text, or lacks a column that is needed."""
    names = tuple(KINDS[kind].readers(known))
    header = header_of(file)
    if header.lstrip().startswith("{"):
        return jsonl.objects(file, names)
    delimiter = delimiter_of(header)
    given = [name.strip().lower() for name in cells_of(header, delimiter)]
    step = "see: itemwell study import --help"
    if missing := [name for name in KINDS[kind].needed if name not in given]:
        raise ConfigError(f"the file's header lacks {', '.join(missing)}", step)
    if twice := [name for name in names if given.count(name) > 1]:
        raise ConfigError(f"the file's header names {', '.join(twice)} twice", "name it once")
    return long.raw(file, delimiter, given)


def parsed(raw: Raw, kind: str, known: Known) -> Parsed:
    """The rows of `raw` that the bank can take."""
    about, wrong = KINDS[kind], dict[int, tuple[str, str]]()
    readers, size = about.readers(known), len(raw.numbers)
    columns = {
        name: each(raw.columns.get(name, [""] * size), read, wrong)
        for name, read in readers.items()
    }
    for name in about.needed:
        for place, cell in enumerate(columns[name]):
            if cell == NONE:
                wrong.setdefault(place, (f"no {name}", ""))
    if about.ends:
        starts, ends = (columns[name] for name in about.ends)
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if place not in wrong and end != NONE and _before(end, start):
                wrong[place] = f"{about.ends[1]} is before {about.ends[0]}", end
    refused = [
        Refused(raw.numbers[place], reason, what, raw.texts[place])
        for place, (reason, what) in wrong.items()
    ]
    kept = [place not in wrong for place in range(size)]
    return Parsed(
        [list(compress(column, kept)) for column in columns.values()],
        sorted(raw.refused + refused),
    )


def _before(end: str, start: str) -> bool:
    return datetime.fromisoformat(end) < datetime.fromisoformat(start)
