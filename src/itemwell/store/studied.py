"""What learners' next steps rest on, a page of learners a statement; see `store/study.py` for the inputs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import sql
from sqlalchemy import Connection, text

from itemwell.bank import Review, Studied
from itemwell.store import driver
from itemwell.store.study import Sources

SEVERAL_DAYS, WEEKS, HISTORY = timedelta(days=3), timedelta(days=14), timedelta(days=180)
"""How far back sessions, lessons and exercises, and reviews are read."""

SPANS = HISTORY.days + 1
"""Numbers of whole days since a review."""

REVIEWS = 100
"""The last so many of a learner's reviews count."""


def titles(db: Connection, sources: Sources) -> dict[str, str]:
    """The titles of the lessons that can be begun, by id, in the order of the course."""
    query = _TITLES.format(lessons=sources.lessons)
    return {row.id: row.title for row in db.execute(text(query))}


class Once(NamedTuple):
    """How well a lesson that was met once is remembered.

    `recalls` has a chance for each grade, which is the place of the score among the rising `grades`,
    and each number of whole days since, up to HISTORY; infinity where the lesson is not to be reviewed.
    Of the others that a learner met once only the `wanted` least remembered are read.
    """

    grades: Sequence[float]
    recalls: Sequence[float]
    wanted: int


def studied(
    db: Connection, sources: Sources, users: Sequence[str], at: datetime, once: Once
) -> list[Studied]:
    """What each did until a moment, in the order of `users`."""
    named = {name: sql.SQL(value) for name, value in sources._asdict().items()}
    asked: dict[str, Any] = {"users": list(users), "at": at, "most": REVIEWS}
    asked |= {"days": SEVERAL_DAYS, "weeks": WEEKS, "history": HISTORY, "spans": SPANS}
    asked |= {"grades": list(once.grades), "recalls": list(once.recalls), "wanted": once.wanted}
    with driver.cursor(db, binary=True) as cursor:
        cursor.execute("SET LOCAL jit = off")
        return [_read(row) for row in cursor.execute(sql.SQL(_STUDIED).format(**named), asked)]


def _read(row: Sequence[Any]) -> Studied:
    did, met, known = row[:10], row[10:14], row[14:]
    reviews = [Review(*each) for each in zip(*(column or () for column in met), strict=True)]
    reviews.reverse()  # the last ones are read first
    return Studied._make((*did, reviews, *known))


