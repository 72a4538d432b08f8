"""Closing days: one statement reads a batch of learners, sums up what each did, and keeps it.

Whatever is not asked for stays with the server: a learner's rows are looked at where they are, by an
index that holds all that is read of them, and his snapshot goes from there into its table.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import sql
from sqlalchemy import Connection

from itemwell.store import driver
from itemwell.store.study import Sources


class View(NamedTuple):
    """The day that is closed in a zone, and the beginnings of its window's days with the end of the last."""

    zone: str
    date: date
    edges: Sequence[datetime]


class Wanted(NamedTuple):
    """A learner's day to be closed.

    `view` is its place among the views; `there` whether he is known to have been active though the
    inputs tell nothing of it; `abilities` are JSON, None for none.
    """

    user_id: str
    view: int
    there: bool
    abilities: str | None = None


class Formula(NamedTuple):
    """The numbers that a pace is made of: see `snapshot.formula`, which says what they mean."""

    version: str
    whole: tuple[int, int]  # so many lessons, and active days, are a whole part
    shares: tuple[int, int, int]  # of lessons, active days and the quiz average
    labels: tuple[tuple[int, str], ...]  # from which pace on, the highest first
    slowest: str
    no_data: str  # the reason where there is no pace
    places: int  # digits after the point

    @property
    def pace(self) -> str:
        """SQL by `lessons`, `active_days` and `quiz_average`."""
        (lessons, days), (of_lessons, of_days, of_quizzes) = self.whole, self.shares
        studied = (
            f"({of_lessons} * least(lessons / {lessons}::float8, 1)"
            f" + {of_days} * least(active_days / {days}::float8, 1))"
        )
        return (
            f"CASE WHEN quiz_average IS NULL THEN {studied} * 100 / {of_lessons + of_days}"
            f" ELSE {studied} + {of_quizzes} * quiz_average / 100 END"
        )

    @property
    def label(self) -> str:
        """SQL by `pace_score`."""
        steps = (f" WHEN pace_score >= {least} THEN '{name}'" for least, name in self.labels)
        return f"CASE{''.join(steps)} ELSE '{self.slowest}' END"


class Stamp(NamedTuple):
    """By which run, and with the parameters of which calibration."""

    run_id: int | None
    calibration_id: int | None


class Making(NamedTuple):
    """How snapshots are made; without a stamp they are not kept."""

    formula: Formula
    stamp: Stamp | None


class Closed(NamedTuple):
    """What became of those that were wanted, by their places: the snapshots that stand, and who is broken.

    Of those that stand `new` were not there before, and later data `changed` some.
    """

    places: Sequence[int]
    new: int
    changed: int
    broken: dict[int, str]


def close(
    db: Connection,
    sources: Sources,
    making: Making,
    views: Sequence[View],
    wanted: Sequence[Wanted],
) -> Closed:
    """Close days in the caller's transaction.

    One whose figures are stored already stays as it is, its times and run too.
    """
    formula, stamp = making
    names = {name: sql.SQL(value) for name, value in sources._asdict().items()}
    words = {"pace": sql.SQL(formula.pace), "label": sql.SQL(formula.label)}
    statement = sql.SQL(_CLOSE).format(
        **names, **words, kept=sql.SQL(_KEPT if stamp else _NOTHING_KEPT)
    )
    asked: dict[str, Any] = _columns(views, wanted) | (stamp or Stamp(None, None))._asdict()
    asked |= {"scale": 10.0**formula.places, "formula": formula.version, "none": formula.no_data}
    with driver.cursor(db, binary=True) as cursor:
        cursor.execute("SET LOCAL jit = off")
        row = cursor.execute(statement, asked).fetchone()
    assert row is not None
    places, new, kept, unsound, reasons = row
    broken = dict(zip(unsound or (), reasons or (), strict=True))
    return Closed(places or (), new, kept - new, broken)


def answers(db: Connection, users: Sequence[str], ends: Sequence[datetime]) -> list[bytes]:
    """Of each learner what he answered before a moment, eight bytes an answer.

    They are 2 * question + right, those of a question in the order of time.
    """
    with driver.cursor(db, binary=True) as cursor:
        rows = cursor.execute(_ANSWERS, {"users": list(users), "ends": list(ends)})
        return [packed for (packed,) in rows]


