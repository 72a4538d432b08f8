#!/usr/bin/env python3
"""Fills a bank with learners and what they studied, any number of them, the same for the same seed.

    python scripts/populate.py --learners 10000 --active 2000 --days 30 --seed 1

Of the learners `--active` study on the days before today, each as often as it suits him: about 50
rows a learner in 30 days, as an application writes them, day after day. The others came once, and not
for a long time. Answers are given to the questions that the bank has, by an ability of the learner's
own. All is made by the server; what is there stays.
"""

import argparse
import sys
import time
from datetime import UTC, datetime

from sqlalchemy import create_engine, make_url, text

from itemwell.settings import load
from itemwell.store import schema
from itemwell.store.connect import address

ZONES = (
    "Europe/Budapest America/New_York Asia/Kolkata Australia/Sydney America/Sao_Paulo Asia/Tokyo"
)
LESSONS_A_DAY = 3
TYPES = "ARRAY['pattern', 'logic', 'spatial', 'math', 'verbal', 'memory']"


def chance(about: str, of: str = "i") -> str:
    """SQL for a number from 0 to 1 that belongs to `of`, another one for each `about`."""
    seed = f"CAST(:seed AS bigint) # hashtextextended('{about}', 0)"
    return f"((hashint8extended({of}, {seed}) >> 11) & 9007199254740991) / 9007199254740992::float8"


def on_day(about: str) -> str:
    """The same of a learner on a day."""
    return chance(about, "i * 1000 + day")


NAME = "'learner-' || lpad(i::text, 8, '0')"
DAY = f"CAST(:noon AS timestamptz) + make_interval(days => day - :days, mins => CAST(600 * {on_day('hour')} - 300 AS int))"
WHO = f"""(
    SELECT i, day, {NAME} AS user_id, {DAY} AS moment
    FROM generate_series(1, CAST(:learners AS bigint)) AS i CROSS JOIN (SELECT CAST(:day AS int) AS day) AS today
    WHERE i * :active / :learners <> (i - 1) * :active / :learners
        AND {on_day("comes")} < 0.3 + 0.6 * {chance("diligence")}
) AS here"""

LEARNERS = f"""
    INSERT INTO learners (user_id, last_active_at, created_at, time_zone)
    SELECT {NAME},
        CASE WHEN i * :active / :learners <> (i - 1) * :active / :learners THEN CAST(:noon AS timestamptz)
            ELSE CAST(:noon AS timestamptz) - make_interval(days => 40 + CAST(300 * {chance("gone")} AS int)) END,
        CAST(:noon AS timestamptz) - interval '1 year',
        CASE WHEN {chance("abroad")} < 0.1
            THEN (string_to_array(:zones, ' '))[1 + CAST(5 * {chance("zone")} AS int)] END
    FROM generate_series(1, CAST(:learners AS bigint)) AS i ON CONFLICT DO NOTHING
"""
LESSONS = f"""
    INSERT INTO lessons (id, title, position, question_type, minutes)
    SELECT 'lesson-' || i, 'Lesson ' || i, i, ({TYPES})[1 + i % 6], 10 + i % 4 * 5
    FROM generate_series(1, CAST(:lessons AS int)) AS i ON CONFLICT DO NOTHING
"""
SESSIONS = f"""
    INSERT INTO study_sessions (user_id, started_at, ended_at, external_id)
    SELECT user_id, moment + make_interval(hours => again * 3),
        moment + make_interval(hours => again * 3, mins => CAST(5 + 55 * {on_day("length")} AS int)),
        'p' || day || '-' || again
    FROM {WHO} CROSS JOIN generate_series(0, 1) AS again
    WHERE again = 0 OR {on_day("again")} < 0.2 ON CONFLICT DO NOTHING
"""
QUIZZES = f"""
    INSERT INTO quiz_attempts (user_id, lesson_id, question_type, kind, score, started_at, completed_at,
        external_id)
    SELECT user_id, 'lesson-' || 1 + (i + day) % :lessons, ({TYPES})[1 + (i + day) % 6],
        CASE WHEN {on_day("kind")} < 0.7 THEN 'quiz' ELSE 'exercise' END,
        round(least(100, greatest(0, 40 + 40 * {chance("able")} + 30 * ({on_day("score")} - 0.3)))),
        moment + interval '3 minutes', moment + interval '9 minutes', 'p' || day
    FROM {WHO} WHERE {on_day("quiz")} < 0.6 ON CONFLICT DO NOTHING
"""
PROGRESS = f"""
    INSERT INTO lesson_progress (user_id, lesson_id, started_at, completed_at, score, time_spent_seconds)
    SELECT user_id, 'lesson-' || 1 + ({LESSONS_A_DAY} * day + i % {LESSONS_A_DAY}) % :lessons,
        moment, CASE WHEN {on_day("done")} < 0.9 THEN moment + interval '25 minutes' END,
        round(50 + 50 * {on_day("mark")}), 1500
    FROM {WHO} WHERE {on_day("lesson")} < 0.3 ON CONFLICT DO NOTHING
"""
ANSWERS = f"""
    INSERT INTO responses (user_id, question_id, is_correct, answered_at)
    SELECT user_id, (CAST(:questions AS bigint[]))[1 + ((i * 7919 + day * 104729 + turn) % :found)],
        {chance("answer", "(i * 1000 + day) * 10 + turn")} < 0.3 + 0.6 * {chance("able")},
        moment + make_interval(mins => turn)
    FROM {WHO} CROSS JOIN generate_series(1, 2) AS turn WHERE {on_day("answers")} < 0.35
    ON CONFLICT DO NOTHING
"""


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--learners", type=int, default=10_000)
    options.add_argument("--active", type=int, default=2_000)
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--bank", help="its address, instead of that of the settings")
    asked = options.parse_args()
    if not 0 <= asked.active <= asked.learners or asked.days < 0:
        options.error("--active is at most --learners, and nothing is below 0")
    settings = load({"database_url": asked.bank} if asked.bank else {}).settings
    with address(settings) as url:
        bank = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        schema.catch_up(bank)
        started = time.monotonic()
        fill(bank, asked)
        tell(bank, time.monotonic() - started)
        bank.dispose()


def fill(bank, asked, until=None):
    """Everything, a transaction a day; `until` is the noon that days are counted back from."""
    noon = until or datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    given = {
        "learners": asked.learners,
        "active": asked.active,
        "days": asked.days,
        "seed": asked.seed,
        "noon": noon,
        "zones": ZONES,
        "lessons": LESSONS_A_DAY * max(asked.days, 1),
    }
    with bank.begin() as db:
        ids = db.scalars(text("SELECT id FROM questions ORDER BY id")).all()
        db.execute(text(LEARNERS), given)
        db.execute(text(LESSONS), given)
    given |= {"questions": list(ids), "found": max(len(ids), 1)}
    for day in range(asked.days):
        with bank.begin() as db:
            for statement in (SESSIONS, QUIZZES, PROGRESS, *([ANSWERS] if ids else [])):
                db.execute(text(statement), given | {"day": day})
    with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("VACUUM (ANALYZE)"))


def tell(bank, seconds):
    tables = "learners study_sessions quiz_attempts lesson_progress responses".split()
    with bank.connect() as db:
        for table in tables:
            print(f"{db.scalar(text(f'SELECT count(*) FROM {table}')):>12,}  {table}")
        if not db.scalar(text("SELECT count(*) FROM questions")):
            print("no answers: the bank has no questions; itemwell generate writes some")
    print(f"{seconds:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