_TITLES = "SELECT id, title FROM {lessons} WHERE active ORDER BY position NULLS LAST, id"
# An index by learner and time holds all that is read of each input. Of two rows at one moment the order is told, so
# that the same data give the same steps.
_STUDIED = """
    SELECT learner.user_id, coalesce(lesson.broken, quiz.broken, session.broken),
        greatest(lesson.last, quiz.last, session.last, answer.last, (
            SELECT last_active_at FROM learners
            WHERE user_id = learner.user_id AND last_active_at <= %(at)s)),
        coalesce(session.minutes, 0), coalesce(session.begun, '{{}}'),
        coalesce(lesson.begun, '{{}}'), lesson.open[1], lesson.open_since[1],
        coalesce(lesson.completed, '{{}}'), coalesce(quiz.exercises, '{{}}'),
        review.lessons, review.moments, review.scores, review.attempts,
        coalesce(snapshot.abilities, '{{}}'), snapshot.snapshot_date, coalesce(answer.questions, '')
    FROM unnest(CAST(%(users)s AS text[])) WITH ORDINALITY AS learner (user_id, turn)
    CROSS JOIN LATERAL (
        SELECT array_agg(lesson_id) AS begun,
            greatest(max(started_at), max(completed_at) FILTER (WHERE completed_at <= %(at)s)) AS last,
            array_agg(lesson_id ORDER BY started_at DESC, lesson_id)
                FILTER (WHERE completed_at IS NULL OR completed_at > %(at)s) AS open,
            array_agg(started_at ORDER BY started_at DESC, lesson_id)
                FILTER (WHERE completed_at IS NULL OR completed_at > %(at)s) AS open_since,
            array_agg(lesson_id ORDER BY completed_at, lesson_id) FILTER (
                WHERE completed_at > %(at)s - %(weeks)s AND completed_at <= %(at)s) AS completed,
            min(CASE
                WHEN started_at = '-infinity' OR completed_at IN ('infinity', '-infinity')
                    THEN 'a lesson at an infinite time'
                WHEN completed_at < started_at THEN 'a lesson that ends before it begins'
                WHEN score NOT BETWEEN 0 AND 100 THEN 'a lesson whose score is not 0 to 100'
            END) AS broken
        FROM {lesson_progress} WHERE user_id = learner.user_id AND started_at <= %(at)s
    ) AS lesson
    CROSS JOIN LATERAL (
        SELECT max(completed_at) FILTER (WHERE completed_at <= %(at)s) AS last,
            array_agg(id ORDER BY completed_at, id) FILTER (WHERE kind = 'exercise'
                AND completed_at > %(at)s - %(weeks)s AND completed_at <= %(at)s) AS exercises,
            min(CASE
                WHEN completed_at = 'infinity' OR started_at IN ('infinity', '-infinity')
                    THEN 'a quiz at an infinite time'
                WHEN completed_at > %(at)s THEN NULL
                WHEN completed_at < started_at THEN 'a quiz that ends before it begins'
                WHEN score NOT BETWEEN 0 AND 100 THEN 'a quiz whose score is not 0 to 100'
            END) AS broken
        FROM {quiz_attempts}
        WHERE user_id = learner.user_id AND completed_at > %(at)s - %(history)s
    ) AS quiz
    CROSS JOIN LATERAL (
        SELECT (SELECT max(started_at) FROM {study_sessions}
                WHERE user_id = learner.user_id AND started_at <= %(at)s) AS last,
            array_agg(started_at ORDER BY started_at) FILTER (WHERE started_at <= %(at)s) AS begun,
            sum(CASE
                WHEN seconds IS NULL THEN date_part('epoch', least(ended_at, %(at)s) - started_at)
                ELSE seconds
            END) FILTER (WHERE started_at <= %(at)s AND ended_at IS DISTINCT FROM 'infinity') / 60 AS minutes,
            min(CASE
                WHEN started_at = 'infinity' OR ended_at IN ('infinity', '-infinity')
                    THEN 'a session at an infinite time'
                WHEN started_at > %(at)s THEN NULL
                WHEN ended_at < started_at THEN 'a session that ends before it begins'
                WHEN seconds NOT BETWEEN 0 AND 2147483647 THEN 'a session of negative or endless length'
            END) AS broken
        FROM {study_sessions}
        WHERE user_id = learner.user_id AND started_at > %(at)s - %(days)s
    ) AS session
    CROSS JOIN LATERAL (
        SELECT array_agg(lesson_id ORDER BY moment DESC, lesson_id DESC, id DESC) AS lessons,
            array_agg(moment ORDER BY moment DESC, lesson_id DESC, id DESC) AS moments,
            array_agg(score ORDER BY moment DESC, lesson_id DESC, id DESC) AS scores,
            array_agg(id ORDER BY moment DESC, lesson_id DESC, id DESC) AS attempts
        FROM (
            SELECT *, row_number() OVER (PARTITION BY once ORDER BY recall, moment, lesson_id COLLATE "C")
                AS place
            FROM (
                SELECT *, count(*) OVER (PARTITION BY lesson_id) = 1 AS once,
                    (CAST(%(recalls)s AS double precision[]))[1 + width_bucket(score, CAST(%(grades)s AS double precision[]))
                        * %(spans)s + floor(date_part('epoch', %(at)s - moment) / 86400)::integer] AS recall
                FROM (
                    SELECT lesson_id, completed_at AS moment, CAST(score AS double precision) AS score, id
                    FROM {quiz_attempts}
                    WHERE user_id = learner.user_id AND lesson_id IS NOT NULL AND score BETWEEN 0 AND 100
                        AND completed_at > %(at)s - %(history)s AND completed_at <= %(at)s
                    UNION ALL
                    SELECT lesson_id, completed_at, CAST(score AS double precision), NULL FROM {lesson_progress}
                    WHERE user_id = learner.user_id AND score BETWEEN 0 AND 100
                        AND completed_at > %(at)s - %(history)s AND completed_at <= %(at)s
                    ORDER BY 2 DESC, 1 DESC, 4 DESC LIMIT %(most)s
                ) AS last
            ) AS met
        ) AS ranked
        WHERE NOT once OR (recall < 'Infinity' AND place <= %(wanted)s)
    ) AS review
    LEFT JOIN LATERAL (
        SELECT abilities, snapshot_date FROM performance_snapshots
        WHERE user_id = learner.user_id AND day_end <= %(at)s
        ORDER BY performance_snapshots.snapshot_date DESC LIMIT 1
    ) AS snapshot ON true
    CROSS JOIN LATERAL (
        SELECT max(answered_at) FILTER (WHERE answered_at <= %(at)s) AS last,
            string_agg(int8send(question_id), ''::bytea ORDER BY question_id)
                FILTER (WHERE answered_at <= %(at)s AND snapshot.abilities <> '{{}}') AS questions
        FROM responses WHERE user_id = learner.user_id
    ) AS answer
    ORDER BY learner.turn
"""
