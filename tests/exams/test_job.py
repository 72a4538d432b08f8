"""Exams for the learners of a real bank: who gets one, of what, and what happens where that cannot be."""

import time
from collections import Counter

import pytest
from sqlalchemy import text

from itemwell.blueprint import Blueprint
from itemwell.exams import job
from itemwell.exams.job import Asked
from itemwell.store import runs

SMALL = Blueprint(
    name="small",
    questions=12,
    pretest=2,
    content={"math": 0.5, "logic": 0.5},
    difficulty={"easy": 0.5, "hard": 0.5},
    exposure=0.5,
)
FILL = text("""
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation, signature,
        skeleton, verified, features, irt_discrimination, irt_difficulty)
    SELECT kind, level, status, 'Question ' || number, '[{"text": "1"}, {"text": "2"}, {"text": "3"}]', 'B',
        'none', 'signature ' || number || kind || level || status, 'skeleton ' || number || kind || level || status,
        '{}', '{}', CASE status WHEN 'active' THEN 1 + number % 7 / 10.0 END,
        CASE status WHEN 'active' THEN number % 5 - 2.0 END
    FROM generate_series(1, CAST(:count AS integer)) AS number, unnest(ARRAY['math', 'logic']) AS kind,
        unnest(ARRAY['easy', 'hard']) AS level, unnest(ARRAY['active', 'pretest']) AS status
""")


@pytest.fixture
def filled(bank):
    """30 active and 30 pretest questions of each of four strata, and 20 active learners."""
    with bank.begin() as db:
        db.execute(FILL, {"count": 30})
        db.execute(
            text(
                "INSERT INTO learners (user_id) SELECT 'learner-' || n FROM generate_series(1, 20) AS n"
            )
        )
    return bank


def generate(bank, *blueprints, seed="s", seconds=60, **changes):
    asked = Asked(
        blueprints=blueprints or (SMALL,),
        active_within_days=30,
        seed=seed,
        deadline=time.monotonic() + seconds,
        **changes,
    )
    with runs.begin(bank, "exams") as run:
        return job.run(bank, run, asked)


def kept(bank, what="user_id, questions"):
    with bank.connect() as db:
        return [
            tuple(row)
            for row in db.execute(text(f"SELECT {what} FROM pre_generated_exams ORDER BY id"))
        ]


def test_every_active_learner_gets_one_valid_exam_of_each_type_and_only_one(filled):
    other = Blueprint(
        name="other", questions=4, content={"math": 1}, difficulty={"hard": 1}, exposure=1
    )

    first, second = (generate(filled, SMALL, other, seed=seed, page=7) for seed in "ab")

    assert first.made == {"small": 20, "other": 20}
    assert second.outcome.reason == "not_due"
    assert Counter(kept(filled, "exam_type, used")) == {("small", False): 20, ("other", False): 20}


def test_an_exam_meets_its_blueprint_by_the_banks_own_account(filled):
    generate(filled)

    query = """
        SELECT exam.id, question.question_type, question.difficulty, question.status, item ->> 'scored'
        FROM pre_generated_exams AS exam, jsonb_array_elements(exam.questions) AS item
        JOIN questions AS question ON question.id = (item ->> 'id')::bigint
    """
    with filled.connect() as db:
        rows = [tuple(row) for row in db.execute(text(query))]
    for number in {row[0] for row in rows}:
        mine = [row[1:] for row in rows if row[0] == number]
        scored = Counter(row[:2] for row in mine if row[3] == "true")
        assert sorted(scored.values()) == [2, 2, 3, 3]
        assert Counter(row[0] for row in mine if row[3] == "false") == {"math": 1, "logic": 1}
        assert all((row[2] == "active") == (row[3] == "true") for row in mine)


def test_no_question_is_in_more_exams_than_its_cap_allows(filled):
    generate(filled)

    uses = Counter(each["id"] for _, questions in kept(filled) for each in questions)
    assert max(uses.values()) <= 10


def test_what_a_learner_answered_does_not_come_again(filled):
    with filled.begin() as db:
        db.execute(
            text(
                "INSERT INTO responses (user_id, question_id, is_correct)"
                " SELECT 'learner-1', id, true FROM questions WHERE substr(stem, 10)::integer <= 15"
            )
        )
        seen = set(db.scalars(text("SELECT question_id FROM responses")))

    generate(filled)

    [mine] = [questions for user, questions in kept(filled) if user == "learner-1"]
    assert seen.isdisjoint(each["id"] for each in mine)


def test_learners_who_have_been_idle_get_none(filled):
    with filled.begin() as db:
        db.execute(
            text(
                "UPDATE learners SET last_active_at = now() - interval '31 days' WHERE user_id = 'learner-3'"
            )
        )

    assert generate(filled).made.total() == 19


def test_expired_exams_are_removed_and_made_anew(filled):
    generate(filled)
    with filled.begin() as db:
        db.execute(
            text("UPDATE pre_generated_exams SET expires_at = now() WHERE user_id = 'learner-2'")
        )

    again = generate(filled, seed="t")

    assert (again.removed, again.made.total()) == (1, 1)


def test_a_bank_that_is_too_small_is_told_with_its_gap_by_stratum(filled, program):
    large = Blueprint(
        name="small", questions=80, content={"math": 1}, difficulty={"easy": 0.5, "hard": 0.5}
    )

    report = generate(filled, large)

    assert report.short == {"math/easy": 10, "math/hard": 10}
    assert report.outcome.exit == 2
    assert "math/easy lacks 10" in report.outcome.message
    planned = program("generate", "--for-shortage", "--plan", "--json").json
    assert {
        (row["question_type"], row["difficulty"]): row["planned"] for row in planned["strata"]
    } == {
        ("math", "easy"): 10,
        ("math", "hard"): 10,
    }


def test_a_deadline_keeps_what_is_made_and_the_next_run_goes_on(filled):
    cut = generate(filled, seconds=0)
    rest = generate(filled, seed="t")

    assert cut.stopped_by == "deadline"
    assert cut.made.total() + rest.made.total() == 20


def test_the_same_seed_draws_the_same_exams(filled):
    generate(filled, seed="one")
    first = kept(filled)
    with filled.begin() as db:
        db.execute(text("DELETE FROM pre_generated_exams"))

    generate(filled, seed="one")

    assert kept(filled) == first
