"""Recommendations: keeping a page of learners' next steps, judging old ones, reading them."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from itemwell.bank import Dismissed, Recommendation
from itemwell.store.study import Sources


class Refresh(NamedTuple):
    """When steps are given: what was known by `as_of`, whose local date is `on`; by which run."""

    as_of: datetime
    on: date
    rules: str
    run_id: int | None


class Kept(NamedTuple):
    """Steps that are new, that stay as they were, and old ones that were made inactive."""

    new: int
    same: int
    ended: int


class Use(NamedTuple):
    """What came of a rule's steps. Improvement is counted where something tells of it."""

    recommendation_type: str
    given: int
    dismissed: int
    judged: int
    followed: int
    followed_told: int
    followed_improved: int
    others_told: int
    others_improved: int


def keep(
    db: Connection, users: Sequence[str], made: Sequence[Recommendation], refresh: Refresh
) -> Kept:
    """Put these in the place of whatever stood for `users`, in the caller's transaction.

    The same step of the same date stays as it is. One that the learner dismissed meanwhile is not
    given again for this date.
    """
    given = {"made": json.dumps([_plain(each) for each in made])}
    named = {"named": json.dumps([each[: len(_NAMED)] for each in made])}
    ended = db.execute(_END, {"users": list(users), "on": refresh.on} | named).rowcount
    new = db.execute(_KEEP, refresh._asdict() | given).rowcount if made else 0
    return Kept(new, len(made) - new, ended)


def _plain(made: Recommendation) -> dict[str, Any]:
    return made._asdict() | {"expires_at": made.expires_at.isoformat()}


def end_expired(db: Connection, at: datetime, after: str) -> tuple[int, str | None]:
    """End steps of whomever whose time is over, among the standing ones of the next learners after an id.

    How many, and the last id that was looked at; None where there is no more.
    """
    row = db.execute(_EXPIRED, {"at": at, "after": after, "rows": ROWS}).one()
    return int(row.ended), row.upto


def dismissed(db: Connection, users: Sequence[str], since: datetime) -> list[Dismissed]:
    """What these learners did not want since a moment."""
    rows = db.execute(_DISMISSED, {"users": list(users), "since": since})
    return [Dismissed(*row) for row in rows]


def judge(db: Connection, sources: Sources, users: Sequence[str], at: datetime) -> None:
    """Note by when these learners did what they were told, and whether they were better afterwards.

    Final once a step is over and two weeks have passed.
    """
    query = _JUDGE.format(**sources._asdict())
    judging = text(query).bindparams(bindparam("users", type_=_TEXTS))
    db.execute(judging, {"users": list(users), "at": at})


def standing(db: Connection, user_id: str) -> list[dict[str, Any]]:
    """A learner's next steps, the most important first."""
    rows = db.execute(_STANDING, {"user_id": user_id})
    return [dict(row) for row in rows.mappings()]


def uses(db: Connection, since: datetime | None, until: datetime | None) -> list[Use]:
    """What came of each rule's steps of a time."""
    return [Use(*row) for row in db.execute(_USES, {"since": since, "until": until})]


ROWS = 20_000
"""Standing steps that are looked at in a transaction."""

_TEXTS = ARRAY(Text)
_MOMENT = DateTime(timezone=True)
_COLUMNS = {
    "user_id": "text", "recommendation_type": "text", "subject": "text", "priority": "smallint",
    "title": "text", "reason": "text", "evidence": "jsonb", "expires_at": "timestamptz",
}  # fmt: skip
_NAMED = ("user_id", "recommendation_type", "subject")
"""What tells a step from others, first in a Recommendation."""

