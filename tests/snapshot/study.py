"""Learners who study at random, across midnights and clock changes."""

import random
from datetime import timedelta

from sqlalchemy import text
from tests.store.exams_kept import add_questions

ZONES = (None, "Europe/Budapest", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati")


def at_random(bank, end, *, learners=25, days=45, seed=1):
    """Study of so many days before `end`, some of it at midnight to the second."""
    chance = random.Random(seed)
    add_questions(bank, 13)
    with bank.begin() as db:
        add_parameters(db)
        db.execute(
            text(
                "INSERT INTO lessons (id, title) SELECT 'l' || i, 'L' FROM generate_series(1, 90) i"
            )
        )
        for number in range(learners):
            a_learner(db, f"u{number:03}", chance, end, days)


def add_parameters(db):
    """Twelve questions of two types with parameters in force, and one without."""
    ids = db.scalars(text("SELECT id FROM questions ORDER BY id")).all()
    for place, question in enumerate(ids[:12]):
        db.execute(
            text(
                "UPDATE questions SET question_type = :kind, irt_discrimination = :a,"
                " irt_difficulty = :b WHERE id = :id"
            ),
            {
                "id": question,
                "kind": "math" if place % 2 else "logic",
                "a": 0.7 + place / 10,
                "b": place / 4 - 1.5,
            },
        )


def a_learner(db, user, chance, end, days):
    kind = chance.random()
    if kind < 0.8:  # the others only answer and study: no row tells of them
        db.execute(
            text(
                "INSERT INTO learners (user_id, last_active_at, created_at, time_zone)"
                " VALUES (:user, :active, :known, :zone)"
            ),
            {
                "user": user,
                "active": end - timedelta(days=chance.choice([1, 20, 40])),
                "known": end - timedelta(days=chance.choice([2, 100])),
                "zone": chance.choice(ZONES),
            },
        )
    if kind < 0.1:
        return
    for _ in range(chance.randrange(60)):
        an_event(db, user, chance, end - timedelta(seconds=chance.randrange(days * 86_400)))


def an_event(db, user, chance, moment):
    if chance.random() < 0.15:  # on the stroke of some zone's midnight
        moment = moment.replace(hour=chance.choice([0, 4, 5, 22, 23, 18]), minute=0, second=0)
    given = {"user": user, "moment": moment, "score": chance.choice([None, 0, 61.5, 88, 100])}
    given["later"] = moment + timedelta(seconds=chance.choice([0, 90, 4_000, 30_000]))
    match chance.randrange(4):
        case 0:
            sql = (
                "INSERT INTO lesson_progress (user_id, lesson_id, started_at, completed_at, score,"
                " time_spent_seconds) VALUES (:user, :lesson, :moment, :end, :score, 600)"
                " ON CONFLICT DO NOTHING"
            )
            given["lesson"] = f"l{chance.randint(1, 90)}"
            given["end"] = given["later"] if chance.random() < 0.9 else None
        case 1:
            sql = (
                "INSERT INTO quiz_attempts (user_id, kind, started_at, completed_at, score)"
                " VALUES (:user, :kind, :moment, :later, :score)"
            )
            given["kind"] = chance.choice(["quiz", "quiz", "exercise"])
        case 2:
            sql = (
                "INSERT INTO study_sessions (user_id, started_at, ended_at, seconds)"
                " VALUES (:user, :moment, :end, :seconds)"
            )
            given["end"] = given["later"] if chance.random() < 0.8 else None
            given["seconds"] = chance.choice([None, None, 300])
        case _:
            sql = (
                "INSERT INTO responses (user_id, question_id, is_correct, answered_at)"
                " SELECT :user, (array_agg(id ORDER BY id))[:place], :right, :moment FROM questions"
                " ON CONFLICT DO NOTHING"
            )
            given |= {"place": chance.randint(1, 13), "right": chance.random() < 0.6}
    db.execute(text(sql), given)
