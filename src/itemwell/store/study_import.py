"""Bringing in what learners study: a COPY into a table of texts, then one statement into ours."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from psycopg import sql
from sqlalchemy import Connection, text

from itemwell.store import driver


class Taken(NamedTuple):
    """Rows that are new, that changed a row of ours, and that say what was known."""

    new: int
    changed: int
    same: int


class Target(NamedTuple):
    """Where a kind of rows goes, by which columns a row is known, and the SQL of columns' kinds."""

    table: str
    known_by: tuple[str, ...]
    columns: dict[str, str]


_TIMES = {"started_at": "timestamptz", "completed_at": "timestamptz"}
_OWN_ID = """coalesce(external_id, 'import:' || md5(concat_ws('|', {also}
    extract(epoch FROM started_at::timestamptz)::text)))"""
TARGETS = {
    "lessons": Target(
        "lessons",
        ("id",),
        {
            "id": "text",
            "title": "text",
            "position": "integer",
            "question_type": "text",
            "minutes": "integer",
            "active": "boolean",
        },
    ),
    "progress": Target(
        "lesson_progress",
        ("user_id", "lesson_id"),
        {
            "user_id": "text",
            "lesson_id": "text",
            **_TIMES,
            "score": "double precision",
            "time_spent_seconds": "integer",
        },
    ),
    "quizzes": Target(
        "quiz_attempts",
        ("user_id", "external_id"),
        {
            "user_id": "text",
            "external_id": "text",
            "lesson_id": "text",
            "question_type": "text",
            "kind": "text",
            "score": "double precision",
            **_TIMES,
        },
    ),
    "sessions": Target(
        "study_sessions",
        ("user_id", "external_id"),
        {
            "user_id": "text",
            "external_id": "text",
            "started_at": "timestamptz",
            "ended_at": "timestamptz",
            "seconds": "integer",
        },
    ),
}
INSTEAD = {
    "time_spent_seconds": "coalesce(time_spent_seconds::integer, 0)",
    ("quizzes", "external_id"): _OWN_ID.format(also="lesson_id, kind,"),
    ("sessions", "external_id"): _OWN_ID.format(also=""),
}


def lessons(db: Connection) -> frozenset[str]:
    """The ids of the lessons that there are."""
    return frozenset(db.scalars(text("SELECT id FROM lessons")))


def take(db: Connection, kind: str, batches: Iterable[Sequence[Sequence[str | None]]]) -> Taken:
    """Take rows in, columns a batch, in the caller's transaction. Of two about the same the last counts.

    An attempt or a session without an id of the application's is known by learner, lesson and begin.
    """
    target = TARGETS[kind]
    names = ", ".join(target.columns)
    db.execute(text("SET LOCAL statement_timeout = 0"))
    texts = ", ".join(f"{name} text" for name in target.columns)
    db.execute(
        text(
            f"CREATE TEMPORARY TABLE incoming_study (line bigint GENERATED ALWAYS AS IDENTITY, {texts})"
            " ON COMMIT DROP"
        )
    )
    copying = sql.SQL("COPY incoming_study ({names}) FROM STDIN").format(names=sql.SQL(names))
    with driver.cursor(db) as cursor, cursor.copy(copying) as copy:
        for batch in batches:
            for row in zip(*batch, strict=True):
                copy.write_row(row)
    found = db.execute(text(_statement(kind, target))).one()
    db.execute(text("DROP TABLE incoming_study"))
    return Taken(found.new, found.changed, found.given - found.new - found.changed)


def _statement(kind: str, target: Target) -> str:
    """Sorted, so that two imports at once do not wait for each other crosswise; xmax is 0 in a new row."""
    names, key = ", ".join(target.columns), ", ".join(target.known_by)
    values = ", ".join(
        f"{INSTEAD.get((kind, name)) or INSTEAD.get(name) or f'{name}::{as_what}'} AS {name}"
        for name, as_what in target.columns.items()
    )
    changing = [name for name in target.columns if name not in target.known_by]
    mine = ", ".join(f"ours.{name}" for name in changing)
    theirs = ", ".join(f"excluded.{name}" for name in changing)
    return f"""
        WITH given AS (
            SELECT DISTINCT ON ({key}) {names} FROM (SELECT {values}, line FROM incoming_study) AS row
            ORDER BY {key}, line DESC
        ), kept AS (
            INSERT INTO {target.table} AS ours ({names}) SELECT {names} FROM given ORDER BY {key}
            ON CONFLICT ({key}) DO UPDATE SET ({", ".join(changing)}) = ROW({theirs})
                WHERE ({mine}) IS DISTINCT FROM ({theirs})
            RETURNING xmax = 0 AS new
        )
        SELECT count(*) FILTER (WHERE new) AS new, count(*) FILTER (WHERE NOT new) AS changed,
            (SELECT count(*) FROM incoming_study) AS given
        FROM kept
    """