# In the order of learners, so that two runs at once do not wait for each other crosswise.
_END = text("""
    WITH named AS MATERIALIZED (
        SELECT one ->> 0 AS user_id, one ->> 1 AS recommendation_type, one ->> 2 AS subject
        FROM jsonb_array_elements(CAST(:named AS jsonb)) AS one
    ), old AS (
        SELECT id FROM adaptive_recommendations AS standing
        LEFT JOIN named USING (user_id, recommendation_type)
        WHERE standing.user_id = ANY(:users) AND is_active AND NOT (refresh_date = :on
            AND named.user_id IS NOT NULL AND named.subject IS NOT DISTINCT FROM standing.subject)
        ORDER BY standing.user_id, id FOR UPDATE OF standing
    )
    UPDATE adaptive_recommendations AS standing
    SET is_active = false, ended_at = clock_timestamp() FROM old WHERE standing.id = old.id
""").bindparams(bindparam("users", type_=_TEXTS))
_FIGURES = ("subject", "priority", "title", "reason", "evidence", "expires_at")
_KEEP = text(f"""
    INSERT INTO adaptive_recommendations AS standing
        ({", ".join(_COLUMNS)}, rules, as_of, refresh_date, run_id)
    SELECT {", ".join(_COLUMNS)}, :rules, :as_of, :on, :run_id
    FROM jsonb_to_recordset(CAST(:made AS jsonb))
        AS made ({", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
    ORDER BY user_id, recommendation_type
    ON CONFLICT (user_id, refresh_date, recommendation_type) DO UPDATE SET
        ({", ".join(_FIGURES)}, rules, as_of, run_id, is_active, ended_at, followed_at, improved)
        = ({", ".join(f"excluded.{name}" for name in _FIGURES)}, excluded.rules, excluded.as_of,
            excluded.run_id, true, NULL, NULL, NULL)
        WHERE standing.dismissed_at IS NULL
            AND (NOT standing.is_active OR standing.subject IS DISTINCT FROM excluded.subject)
""").bindparams(bindparam("as_of", type_=_MOMENT), bindparam("run_id", type_=BigInteger))
_EXPIRED = text("""
    WITH page AS MATERIALIZED (
        SELECT user_id FROM adaptive_recommendations
        WHERE is_active AND user_id > :after ORDER BY user_id LIMIT :rows
    ), old AS (
        SELECT id FROM adaptive_recommendations
        WHERE is_active AND user_id > :after AND user_id <= (SELECT max(user_id) FROM page)
            AND expires_at <= :at
        ORDER BY user_id, id FOR UPDATE
    ), ended AS (
        UPDATE adaptive_recommendations AS step
        SET is_active = false, ended_at = clock_timestamp() FROM old WHERE step.id = old.id RETURNING 1
    )
    SELECT (SELECT count(*) FROM ended) AS ended, (SELECT max(user_id) FROM page) AS upto
""").bindparams(bindparam("at", type_=_MOMENT))
_DISMISSED = text("""
    SELECT user_id, recommendation_type, subject, dismissed_at FROM adaptive_recommendations
    WHERE user_id = ANY(:users) AND dismissed_at >= :since
""").bindparams(bindparam("users", type_=_TEXTS))
_STANDING = text("""
    SELECT id, recommendation_type, subject, priority, title, reason, evidence, created_at, expires_at,
        followed_at
    FROM adaptive_recommendations
    WHERE user_id = :user_id AND is_active ORDER BY priority DESC, id
""")
_USES = text("""
    SELECT recommendation_type, count(*), count(dismissed_at), count(judged_at), count(followed_at),
        count(improved) FILTER (WHERE followed_at IS NOT NULL),
        count(*) FILTER (WHERE followed_at IS NOT NULL AND improved),
        count(improved) FILTER (WHERE followed_at IS NULL),
        count(*) FILTER (WHERE followed_at IS NULL AND improved)
    FROM adaptive_recommendations
    WHERE as_of >= coalesce(:since, '-infinity') AND as_of < coalesce(:until, 'infinity')
    GROUP BY recommendation_type ORDER BY recommendation_type
""").bindparams(bindparam("since", type_=_MOMENT), bindparam("until", type_=_MOMENT))


