"""A learner at a time by an object mapper, as web applications write such jobs: objects, sums, a commit.

    python scripts/bench/peers/one_at_a_time_orm.py URL snapshot|recommend COUNT

One JSON line: seconds, and learners done.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, make_url, select
from sqlalchemy.orm import Session, registry

from itemwell.store import tables

DAY = timedelta(days=1)
mapper = registry()


def mapped(name, table):
    kind = type(name, (), {})
    mapper.map_imperatively(kind, table)
    return kind


Learner = mapped("Learner", tables.learners)
Progress = mapped("Progress", tables.lesson_progress)
Attempt = mapped("Attempt", tables.quiz_attempts)
Study = mapped("Study", tables.study_sessions)
Snapshot = mapped("Snapshot", tables.performance_snapshots)
Step = mapped("Step", tables.adaptive_recommendations)


def of(db, mine, user, since, until):
    """The learner's rows whose moment, a column, is in a time."""
    found = select(mine.class_).where(mine.class_.user_id == user, mine >= since, mine < until)
    return db.scalars(found).all()


def snapshot(db, user, end):
    since, start = end - 30 * DAY, end - DAY
    lessons = of(db, Progress.completed_at, user, since, end)
    attempts = of(db, Attempt.completed_at, user, since, end)
    sessions = of(db, Study.started_at, user, since, end)
    days = {each.completed_at.date() for each in (*lessons, *attempts)}
    days |= {each.started_at.date() for each in sessions}
    scores = [each.score for each in attempts if each.kind == "quiz" and each.score is not None]
    average = sum(scores) / len(scores) if scores else None
    pace = 40 * min(len(lessons) / 30, 1) + 30 * min(len(days) / 20, 1) + 0.3 * (average or 0)
    found = db.get(Snapshot, (user, start.date())) or Snapshot()
    for name, value in {
        "user_id": user,
        "snapshot_date": start.date(),
        "pace_score": min(pace, 100),
        "quiz_average": average,
        "lessons_completed_count": sum(each.completed_at >= start for each in lessons),
        "time_spent_seconds": round(
            sum(
                (each.ended_at - each.started_at).total_seconds()
                for each in sessions
                if each.started_at >= start and each.ended_at
            )
        ),
        "formula": "loop",
        "time_zone": "UTC",
        "day_start": start,
        "day_end": end,
    }.items():
        setattr(found, name, value)
    db.add(found)
    db.commit()


def recommend(db, user, end):
    lessons = db.scalars(select(Progress).where(Progress.user_id == user)).all()
    attempts = db.scalars(select(Attempt).where(Attempt.user_id == user)).all()
    sessions = of(db, Study.started_at, user, end - 3 * DAY, end)
    minutes = sum((each.ended_at - each.started_at).total_seconds() for each in sessions) / 60
    steps = [("CONTINUE_LEARNING", 70, "Go on")]
    if minutes >= 600:
        steps.append(("TAKE_BREAK", 95, "Take a break"))
    bad = [each for each in (*lessons, *attempts) if each.score is not None and each.score < 70]
    if bad:
        steps.append(("REVIEW_LESSON", 85, f"Review {bad[0].lesson_id}"))
    done = [each for each in lessons if each.completed_at and each.completed_at >= end - 14 * DAY]
    exercises = [
        each for each in attempts if each.kind == "exercise" and each.completed_at >= end - 14 * DAY
    ]
    if len(done) >= 5 and len(exercises) < 2:
        steps.append(("PRACTICE_MORE", 75, "Practise"))
    for old in db.scalars(select(Step).where(Step.user_id == user, Step.is_active)):
        old.is_active = False
    for kind, priority, title in steps:
        new = Step()
        new.user_id, new.recommendation_type, new.priority, new.title = user, kind, priority, title
        new.reason, new.rules, new.as_of, new.refresh_date = "", "loop", end, end.date()
        new.expires_at = end + 7 * DAY
        db.add(new)
    db.commit()


def main(url, job, count):
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    bank = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    active = select(Learner.user_id).where(Learner.last_active_at > end - 30 * DAY)
    with Session(bank) as db:
        users = db.scalars(active.order_by(Learner.user_id).limit(int(count))).all()
        db.commit()
        began = time.monotonic()
        for user in users:
            {"snapshot": snapshot, "recommend": recommend}[job](db, user, end)
            db.expunge_all()
        print(json.dumps({"seconds": time.monotonic() - began, "learners": len(users)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
