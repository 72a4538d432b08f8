"""A bank with questions to make exams of, and exams in it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, make_url, text

from itemwell.bank import Exam, ExamQuestion, Stratum
from itemwell.store import attempts, exams

LATER = datetime.now(UTC) + timedelta(days=7)
EASY = Stratum("math", "easy")
QUESTIONS = text("""
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation, signature,
        skeleton, verified)
    SELECT 'math', 'easy', 'active', 'How much is ' || n || ' and 1?', CAST('[{"text": "a", "svg": null,
        "misconception": "SECRET"}, {"text": "b", "svg": null, "misconception": null}, {"text": "c",
        "svg": "<svg/>", "misconception": "SECRET"}, {"text": "d", "svg": null}]' AS jsonb), 'B', 'SECRET',
        lpad(n::text, 64, 'f'), 'skeleton ' || n, '{}'
    FROM generate_series(1, :count) AS n
""")


def add_questions(bank, count=12):
    with bank.begin() as db:
        db.execute(QUESTIONS, {"count": count})


def an_entry(question_id, *, order="CADB", scored=True, stratum=EASY, signature=None):
    signature = signature or str(question_id).rjust(64, "f")
    return ExamQuestion(question_id, order, scored, stratum, signature)


def an_exam(user_id="ann", exam_type="practice", *, of=(1, 2, 3), spares=(), seed="1", **changes):
    fields = {
        "user_id": user_id,
        "exam_type": exam_type,
        "questions": tuple(each if isinstance(each, tuple) else an_entry(each) for each in of),
        "spares": tuple(each if isinstance(each, tuple) else an_entry(each) for each in spares),
        "expires_at": LATER,
        "seed": seed,
    }
    return Exam(**fields | changes)


def keep(bank, *some):
    with bank.begin() as db:
        return exams.keep(db, some)


def claim(bank, user_id="ann", exam_type="practice"):
    with bank.begin() as db:
        return attempts.claim(db, user_id, exam_type)


def change(bank, sql, **values):
    with bank.begin() as db:
        return db.execute(text(sql), values).rowcount


def engine_of(url, user=None):
    address = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(address.set(username=user) if user else address)
