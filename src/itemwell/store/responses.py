"""Answers: keeping them by COPY, counting them. Reading all of them is `store/stream.py`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from psycopg import sql
from sqlalchemy import Connection, Engine, text

from itemwell.bank import Response
from itemwell.store import driver

NOTHING = "\\N"
"""How COPY writes NULL."""

SIMULATED = "sim-"
"""What the ids of simulated learners begin with, and no others."""

PIECE = 10_000
"""Answers that are made into one piece of a COPY."""


class Batch(NamedTuple):
    """Answers column by column, as COPY's text: `NOTHING` for none, "t" or "f", moments in ISO 8601.

    Learners' ids may hold anything but NUL; the other columns are believed.
    """

    user_ids: Sequence[str]
    question_ids: Sequence[str]
    correct: Sequence[str]
    options: Sequence[str]
    times_ms: Sequence[str]
    moments: Sequence[str]


class Added(NamedTuple):
    """How many answers were new, and how many the bank, or an earlier row, had already."""

    new: int
    already: int


class Watermark(NamedTuple):
    """What a calibration's snapshot held: its highest id, and how many answers."""

    last_id: int
    rows: int


def add(db: Connection, batches: Iterable[Batch]) -> Added:
    """Store the answers, all in one COPY; in the caller's transaction.

    An answer of the same learner to the same question at the same moment is the same answer. They
    go through a table of their own, sorted: that keeps the index's pages in memory, and two
    importers from waiting for each other crosswise. A batch that raises leaves nothing.
    """
    db.execute(text("SET LOCAL statement_timeout = 0"))
    db.execute(_INCOMING)
    copied = 0
    with driver.cursor(db) as cursor, cursor.copy(_COPY) as copy:
        for batch in batches:
            copied += len(batch.user_ids)
            copy.write(_encoded(batch))
    new = db.execute(_TAKE_IN).rowcount
    db.execute(text("DROP TABLE incoming_responses"))
    return Added(new, copied - new)


def add_each(db: Connection, responses: Iterable[Response]) -> Added:
    """Store these answers; see `add`."""
    return add(db, _batches(iter(responses)))


def count_new(db: Connection, watermark: Watermark | None) -> int:
    """How many answers that calibration has not seen; all of them where there was none.

    Answers committed late have an id below its highest, so both halves are counted, at one moment;
    what was deleted since hides no new one.
    """
    if watermark is None:
        return int(db.execute(text("SELECT count(*) FROM responses")).scalar_one())
    above, total = db.execute(_COUNT, {"last": watermark.last_id}).one()
    return new_among(watermark, above=above, total=total)


def count_above(db: Connection, watermark: Watermark) -> int:
    """How many answers have a higher id than that calibration saw. By the index: mostly they are few."""
    return int(db.execute(_ABOVE, {"last": watermark.last_id}).scalar_one())


def new_among(watermark: Watermark | None, *, above: int, total: int) -> int:
    """How many of `total` answers that calibration has not seen; `above` have a higher id than it saw."""
    if watermark is None:
        return total
    return above + max(0, total - above - watermark.rows)


def holds_real(db: Connection) -> bool:
    """Whether any answer is of a learner who was not simulated."""
    found: bool = db.execute(_REAL).scalar_one()
    return found


def now(db: Connection) -> datetime:
    """The server's clock."""
    moment: datetime = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment


def analyze(bank: Engine) -> None:
    """Let the planner know how many there are: a server that is up for seconds never gets to it."""
    with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE responses"))


def holds_any(db: Connection, prefix: str) -> bool:
    """Whether any learner's id begins so."""
    found: bool = db.execute(_BEGINS, {"prefix": prefix}).scalar_one()
    return found


def remove_simulated(db: Connection) -> int:
    """Delete the answers of simulated learners; how many they were."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    return db.execute(_REMOVE).rowcount


def totals(db: Connection) -> dict[str, Any]:
    """How many answers, learners and questions there are, and of when."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    return dict(db.execute(_TOTALS).mappings().one())


