"""Whom exams are for: learners who are active, the exams that they lack, what they have seen."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Interval, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY


class Lacking(NamedTuple):
    """A learner without a valid exam of a type."""

    user_id: str
    exam_type: str


def active_learners(
    db: Connection,
    idle: timedelta,
    after: str | None = None,
    limit: int = 500,
    upto: str | None = None,
) -> list[str]:
    """The next learners, by id, who did something within `idle`; fewer than `limit`: these are the last.

    Only those up to the id `upto`, where that is given.

    Whoever answered is a learner, whether `learners` has him or not.
    """
    found: list[str] = []
    asked = {"idle": idle, "limit": limit, "upto": upto}
    while True:
        page = db.execute(_ACTIVE, asked | {"after": after}).all()
        found += [row.user_id for row in page if row.active]
        if len(page) < limit or len(found) >= limit:
            return found[:limit]
        after = page[-1].user_id


def known(db: Connection, user_id: str) -> bool:
    """Whether there is such a learner: told to us, with an answer, or with an exam."""
    return bool(db.scalar(_KNOWN, {"learner": user_id}))


def lacking(
    db: Connection, exam_types: Sequence[str], learners: Sequence[str], horizon: timedelta
) -> list[Lacking]:
    """Those of `learners`, in their order, without an unused exam that is valid beyond `horizon`."""
    asked = {"types": list(exam_types), "learners": list(learners), "horizon": horizon}
    return [Lacking(*row) for row in db.execute(_LACKING, asked)]


def seen(db: Connection, user_ids: Sequence[str]) -> dict[str, dict[int, datetime]]:
    """When each learner saw which question last: answered, or in an exam that was handed out."""
    found: dict[str, dict[int, datetime]] = {user_id: {} for user_id in user_ids}
    for row in db.execute(_SEEN, {"learners": list(user_ids)}):
        found[row.user_id][row.question_id] = row.seen_at
    return found


_TEXTS = ARRAY(Text)
# The distinct learners of the answers, one step along the index each: reading them all takes longer.
_ACTIVE = text("""
    WITH RECURSIVE answering (user_id, place) AS (
        SELECT (SELECT user_id FROM responses WHERE (CAST(:after AS text) IS NULL OR user_id > :after)
                AND (CAST(:upto AS text) IS NULL OR user_id <= :upto) ORDER BY user_id LIMIT 1), 1
        UNION ALL
        SELECT (SELECT user_id FROM responses WHERE user_id > answering.user_id
                AND (CAST(:upto AS text) IS NULL OR user_id <= :upto)
                ORDER BY user_id LIMIT 1), place + 1
        FROM answering WHERE user_id IS NOT NULL AND place < :limit
    ), known AS (
        SELECT user_id FROM learners WHERE (CAST(:after AS text) IS NULL OR user_id > :after)
            AND (CAST(:upto AS text) IS NULL OR user_id <= :upto)
        ORDER BY user_id LIMIT :limit
    ), page AS (
        SELECT user_id FROM known UNION SELECT user_id FROM answering WHERE user_id IS NOT NULL
        ORDER BY user_id LIMIT :limit
    )
    SELECT page.user_id, coalesce(learner.last_active_at >= since.moment, false) OR EXISTS (
        SELECT FROM responses WHERE responses.user_id = page.user_id AND answered_at >= since.moment
    ) AS active
    FROM page LEFT JOIN learners AS learner USING (user_id)
    CROSS JOIN (SELECT statement_timestamp() - :idle AS moment) AS since
    ORDER BY page.user_id
""").bindparams(bindparam("idle", type_=Interval))
_KNOWN = text("""
    SELECT EXISTS (SELECT FROM learners WHERE user_id = :learner)
        OR EXISTS (SELECT FROM responses WHERE user_id = :learner)
        OR EXISTS (SELECT FROM exam_attempts WHERE user_id = :learner)
""")
_LACKING = text("""
    SELECT learner.user_id, wanted.exam_type
    FROM unnest(:learners) WITH ORDINALITY AS learner (user_id, place)
    CROSS JOIN unnest(:types) WITH ORDINALITY AS wanted (exam_type, turn)
    WHERE NOT EXISTS (SELECT FROM pre_generated_exams AS exam WHERE exam.user_id = learner.user_id
        AND exam.exam_type = wanted.exam_type AND exam.used = false
        AND exam.expires_at > statement_timestamp() + :horizon)
    ORDER BY learner.place, wanted.turn
""").bindparams(
    bindparam("learners", type_=_TEXTS),
    bindparam("types", type_=_TEXTS),
    bindparam("horizon", type_=Interval),
)
_SEEN = text("""
    SELECT user_id, question_id, max(moment) AS seen_at FROM (
        SELECT user_id, question_id, answered_at AS moment FROM responses WHERE user_id = ANY(:learners)
        UNION ALL
        SELECT user_id, (entry ->> 'id')::bigint, coalesce(finished_at, started_at, claimed_at)
        FROM exam_attempts, jsonb_array_elements(questions) AS entry WHERE user_id = ANY(:learners)
    ) AS sight GROUP BY user_id, question_id
""").bindparams(bindparam("learners", type_=_TEXTS))
