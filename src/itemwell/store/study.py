"""What learners studied: who was active, and what each did in a window of days. A page a statement.

The inputs are tables of ours or views of the application's, by the names of the settings. Every read
follows an index by learner and time, and asks each learner for his own window: how much history
there is before it, and how many learners are idle, costs next to nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from psycopg import sql
from sqlalchemy import Connection, text

from itemwell.bank import Activity, Learner, Published
from itemwell.errors import ConfigError
from itemwell.settings import Settings
from itemwell.store import driver, items

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
    asked = {"after": after, "upto": upto, "since": since}
    end = db.scalar(text(_BOUND.format(**_quoted(sources))), asked | {"known": KNOWN, "rows": ROWS})
    asked["upto"] = upto if end is None else end
    rows = db.execute(text(_ACTIVE.format(**_quoted(sources))), asked)
    looked_at = int(db.execute(_LOOKED_AT, asked).scalar_one())
    return Page([Learner(*row) for row in rows], None if end == upto else end, looked_at)


def learner(db: Connection, user_id: str) -> Learner:
    """One learner, whether the bank knows him or not."""
    row = db.execute(_LEARNER, {"user_id": user_id}).one_or_none()
    return Learner(*row) if row else Learner(user_id, None, None, None)


def activities(
    db: Connection,
    sources: Sources,
    learners: Sequence[tuple[str, int]],
    edges: Sequence[Sequence[datetime]],
) -> list[Activity]:
    """What each did in his window, in the order of `learners`, who name the place of it in `edges`.

    A window is the beginnings of its days and the end of the last one.
    """
    query = sql.SQL(_ACTIVITIES).format(
        **{name: sql.SQL(value) for name, value in _quoted(sources).items()}
    )
    literals = ["{" + ",".join(f'"{edge.isoformat()}"' for edge in each) + "}" for each in edges]
    asked = {
        "users": [user_id for user_id, _ in learners],
        "windows": [place + 1 for _, place in learners],
        "edges": literals,
    }
    with driver.cursor(db, binary=True) as cursor:
        cursor.execute("SET LOCAL jit = off")
        return [Activity(*row) for row in cursor.execute(query, asked)]


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
_BOUND = f"""
    SELECT least((SELECT user_id FROM learners WHERE {
    _RANGE
} ORDER BY user_id OFFSET :known LIMIT 1),
        {
    ", ".join(
        _NTH.replace("{table}", name)
        for name in ("{lesson_progress}", "{quiz_attempts}", "{study_sessions}", "responses")
    )
})
"""
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
# What is broken is looked for in the window alone, and at times that are none. An index-only scan
# each: neither the tables nor what is idle is read. Days are bits, so that four inputs make one set.
_ACTIVITIES = """
    WITH view AS MATERIALIZED (
        SELECT place, edges, edges[1] AS since, edges[cardinality(edges) - 1] AS day_start,
            edges[cardinality(edges)] AS day_end, (1::bigint << cardinality(edges)) - 2 AS days
        FROM (SELECT place, CAST(literal AS timestamptz[]) AS edges
            FROM unnest(CAST(%(edges)s AS text[])) WITH ORDINALITY AS given (literal, place)) AS parsed
    ), learner AS MATERIALIZED (
        SELECT given.place AS turn, given.user_id, view.*
        FROM unnest(CAST(%(users)s AS text[]), CAST(%(windows)s AS bigint[]))
            WITH ORDINALITY AS given (user_id, view, place)
        JOIN view ON view.place = given.view
    )
    SELECT coalesce(lesson.broken, quiz.broken, session.broken),
        (coalesce(lesson.days, 0) | coalesce(quiz.days, 0) | coalesce(session.days, 0)
            | coalesce(answer.days, 0)) & learner.days,
        lesson.count, lesson.this_day, coalesce(lesson.seconds, 0), session.this_day,
        coalesce(session.seconds, 0), quiz.count, coalesce(quiz.sum, 0), coalesce(answer.codes, '')
    FROM learner
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE completed_at < day_end) AS count,
            count(*) FILTER (WHERE completed_at >= day_start AND completed_at < day_end) AS this_day,
            sum(CAST(time_spent_seconds AS double precision))
                FILTER (WHERE completed_at >= day_start AND completed_at < day_end) AS seconds,
            bit_or(1::bigint << width_bucket(completed_at, edges)) AS days,
            min(CASE
                WHEN completed_at = 'infinity' OR started_at IN ('infinity', '-infinity')
                    THEN 'a lesson at an infinite time'
                WHEN completed_at >= day_end THEN NULL
                WHEN completed_at < started_at THEN 'a lesson that ends before it begins'
                WHEN score NOT BETWEEN 0 AND 100 THEN 'a lesson whose score is not 0 to 100'
                WHEN time_spent_seconds < 0 THEN 'a lesson of negative length'
            END) AS broken
        FROM {lesson_progress} WHERE user_id = learner.user_id AND completed_at >= since
    ) AS lesson
    CROSS JOIN LATERAL (
        SELECT count(score) FILTER (WHERE completed_at < day_end AND kind = 'quiz') AS count,
            sum(CAST(score AS double precision))
                FILTER (WHERE completed_at < day_end AND kind = 'quiz') AS sum,
            bit_or(1::bigint << width_bucket(completed_at, edges)) AS days,
            min(CASE
                WHEN completed_at = 'infinity' OR started_at IN ('infinity', '-infinity')
                    THEN 'a quiz at an infinite time'
                WHEN completed_at >= day_end THEN NULL
                WHEN completed_at < started_at THEN 'a quiz that ends before it begins'
                WHEN score NOT BETWEEN 0 AND 100 THEN 'a quiz whose score is not 0 to 100'
            END) AS broken
        FROM {quiz_attempts} WHERE user_id = learner.user_id AND completed_at >= since
    ) AS quiz
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE started_at < day_end
                AND (started_at >= day_start OR ended_at > day_start)) AS this_day,
            sum(CASE
                WHEN ended_at > started_at THEN greatest(date_part('epoch',
                        least(ended_at, day_end) - greatest(started_at, day_start)), 0)
                    * coalesce(seconds / date_part('epoch', ended_at - started_at), 1)
                ELSE coalesce(seconds, 0)
            END) FILTER (WHERE started_at < day_end AND (started_at >= day_start OR ended_at > day_start)
                AND ended_at IS DISTINCT FROM 'infinity') AS seconds,
            bit_or(1::bigint << width_bucket(started_at, edges)) AS days,
            min(CASE
                WHEN started_at = 'infinity' OR ended_at IN ('infinity', '-infinity')
                    THEN 'a session at an infinite time'
                WHEN started_at >= day_end THEN NULL
                WHEN ended_at < started_at THEN 'a session that ends before it begins'
                WHEN seconds < 0 THEN 'a session of negative length'
            END) AS broken
        FROM {study_sessions} WHERE user_id = learner.user_id AND started_at >= since
    ) AS session
    CROSS JOIN LATERAL (
        SELECT bit_or(1::bigint << width_bucket(answered_at, edges)) FILTER (WHERE answered_at >= since)
                AS days,
            string_agg(int8send(2 * question_id + is_correct::integer), ''::bytea
                ORDER BY question_id, answered_at)
                FILTER (WHERE answered_at < day_end AND question_id BETWEEN 0 AND 1::bigint << 61) AS codes
        FROM responses WHERE user_id = learner.user_id
    ) AS answer
    ORDER BY turn
"""
