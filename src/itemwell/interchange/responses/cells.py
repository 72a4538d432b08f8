"""What the cells of an answer mean, checked column by column; a row at a time only where one is wrong."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from itemwell.bank import LETTERS
from itemwell.interchange.responses.lines import Refused

NONE = "\\N"
MISSING = frozenset({"", "na", "nan", "null", "none", NONE.lower()})
"""How files write that there is nothing, in whatever case."""

RIGHT = ("1", "1.0", "true", "t", "yes", "y", "right", "correct")
WRONG = ("0", "0.0", "false", "f", "no", "n", "wrong", "incorrect")
CORRECT = dict.fromkeys(RIGHT, "t") | dict.fromkeys(WRONG, "f")

COLUMNS = (
    "user_id",
    "question_id",
    "is_correct",
    "selected_option",
    "response_time_ms",
    "answered_at",
)
REMEMBERED = 1 << 15
"""Learners and questions come again: so many are not read anew."""

LONGEST_ID = 200
LONGEST_OPTION = 40
MOST_MS = 2**31 - 1


class Raw(NamedTuple):
    """Some rows as a file has them: the columns that it has, its lines, and what was no row."""

    numbers: Sequence[int]
    texts: Sequence[str]
    columns: Mapping[str, Sequence[str]]
    refused: list[Refused]


class Known(NamedTuple):
    """What the cells are read by: the bank's keys, and the time."""

    key_of: Mapping[str, str]  # the letter of the right option, by the question's id
    now: datetime  # for answers that do not say when
    latest: datetime  # an answer cannot be later


class Parsed(NamedTuple):
    """Six columns as COPY reads them, what was refused, and how many answer unknown questions."""

    columns: list[Sequence[str]]
    refused: list[Refused]
    orphans: int


class Wrong(ValueError):
    """A cell that cannot be read. Its text is the reason."""


def parsed(raw: Raw, known: Known) -> Parsed:
    """The rows of `raw` that the bank can take."""
    wrong: dict[int, tuple[str, str]] = {}
    size = len(raw.numbers)
    given = {name: raw.columns.get(name, [""] * size) for name in COLUMNS}
    user_ids = each(given["user_id"], user_id, wrong)
    question_ids = each(given["question_id"], _question_id, wrong)
    options = each(given["selected_option"], _option, wrong)
    correct = each(given["is_correct"], _correct, wrong)
    if "" in correct:
        _score(correct, question_ids, options, known.key_of, wrong)
    times = each(given["response_time_ms"], _time, wrong)
    moment = moments("answered_at", known.now, known.latest)
    answered = each(given["answered_at"], moment, wrong)
    columns: list[Sequence[str]] = [user_ids, question_ids, correct, options, times, answered]
    refused = [
        Refused(raw.numbers[place], reason, what, raw.texts[place])
        for place, (reason, what) in sorted(wrong.items())
    ]
    if wrong:
        kept = [place not in wrong for place in range(size)]
        columns = [list(compress(column, kept)) for column in columns]
    orphans = sum(question not in known.key_of for question in columns[1])
    return Parsed(columns, sorted(raw.refused + refused), orphans)


def each(
    cells: Sequence[str], read: Callable[[str], str], wrong: dict[int, tuple[str, str]]
) -> list[str]:
    """Every cell read, equal ones once. A wrong one is noted, unless its row was wrong already."""
    known: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for cell in set(cells):
        try:
            known[cell] = read(cell)
        except Wrong as error:
            known[cell], reasons[cell] = "", str(error)
    if reasons:
        for place, cell in enumerate(cells):
            if cell in reasons:
                wrong.setdefault(place, (reasons[cell], cell[:LONGEST_OPTION]))
    return [known[cell] for cell in cells]


def _score(
    correct: list[str],
    question_ids: Sequence[str],
    options: Sequence[str],
    key_of: Mapping[str, str],
    wrong: dict[int, tuple[str, str]],
) -> None:
    """Fill in, by the bank's keys, what the file does not say."""
    for place, said in enumerate(correct):
        if said or place in wrong:
            continue
        option, key = options[place].upper(), key_of.get(question_ids[place])
        if option == NONE:
            wrong[place] = "neither is_correct nor selected_option", ""
        elif key is None:
            wrong[place] = "no question to score it by", question_ids[place]
        elif len(option) != 1 or option not in LETTERS:
            wrong[place] = "selected_option is no letter to score", option
        else:
            correct[place] = "t" if option == key else "f"


@lru_cache(REMEMBERED)
def user_id(cell: str) -> str:
    """A learner's id. Raises Wrong."""
    name = cell.strip()
    if name.lower() in MISSING:
        raise Wrong("no user_id")
    if len(name) > LONGEST_ID:
        raise Wrong(f"user_id is longer than {LONGEST_ID} characters")
    if not name.isprintable():
        raise Wrong("user_id has a character that cannot be printed")
    return name


@lru_cache(REMEMBERED)
def _question_id(cell: str) -> str:
    found = _QUESTION_ID.fullmatch(cell.strip())
    if not found:
        raise Wrong("question_id is no number" if cell.strip() else "no question_id")
    return found[1]


def _correct(cell: str) -> str:
    word = cell.strip().lower()
    if word in MISSING:
        return ""
    if word not in CORRECT:
        raise Wrong("is_correct is neither 1 nor 0")
    return CORRECT[word]


def _option(cell: str) -> str:
    text = cell.strip()
    if text.lower() in MISSING:
        return NONE
    if len(text) > LONGEST_OPTION or "\\" in text or not text.isprintable():
        raise Wrong("selected_option cannot be one")
    return text


def _time(cell: str) -> str:
    if cell.isdigit() and cell.isascii() and len(cell) < 10:
        return cell
    text = cell.strip()
    if text.lower() in MISSING:
        return NONE
    try:
        milliseconds = round(float(text))
    except (ValueError, OverflowError):
        raise Wrong("response_time_ms is no number") from None
    if milliseconds < 0:
        raise Wrong("response_time_ms is below 0")
    if milliseconds > MOST_MS:
        raise Wrong("response_time_ms is above 24 days")
    return str(milliseconds)


def moments(column: str, now: datetime, latest: datetime) -> Callable[[str], str]:
    """How a column of moments is read; an empty cell is `now`."""
    empty = now.isoformat()

    def read(cell: str) -> str:
        text = cell.strip()
        if text.lower() in MISSING:
            return empty
        try:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise Wrong(f"{column} is no time in ISO 8601") from None
        if moment > latest:
            raise Wrong(f"{column} is in the future")
        return moment.isoformat()

    return read


_QUESTION_ID = re.compile(r"0*([0-9]{1,18})(?:\.0)?")
