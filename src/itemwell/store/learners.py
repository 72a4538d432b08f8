"""Learners: who they are, and when each was active last, whether they told us or answered."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from psycopg import sql
from sqlalchemy import Connection, Interval, bindparam, text

from itemwell.store import driver


class Added(NamedTuple):
    """Learners that are new, that were active later than was known, and of whom that was known.

    `moved` of those who are not new have another time zone than was known.
    """

    new: int
    later: int
    already: int
    moved: int = 0


def add(db: Connection, batches: Iterable[tuple[Sequence[str | None], ...]]) -> Added:
    """Note these learners, when each was active last, and where, in the caller's transaction.

    A batch is their ids, the moments in ISO 8601 and the time zones, None where nothing is told of it.
    Of two moments of a learner the later counts, and of two zones the later moment's.
    """
    db.execute(text("SET LOCAL statement_timeout = 0"))
    db.execute(_INCOMING)
    with driver.cursor(db) as cursor, cursor.copy(_COPY) as copy:
        for batch in batches:
            for row in zip(*batch, strict=True):
                copy.write_row(row)
    row = db.execute(_TAKE_IN).one()
    db.execute(text("DROP TABLE incoming_learners"))
    return Added(row.new, row.later, row.learners - row.new - row.later, row.moved)


def listed(db: Connection, idle: timedelta | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Learners, who was active last first, with their answers, exams that wait, and attempts.

    Whoever answered is one. With `idle` only those who did something since.
    """
    db.execute(text("SET LOCAL statement_timeout = 0"))
    rows = db.execute(_LISTED, {"idle": idle, "limit": limit})
    return [dict(row) for row in rows.mappings()]


def count(db: Connection) -> int:
    """How many learners there are."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    return int(db.execute(_COUNT).scalar_one())


def known(db: Connection, user_id: str) -> bool:
    """Whether anything tells of this learner."""
    return bool(db.scalar(_KNOWN, {"user_id": user_id}))


def count_known(db: Connection) -> int:
    """How many the bank was told of, which takes no look at all answers."""
    return int(db.execute(text("SELECT count(*) FROM learners")).scalar_one())


_INCOMING = text(
    "CREATE TEMPORARY TABLE incoming_learners (user_id text, last_active_at timestamptz, time_zone text)"
    " ON COMMIT DROP"
)
_COPY = sql.SQL("COPY incoming_learners (user_id, last_active_at, time_zone) FROM STDIN")
# Sorted, so that two imports at once do not wait for each other crosswise. xmax is 0 in a new row.
_TAKE_IN = text("""
    WITH incoming AS (
        SELECT user_id, max(last_active_at) AS last_active_at, (array_agg(time_zone
            ORDER BY last_active_at DESC) FILTER (WHERE time_zone IS NOT NULL))[1] AS time_zone
        FROM incoming_learners GROUP BY user_id
    ), kept AS (
        INSERT INTO learners (user_id, last_active_at, time_zone)
        SELECT user_id, last_active_at, time_zone FROM incoming ORDER BY user_id COLLATE "C"
        ON CONFLICT (user_id) DO UPDATE SET
            last_active_at = greatest(learners.last_active_at, excluded.last_active_at),
            time_zone = coalesce(excluded.time_zone, learners.time_zone)
            WHERE learners.last_active_at < excluded.last_active_at
                OR excluded.time_zone <> coalesce(learners.time_zone, '')
        RETURNING user_id, xmax = 0 AS new
    )
    SELECT count(*) FILTER (WHERE new) AS new,
        count(*) FILTER (WHERE NOT new AND known.last_active_at < incoming.last_active_at) AS later,
        count(*) FILTER (WHERE NOT new AND incoming.time_zone <> coalesce(known.time_zone, ''))
            AS moved,
        (SELECT count(*) FROM incoming) AS learners
    FROM kept JOIN incoming USING (user_id) LEFT JOIN learners AS known USING (user_id)
""")
_LISTED = text("""
    WITH learner AS (
        SELECT user_id, max(moment) AS last_active_at, sum(answers)::bigint AS answers FROM (
            SELECT user_id, last_active_at AS moment, 0 AS answers FROM learners
            UNION ALL SELECT user_id, max(answered_at), count(*) FROM responses GROUP BY user_id
        ) AS activity GROUP BY user_id
    ), page AS (
        SELECT * FROM learner
        WHERE CAST(:idle AS interval) IS NULL OR last_active_at >= statement_timestamp() - :idle
        ORDER BY last_active_at DESC, user_id LIMIT :limit
    )
    SELECT *, (SELECT count(*) FROM pre_generated_exams AS exam WHERE exam.user_id = page.user_id
            AND exam.used = false AND exam.expires_at > statement_timestamp()) AS exams_ready,
        (SELECT count(*) FROM exam_attempts AS attempt WHERE attempt.user_id = page.user_id) AS attempts
    FROM page ORDER BY last_active_at DESC, user_id
""").bindparams(bindparam("idle", type_=Interval))
_KNOWN = text(
    "SELECT EXISTS (SELECT FROM learners WHERE user_id = :user_id)"
    " OR EXISTS (SELECT FROM responses WHERE user_id = :user_id)"
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT user_id FROM learners UNION SELECT user_id FROM responses) AS learner"
)