def by_type(db: Connection) -> list[dict[str, Any]]:
    """The answers to each type of question; the type is None where the question is not in the bank."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    return [dict(row) for row in db.execute(_BY_TYPE).mappings()]


def moment(value: datetime | None) -> str:
    """`value` as COPY reads it."""
    return value.isoformat() if value else NOTHING


def _batches(responses: Iterator[Response]) -> Iterator[Batch]:
    while piece := list(islice(responses, PIECE)):
        yield Batch(
            [each.user_id for each in piece],
            [str(each.question_id) for each in piece],
            ["t" if each.is_correct else "f" for each in piece],
            [_escaped(each.selected_option or NOTHING) for each in piece],
            [_or_nothing(each.response_time_ms) for each in piece],
            [moment(each.answered_at) for each in piece],
        )


def _or_nothing(value: object) -> str:
    return NOTHING if value is None else str(value)


def _encoded(batch: Batch) -> bytes:
    users = batch.user_ids
    if _SPECIAL.search("".join(users)):
        users = [_SPECIAL.sub(lambda found: _ESCAPES[found[0]], user) for user in users]
    rows = map("\t".join, zip(users, *batch[1:], strict=True))
    return "".join(f"{row}\n" for row in rows).encode()


def _escaped(value: str) -> str:
    if value == NOTHING:
        return value
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], value)


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r"[\\\n\r\t]")
_COLUMNS = "user_id, question_id, is_correct, selected_option, response_time_ms"
_INCOMING = text(
    "CREATE TEMPORARY TABLE incoming_responses (user_id text, question_id bigint,"
    " is_correct boolean, selected_option text, response_time_ms integer, answered_at timestamptz)"
    " ON COMMIT DROP"
)
_COPY = sql.SQL(f"COPY incoming_responses ({_COLUMNS}, answered_at) FROM STDIN")
_TAKE_IN = text(
    f"INSERT INTO responses ({_COLUMNS}, answered_at)"
    f" SELECT {_COLUMNS}, coalesce(answered_at, clock_timestamp()) FROM incoming_responses"
    ' ORDER BY user_id COLLATE "C", question_id, answered_at ON CONFLICT DO NOTHING'
)
_ABOVE = text("SELECT count(*) FROM responses WHERE id > :last")
_COUNT = text("""
    SELECT above, total FROM (SELECT count(*) AS above FROM responses WHERE id > :last) AS newer,
        (SELECT count(*) AS total FROM responses) AS every
""")
"""The newer ones by the index, which are few; to compare each row's id takes longer than to count rows."""
_REAL = text(
    f"SELECT EXISTS (SELECT 1 FROM responses WHERE NOT starts_with(user_id, '{SIMULATED}'))"
)
_BEGINS = text("SELECT EXISTS (SELECT 1 FROM responses WHERE starts_with(user_id, :prefix))")
_REMOVE = text(f"DELETE FROM responses WHERE starts_with(user_id, '{SIMULATED}')")
_TOTALS = text(f"""
    SELECT coalesce(sum(answers), 0)::bigint AS responses, count(*) AS learners,
        coalesce(sum(answers) FILTER (WHERE starts_with(user_id, '{SIMULATED}')), 0)::bigint AS simulated,
        min(earliest) AS first_answered_at, max(latest) AS last_answered_at
    FROM (SELECT user_id, count(*) AS answers, min(answered_at) AS earliest, max(answered_at) AS latest
          FROM responses GROUP BY user_id) AS learner
""")
_BY_TYPE = text("""
    SELECT question_type, count(*) AS questions, sum(answers)::bigint AS responses,
        min(answers) AS fewest, round(sum(correct)::numeric / sum(answers), 3)::double precision AS p_value
    FROM (SELECT question_id AS id, count(*) AS answers, count(*) FILTER (WHERE is_correct) AS correct
          FROM responses GROUP BY question_id) AS answered
    LEFT JOIN questions USING (id) GROUP BY question_type ORDER BY question_type NULLS LAST
""")