def _columns(views: Sequence[View], wanted: Sequence[Wanted]) -> dict[str, Any]:
    literals = [
        "{" + ",".join(f'"{edge.isoformat()}"' for edge in view.edges) + "}" for view in views
    ]
    users, places, there, abilities = zip(*wanted, strict=True)
    return {
        "zones": [view.zone for view in views],
        "dates": [view.date for view in views],
        "edges": literals,
        "users": list(users),
        "views": [place + 1 for place in places],
        "there": list(there),
        "abilities": list(abilities) if any(abilities) else [],
    }


_FIGURES = (
    "pace_score", "quiz_average", "lessons_completed_count", "time_spent_seconds", "pace_label",
    "reason", "formula", "abilities", "time_zone", "day_start", "day_end",
)  # fmt: skip
_ALL = ", ".join(("user_id", "snapshot_date", *_FIGURES))
# xmax is 0 in a new row. The calibration alone makes no change: a later one may find the same.
_KEPT = f"""
    INSERT INTO performance_snapshots ({_ALL}, calibration_id, run_id)
    SELECT {_ALL}, %(calibration_id)s::bigint, %(run_id)s::bigint FROM figure
    ORDER BY user_id, snapshot_date
    ON CONFLICT (user_id, snapshot_date) DO UPDATE SET
        ({", ".join(_FIGURES)}, calibration_id, run_id, changed_at)
        = ({", ".join(f"excluded.{name}" for name in _FIGURES)}, excluded.calibration_id,
            excluded.run_id, clock_timestamp())
        WHERE ({", ".join(f"performance_snapshots.{name}" for name in _FIGURES)})
            IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _FIGURES)})
    RETURNING xmax = 0 AS new
"""
_NOTHING_KEPT = "SELECT true AS new WHERE %(run_id)s::bigint + %(calibration_id)s::bigint > 0"
# What is broken is looked for in the window alone, and at times that are none. An index-only scan
# each: neither the tables nor what is idle is read. Days are bits, so that four inputs make one set.
_CLOSE = """
    WITH view AS MATERIALIZED (
        SELECT place, zone, date, edges, edges[1] AS since, edges[cardinality(edges) - 1] AS day_start,
            edges[cardinality(edges)] AS day_end, (1::bigint << cardinality(edges)) - 2 AS days
        FROM (
            SELECT place, zone, date, CAST(literal AS timestamptz[]) AS edges
            FROM unnest(%(zones)s::text[], %(dates)s::date[], %(edges)s::text[]) WITH ORDINALITY
                AS given (zone, date, literal, place)) AS parsed
    ), learner AS MATERIALIZED (
        SELECT given.place AS turn, given.user_id, given.there, given.abilities, view.*
        FROM unnest(%(users)s::text[], %(views)s::bigint[], %(there)s::boolean[], %(abilities)s::text[])
            WITH ORDINALITY AS given (user_id, view, there, abilities, place)
        JOIN view ON view.place = given.view
    ), did AS MATERIALIZED (
        SELECT learner.*, coalesce(lesson.broken, quiz.broken, session.broken) AS broken,
            bit_count(CAST((coalesce(lesson.days, 0) | coalesce(quiz.days, 0)
                | coalesce(session.days, 0) | coalesce(answer.days, 0)) & learner.days AS bit(64)))
                AS active_days,
            lesson.count AS lessons, lesson.this_day AS lessons_this_day,
            least(CASE WHEN session.this_day > 0 THEN session.seconds ELSE lesson.seconds END,
                date_part('epoch', day_end - day_start)) AS seconds,
            CASE WHEN quiz.count > 0 THEN round(quiz.sum / quiz.count * %(scale)s::float8) / %(scale)s::float8
                END AS quiz_average
        FROM learner
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE completed_at < day_end) AS count,
                count(*) FILTER (WHERE completed_at >= day_start AND completed_at < day_end) AS this_day,
                coalesce(sum(CAST(time_spent_seconds AS double precision))
                    FILTER (WHERE completed_at >= day_start AND completed_at < day_end), 0) AS seconds,
                bit_or(1::bigint << width_bucket(completed_at, edges)) AS days,
                min(CASE
                    WHEN completed_at = 'infinity' OR started_at IN ('infinity', '-infinity')
                        THEN 'a lesson at an infinite time'
                    WHEN completed_at >= day_end THEN NULL
                    WHEN completed_at < started_at THEN 'a lesson that ends before it begins'
                    WHEN score NOT BETWEEN 0 AND 100 THEN 'a lesson whose score is not 0 to 100'
                    WHEN time_spent_seconds NOT BETWEEN 0 AND 2147483647
                        THEN 'a lesson of negative or endless length'
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
                coalesce(sum(CASE
                    WHEN ended_at > started_at THEN greatest(date_part('epoch',
                            least(ended_at, day_end) - greatest(started_at, day_start)), 0)
                        * coalesce(seconds / date_part('epoch', ended_at - started_at), 1)
                    ELSE coalesce(seconds, 0)
                END) FILTER (WHERE started_at < day_end AND (started_at >= day_start OR ended_at > day_start)
                    AND ended_at IS DISTINCT FROM 'infinity'), 0) AS seconds,
                bit_or(1::bigint << width_bucket(started_at, edges)) AS days,
                min(CASE
                    WHEN started_at = 'infinity' OR ended_at IN ('infinity', '-infinity')
                        THEN 'a session at an infinite time'
                    WHEN started_at >= day_end THEN NULL
                    WHEN ended_at < started_at THEN 'a session that ends before it begins'
                    WHEN seconds NOT BETWEEN 0 AND 2147483647
                        THEN 'a session of negative or endless length'
                END) AS broken
            FROM {study_sessions} WHERE user_id = learner.user_id AND started_at >= since
        ) AS session
        CROSS JOIN LATERAL (
            SELECT bit_or(1::bigint << width_bucket(answered_at, edges)) AS days
            FROM responses WHERE user_id = learner.user_id AND answered_at >= since
        ) AS answer
    ), scored AS (
        SELECT *, CASE WHEN active_days > 0
            THEN round(({pace}) * %(scale)s::float8) / %(scale)s::float8 END AS pace_score
        FROM did WHERE broken IS NULL AND (active_days > 0 OR there)
    ), figure AS MATERIALIZED (
        SELECT turn, user_id, date AS snapshot_date, pace_score, quiz_average,
            CAST(lessons_this_day AS integer) AS lessons_completed_count,
            CAST(seconds AS integer) AS time_spent_seconds,
            CASE WHEN pace_score IS NOT NULL THEN {label} END AS pace_label,
            CASE WHEN pace_score IS NULL THEN %(none)s::text END AS reason,
            %(formula)s::text AS formula, CAST(coalesce(abilities, '{{}}') AS jsonb) AS abilities,
            zone AS time_zone, day_start, day_end
        FROM scored
    ), kept AS (
        {kept}
    )
    SELECT (SELECT array_agg(CAST(turn - 1 AS integer) ORDER BY turn) FROM figure),
        (SELECT count(*) FROM kept WHERE new), (SELECT count(*) FROM kept),
        (SELECT array_agg(CAST(turn - 1 AS integer) ORDER BY turn) FROM did WHERE broken IS NOT NULL),
        (SELECT array_agg(broken ORDER BY turn) FROM did WHERE broken IS NOT NULL)
"""
_ANSWERS = """
    SELECT coalesce(packed, '') FROM unnest(%(users)s::text[], %(ends)s::timestamptz[]) WITH ORDINALITY
        AS learner (user_id, day_end, turn)
    CROSS JOIN LATERAL (
        SELECT string_agg(int8send(2 * question_id + is_correct::integer), ''::bytea
            ORDER BY question_id, answered_at) AS packed
        FROM responses WHERE user_id = learner.user_id AND answered_at < day_end
            AND question_id BETWEEN 0 AND 1::bigint << 61
    ) AS answer
    ORDER BY turn
"""
