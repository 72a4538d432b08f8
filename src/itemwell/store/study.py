"""What learners studied: the inputs, and who was active, a page of learners at a time.

The inputs are tables of ours or views of the application's, by the names of the settings. What each
did in his window is read where his day is closed: see `closing.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, text

from itemwell.bank import Learner, Published
from itemwell.errors import ConfigError
from itemwell.settings import Settings
from itemwell.store import items

KNOWN, ROWS = 20_000, 200_000
"""A page has at most so many learners that the bank knows, and so many rows of each input."""

WANTED = {
    "lessons": {"id": "text", "title": "text", "question_type": "text", "active": "boolean"},
    "lesson_progress": {
        "user_id": "text",
        "lesson_id": "text",
        "started_at": "moment",
        "completed_at": "moment",
        "score": "number",
        "time_spent_seconds": "number",
    },
    "quiz_attempts": {
        "id": "number",
        "user_id": "text",
        "lesson_id": "text",
        "question_type": "text",
        "kind": "text",
        "score": "number",
        "started_at": "moment",
        "completed_at": "moment",
    },
    "study_sessions": {
        "user_id": "text",
        "started_at": "moment",
        "ended_at": "moment",
        "seconds": "number",
    },
}
"""The columns that are read of each input, and what they must be."""

KINDS = {
    "text": {"text", "character varying"},
    "number": {"smallint", "integer", "bigint", "real", "double precision"},
    "moment": {"timestamp with time zone"},
    "boolean": {"boolean"},
}


class Sources(NamedTuple):
    """The inputs as SQL names them, each quoted."""

    lessons: str
    lesson_progress: str
    quiz_attempts: str
    study_sessions: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """By the settings, which let nothing but names through."""
        named = [getattr(settings, f"{name}_table") for name in cls._fields]
        return cls(*(".".join(f'"{part}"' for part in name.split(".")) for name in named))


OURS = Sources(*Sources._fields)


class Page(NamedTuple):
    """Learners who were active, by id.

    `upto` is the last id that was looked at, None where no more come; `looked_at` is how many were of
    those that the bank knows.
    """

    learners: list[Learner]
    upto: str | None
    looked_at: int


def page(
    db: Connection, sources: Sources, since: datetime, after: str | None, upto: str | None
) -> Page:
    """The next learners after an id who did something since a moment, by id, at most up to another."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    asked: dict[str, Any] = {"after": after, "upto": upto, "since": since}
    end = asked["upto"] = _end(db, sources, asked)
    rows = db.execute(text(_ACTIVE.format(**_quoted(sources))), asked)
    looked_at = int(db.execute(_LOOKED_AT, asked).scalar_one())
    return Page([Learner(*row) for row in rows], None if end == upto else end, looked_at)


def _end(db: Connection, sources: Sources, asked: Mapping[str, Any]) -> str | None:
    """The last id of the page: inputs are counted only as far as there are learners for it."""
    upto = db.scalar(_NTH_KNOWN, {**asked, "rows": KNOWN}) or asked["upto"]
    bound = text(_BOUND.format(**_quoted(sources)))
    found: str | None = db.scalar(bound, {**asked, "upto": upto, "rows": ROWS}) or upto
    return found


def learner(db: Connection, user_id: str) -> Learner:
    """One learner, whether the bank knows him or not."""
    row = db.execute(_LEARNER, {"user_id": user_id}).one_or_none()
    return Learner(*row) if row else Learner(user_id, None, None, None)


def published(db: Connection) -> Published:
    """The item parameters that are in force."""
    rows = db.execute(_PUBLISHED).all()
    columns: tuple[Any, ...] = tuple(zip(*rows, strict=True)) or ((), (), (), ())
    return Published(items.in_force(db), *columns)


def require(db: Connection, sources: Sources) -> None:
    """Raise ConfigError where an input is not there, or lacks a column or its kind."""
    for name, table in zip(sources._fields, sources, strict=True):
        rows = db.execute(_COLUMNS, {"table": table})
        found = {row.name: row.kind for row in rows}
        setting = f"{name.upper()}_TABLE"
        if not found:
            raise ConfigError(f"there is no table or view {table}", f"mend {setting}")
        for column, kind in WANTED[name].items():
            if column not in found:
                raise ConfigError(f"{table} has no column {column}", f"mend {setting} or the view")
            if found[column] not in KINDS[kind]:
                told = f"column {column} of {table} is {found[column]}, not a {kind}"
                raise ConfigError(told, f"mend {setting} or the view")


def _quoted(sources: Sources) -> dict[str, str]:
    return sources._asdict()


_RANGE = """(CAST(:after AS text) IS NULL OR user_id > :after)
    AND (CAST(:upto AS text) IS NULL OR user_id <= :upto)"""
_NTH = "(SELECT user_id FROM {table} WHERE " + _RANGE + " ORDER BY user_id OFFSET :rows LIMIT 1)"
_NTH_KNOWN = text(_NTH.format(table="learners"))
_INPUTS = "{lesson_progress}", "{quiz_attempts}", "{study_sessions}", "responses"
_BOUND = f"SELECT least({', '.join(_NTH.replace('{table}', name) for name in _INPUTS)})"
_DID = "SELECT DISTINCT user_id FROM {table} WHERE " + _RANGE + " AND {moment} >= :since"
_ACTIVE = f"""
    SELECT active.user_id, time_zone, last_active_at, created_at FROM (
        {
    " UNION ".join(
        _DID.replace("{table}", table).replace("{moment}", moment)
        for table, moment in (
            ("{lesson_progress}", "completed_at"),
            ("{quiz_attempts}", "completed_at"),
            ("{study_sessions}", "started_at"),
            ("responses", "answered_at"),
            ("learners", "last_active_at"),
        )
    )
}
    ) AS active LEFT JOIN learners USING (user_id) ORDER BY active.user_id
"""
_LOOKED_AT = text(f"SELECT count(*) FROM learners WHERE {_RANGE}")
_LEARNER = text(
    "SELECT user_id, time_zone, last_active_at, created_at FROM learners WHERE user_id = :user_id"
)
_PUBLISHED = text(
    "SELECT id, question_type, irt_discrimination, irt_difficulty FROM questions"
    " WHERE irt_discrimination > 0 AND irt_difficulty IS NOT NULL ORDER BY id"
)
_COLUMNS = text("""
    SELECT attname AS name, format_type(atttypid, NULL) AS kind FROM pg_attribute
    WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped
""")
