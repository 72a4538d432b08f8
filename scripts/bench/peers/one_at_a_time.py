"""A learner at a time, as such jobs are usually written: a query an input, the sums in Python, a commit.

    python scripts/bench/peers/one_at_a_time.py URL snapshot|recommend COUNT

One JSON line: seconds, and learners done.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg

DAY = timedelta(days=1)


def snapshot(db, user, end):
    since, start = end - 30 * DAY, end - DAY
    lessons = db.execute(
        "SELECT completed_at, time_spent_seconds FROM lesson_progress"
        " WHERE user_id = %s AND completed_at >= %s AND completed_at < %s",
        (user, since, end),
    ).fetchall()
    quizzes = db.execute(
        "SELECT completed_at, score, kind FROM quiz_attempts"
        " WHERE user_id = %s AND completed_at >= %s AND completed_at < %s",
        (user, since, end),
    ).fetchall()
    sessions = db.execute(
        "SELECT started_at, ended_at, seconds FROM study_sessions"
        " WHERE user_id = %s AND started_at >= %s AND started_at < %s",
        (user, since, end),
    ).fetchall()
    days = {row[0].date() for row in (*lessons, *quizzes, *sessions)}
    scores = [row[1] for row in quizzes if row[2] == "quiz" and row[1] is not None]
    average = sum(scores) / len(scores) if scores else None
    pace = 40 * min(len(lessons) / 30, 1) + 30 * min(len(days) / 20, 1) + 0.3 * (average or 0)
    today = [row for row in lessons if row[0] >= start]
    spent = sum((row[1] - row[0]).total_seconds() for row in sessions if row[0] >= start and row[1])
    db.execute(
        "INSERT INTO performance_snapshots (user_id, snapshot_date, pace_score, quiz_average,"
        " lessons_completed_count, time_spent_seconds, formula, time_zone, day_start, day_end)"
        " VALUES (%s, %s, %s, %s, %s, %s, 'loop', 'UTC', %s, %s)",
        (user, start.date(), min(pace, 100), average, len(today), round(spent), start, end),
    )
    db.commit()


def recommend(db, user, end):
    recent = db.execute(
        "SELECT coalesce(sum(extract(epoch FROM ended_at - started_at)), 0) / 60, max(started_at)"
        " FROM study_sessions WHERE user_id = %s AND started_at >= %s",
        (user, end - 3 * DAY),
    ).fetchone()
    lessons = db.execute(
        "SELECT lesson_id, completed_at, score FROM lesson_progress WHERE user_id = %s", (user,)
    ).fetchall()
    quizzes = db.execute(
        "SELECT lesson_id, completed_at, score, kind FROM quiz_attempts WHERE user_id = %s",
        (user,),
    ).fetchall()
    steps = []
    if recent[0] >= 600:
        steps.append(("TAKE_BREAK", 95, "Take a break"))
    bad = [row for row in (*lessons, *quizzes) if row[2] is not None and row[2] < 70]
    if bad:
        steps.append(("REVIEW_LESSON", 85, f"Review {bad[0][0]}"))
    if not lessons:
        steps.append(("START_LEARNING", 80, "Start"))
    done = [row for row in lessons if row[1] and row[1] >= end - 14 * DAY]
    exercises = [row for row in quizzes if row[3] == "exercise" and row[1] >= end - 14 * DAY]
    if len(done) >= 5 and len(exercises) < 2:
        steps.append(("PRACTICE_MORE", 75, "Practise"))
    steps.append(("CONTINUE_LEARNING", 70, "Go on"))
    db.execute("UPDATE adaptive_recommendations SET is_active = false WHERE user_id = %s", (user,))
    for kind, priority, title in steps:
        db.execute(
            "INSERT INTO adaptive_recommendations (user_id, recommendation_type, priority, title,"
            " reason, rules, as_of, refresh_date, expires_at)"
            " VALUES (%s, %s, %s, %s, '', 'loop', %s, %s, %s)",
            (user, kind, priority, title, end, end.date(), end + 7 * DAY),
        )
    db.commit()


def main(url, job, count):
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with psycopg.connect(url) as db:
        users = db.execute(
            "SELECT user_id FROM learners WHERE last_active_at > %s ORDER BY user_id LIMIT %s",
            (end - 30 * DAY, int(count)),
        ).fetchall()
        db.commit()
        began = time.monotonic()
        for (user,) in users:
            {"snapshot": snapshot, "recommend": recommend}[job](db, user, end)
        print(json.dumps({"seconds": time.monotonic() - began, "learners": len(users)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
