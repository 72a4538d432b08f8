"""Learners as the rules see them, and what they studied as the bank holds it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from itemwell.bank import Studied
from itemwell.recommend.rules import Course

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
DAY = timedelta(days=1)


def did(**changes):
    """Somebody who did nothing ever."""
    nothing = {
        "user_id": "ann", "broken": None, "active_at": None, "minutes": 0.0, "sessions": [], "begun": [],
        "open_lesson": None, "open_since": None, "completed": [], "exercises": [], "reviews": [],
        "abilities": {}, "snapshot_date": None, "answered": b"",
    }  # fmt: skip
    return Studied(**nothing | changes)


def course(at=NOW, lessons=3, shelves=None, retention=0.9):
    titles = {f"l{number}": f"Lesson {number}" for number in range(1, lessons + 1)}
    return Course(at, titles, shelves or {}, retention)


def add_lessons(db, count=5):
    db.execute(
        text(
            "INSERT INTO lessons (id, title, position)"
            " SELECT 'l' || n, 'Lesson ' || n, n FROM generate_series(1, :count) AS n"
        ),
        {"count": count},
    )


def add_learner(db, user, active_at=NOW - DAY):
    db.execute(
        text("INSERT INTO learners (user_id, last_active_at) VALUES (:user, :active)"),
        {"user": user, "active": active_at},
    )


def take(db, user, lesson, started, completed=None, score=None):
    db.execute(
        text(
            "INSERT INTO lesson_progress (user_id, lesson_id, started_at, completed_at, score)"
            " VALUES (:user, :lesson, :started, :completed, :score)"
        ),
        locals() | {"db": None},
    )


def sit(db, user, moment, score=80.0, lesson=None, kind="quiz"):
    """A quiz that ended at `moment`; its id."""
    return db.scalar(
        text(
            "INSERT INTO quiz_attempts (user_id, lesson_id, kind, score, started_at, completed_at)"
            " VALUES (:user, :lesson, :kind, :score, :started, :moment) RETURNING id"
        ),
        {
            "user": user,
            "lesson": lesson,
            "kind": kind,
            "score": score,
            "started": moment - timedelta(minutes=9),
            "moment": moment,
        },
    )


def study(db, user, started, minutes):
    db.execute(
        text(
            "INSERT INTO study_sessions (user_id, started_at, ended_at)"
            " VALUES (:user, :started, :ended)"
        ),
        {"user": user, "started": started, "ended": started + timedelta(minutes=minutes)},
    )
