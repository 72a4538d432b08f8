"""Snapshots the slow way: a learner at a time, a row at a time, by the dates that clocks show."""

import math
from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

WINDOW = 30
FAR = timedelta(days=2)
"""No clock shows another date than UTC by as much."""
NODES = [-5.5 + place * 11 / 400 for place in range(401)]


def snapshots(bank, site, dates):
    """What should be stored of these dates, by learner and date: the figures in the order of COLUMNS."""
    with bank.connect() as db:
        inputs = {
            table: [dict(row) for row in db.execute(text(f"SELECT * FROM {table}")).mappings()]
            for table in ("learners", "lesson_progress", "quiz_attempts", "study_sessions")
        }
        inputs["responses"] = [
            dict(row)
            for row in db.execute(
                text(
                    "SELECT r.user_id, r.answered_at, r.question_id, r.is_correct, q.question_type,"
                    " q.irt_discrimination AS a, q.irt_difficulty AS b"
                    " FROM responses r LEFT JOIN questions q ON q.id = r.question_id"
                )
            ).mappings()
        ]
    users = {row["user_id"] for rows in inputs.values() for row in rows}
    zones = {row["user_id"]: row["time_zone"] or site for row in inputs["learners"]}
    found = {}
    for user in users:
        mine = {
            table: [row for row in rows if row["user_id"] == user] for table, rows in inputs.items()
        }
        for date in dates:
            figures = one(mine, ZoneInfo(zones.get(user, site)), date)
            if figures is not None:
                found[user, date] = figures
    return found


COLUMNS = (
    "pace_score", "quiz_average", "lessons_completed_count", "time_spent_seconds", "pace_label",
    "reason", "abilities",
)  # fmt: skip


def one(mine, zone, date):
    """One learner's day; None where he was not active in its window."""

    def shown(moment):
        return moment.astimezone(zone).date()

    window = [date - timedelta(days=back) for back in range(WINDOW)]
    lessons = [r for r in mine["lesson_progress"] if r["completed_at"]]
    quizzes = [r for r in mine["quiz_attempts"] if r["completed_at"]]
    active = {shown(row["completed_at"]) for row in lessons + quizzes}
    active |= {shown(row["started_at"]) for row in mine["study_sessions"]}
    active |= {shown(row["answered_at"]) for row in mine["responses"]}
    active &= set(window)
    told = [
        row
        for row in mine["learners"]
        if shown(row["last_active_at"]) >= window[-1] and shown(row["created_at"]) <= date
    ]
    if not active and not told:
        return None
    scores = [
        row["score"]
        for row in quizzes
        if row["kind"] == "quiz"
        and row["score"] is not None
        and shown(row["completed_at"]) in window
    ]
    done = [row for row in lessons if shown(row["completed_at"]) in window]
    average = sum(scores) / len(scores) if scores else None
    score = pace(len(done), len(active), average) if active else None
    today = [row for row in done if shown(row["completed_at"]) == date]
    return (
        score,
        average,
        len(today),
        spent(mine["study_sessions"], today, shown, date),
        None if score is None else label(score),
        "no data in 30 days" if score is None else None,
        abilities(mine["responses"], shown, date),
    )


def pace(lessons, active_days, average):
    parts = [(0.4, min(1, lessons / 30)), (0.3, min(1, active_days / 20))]
    if average is not None:
        parts.append((0.3, average / 100))
    return 100 * sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts)


def label(score):
    if score >= 80:
        return "ACCELERATED"
    if score >= 60:
        return "FAST"
    return "MEDIUM" if score >= 40 else "SLOW"


def spent(sessions, lessons_today, shown, date):
    """Whole seconds; a second of a session belongs to the date that the clock shows in it."""
    touched, seconds = False, 0.0
    for row in sessions:
        start, end = row["started_at"], row["ended_at"] or row["started_at"]
        if not start.date() - FAR <= date <= end.date() + FAR:
            continue
        length = int((end - start).total_seconds())
        here = sum(shown(start + timedelta(seconds=each)) == date for each in range(length))
        if here or shown(start) == date:
            touched = True
        whole = length if row["seconds"] is None else row["seconds"]
        if length:
            seconds += whole * here / length
        elif shown(start) == date:
            seconds += row["seconds"] or 0
    return seconds if touched else sum(row["time_spent_seconds"] for row in lessons_today)


def abilities(answers, shown, date):
    """Posterior mean and spread by type, summed over a fine grid."""
    first = {}
    for row in sorted(answers, key=lambda row: row["answered_at"]):
        if shown(row["answered_at"]) <= date:
            first.setdefault(row["question_id"], row)
    by_type = defaultdict(list)
    for row in first.values():
        if row["a"] is not None:
            by_type[row["question_type"]].append(row)
    return {kind: eap(rows) for kind, rows in by_type.items()}


def eap(rows):
    weights = [math.exp(-theta * theta / 2) for theta in NODES]
    for row in rows:
        for place, theta in enumerate(NODES):
            right = 1 / (1 + math.exp(-row["a"] * (theta - row["b"])))
            weights[place] *= right if row["is_correct"] else 1 - right
    total = sum(weights)
    mean = sum(w * theta for w, theta in zip(weights, NODES, strict=True)) / total
    variance = sum(w * (theta - mean) ** 2 for w, theta in zip(weights, NODES, strict=True)) / total
    return {"theta": mean, "se": math.sqrt(variance), "n": len(rows)}