def _first(what: str, moment: str, where: str = "true") -> str:
    """SQL for the first such moment in the time of a step."""
    return (
        f"(SELECT min({moment}) FROM {{{what}}} WHERE user_id = step.user_id"
        f" AND {moment} > step.as_of AND {moment} <= least(step.expires_at, :at) AND {where})"
    )


_OF_LESSON = "lesson_id = step.subject"
_AVERAGE = """(SELECT avg(score) FROM {{quiz_attempts}} WHERE user_id = step.user_id AND kind = 'quiz'
        AND completed_at > step.as_of {since} AND completed_at <= step.as_of {until})"""
_JUDGE = f"""
    WITH step AS MATERIALIZED (
        SELECT * FROM adaptive_recommendations AS step
        WHERE user_id = ANY(:users) AND judged_at IS NULL AND as_of < :at
    ), seen AS (
        SELECT id, CASE recommendation_type
            WHEN 'TAKE_BREAK' THEN CASE WHEN as_of + interval '1 day' <= :at AND NOT EXISTS (
                    SELECT FROM {{study_sessions}} WHERE user_id = step.user_id
                        AND started_at > step.as_of AND started_at <= step.as_of + interval '1 day')
                THEN as_of + interval '1 day' END
            WHEN 'REVIEW_LESSON' THEN {_first("quiz_attempts", "completed_at", _OF_LESSON)}
            WHEN 'START_LEARNING' THEN {_first("lesson_progress", "started_at")}
            WHEN 'PRACTICE_MORE' THEN {_first("quiz_attempts", "completed_at", "kind = 'exercise'")}
            WHEN 'PRACTICE_WEAKEST' THEN (
                SELECT min(answered_at) FROM responses WHERE user_id = step.user_id
                    AND answered_at > step.as_of AND answered_at <= least(step.expires_at, :at)
                    AND step.evidence -> 'questions' @> to_jsonb(question_id))
            WHEN 'CONTINUE_LEARNING' THEN least(
                {_first("lesson_progress", "started_at", _OF_LESSON)},
                {_first("lesson_progress", "completed_at", _OF_LESSON)})
            ELSE least({_first("lesson_progress", "started_at")},
                {_first("lesson_progress", "completed_at")},
                {_first("quiz_attempts", "completed_at")}, {_first("study_sessions", "started_at")})
        END AS followed_at, CASE recommendation_type
            WHEN 'REVIEW_LESSON' THEN (
                SELECT score > CAST(step.evidence ->> 'score' AS double precision) FROM {{quiz_attempts}}
                WHERE user_id = step.user_id AND {_OF_LESSON} AND score IS NOT NULL
                    AND completed_at > step.as_of AND completed_at <= :at
                ORDER BY completed_at, id LIMIT 1)
            WHEN 'PRACTICE_WEAKEST' THEN (
                SELECT CAST(abilities -> step.subject ->> 'theta' AS double precision)
                    > CAST(step.evidence ->> 'theta' AS double precision)
                FROM performance_snapshots
                WHERE user_id = step.user_id AND day_end > step.as_of AND day_end <= :at
                ORDER BY snapshot_date DESC LIMIT 1)
            ELSE {_AVERAGE.format(since="", until="+ interval '14 days'")}
                > {_AVERAGE.format(since="- interval '14 days'", until="")}
        END AS improved
        FROM step
    )
    UPDATE adaptive_recommendations AS step SET followed_at = seen.followed_at, improved = seen.improved,
        judged_at = CASE WHEN greatest(expires_at, as_of + interval '14 days') <= :at
            THEN clock_timestamp() END
    FROM seen WHERE step.id = seen.id AND (
        step.followed_at IS DISTINCT FROM seen.followed_at
        OR step.improved IS DISTINCT FROM seen.improved
        OR greatest(expires_at, as_of + interval '14 days') <= :at)
"""
