"""Exposure is counted as exams come and go: at any moment it is what counting them all would give."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from tests.store.exams_kept import LATER, add_questions, an_exam, change, claim, keep

from itemwell.store import exam_desks, exams, schema
from itemwell.store.connect import transact

GONE = datetime.now(UTC) - timedelta(days=1)
BEFORE = "20261201_queue_exams"
AMISS = text("""
    SELECT (SELECT count(*) FROM (
        SELECT exam_type, (entry ->> 'id')::bigint AS question_id, count(*) AS found
        FROM pre_generated_exams, jsonb_array_elements(questions) AS entry GROUP BY 1, 2
    ) AS recount FULL JOIN exam_exposure USING (exam_type, question_id)
    WHERE coalesce(found, 0) <> coalesce(exams, 0)) + (SELECT count(*) FROM (
        SELECT exam_type, count(*) AS found FROM pre_generated_exams GROUP BY 1
    ) AS recount FULL JOIN exam_desks USING (exam_type) WHERE coalesce(found, 0) <> coalesce(exams, 0))
""")


@pytest.fixture
def stocked(bank):
    add_questions(bank)
    return bank


def exposure(bank, exam_type="practice"):
    with bank.connect() as db:
        return exam_desks.exposure(db, exam_type)


def amiss(bank):
    with bank.connect() as db:
        return db.scalar(AMISS)


def test_exposure_is_of_one_type_and_counts_used_exams_and_expired_ones_until_they_are_removed(
    stocked,
):
    keep(stocked, an_exam(of=(1, 2)), an_exam("bob", of=(2, 3)), an_exam("eve", "diagnostic"))
    keep(stocked, an_exam("old", of=(2, 4), expires_at=GONE))
    claim(stocked)

    assert exposure(stocked) == (3, {1: 1, 2: 3, 3: 1, 4: 1})
    transact(stocked, lambda db: exams.expire(db, 10))
    assert exposure(stocked) == (2, {1: 1, 2: 2, 3: 1})


def test_an_exam_that_was_there_already_counts_once_and_one_rolled_back_not_at_all(stocked):
    keep(stocked, an_exam())
    keep(stocked, an_exam(), an_exam("bob", of=(1,)))
    with stocked.connect() as db:
        exams.keep(db, [an_exam("eve")])
        db.rollback()

    assert exposure(stocked) == (2, {1: 2, 2: 1, 3: 1})


def test_a_desk_is_opened_anew_after_exams_were_removed_by_whomever(stocked):
    keep(stocked, an_exam())
    with stocked.connect() as db:
        before = exam_desks.version(db, "practice")
    change(stocked, "DELETE FROM pre_generated_exams")

    with stocked.connect() as db:
        assert exam_desks.version(db, "practice") > before
    assert exposure(stocked) == (0, {})


def test_an_emptied_table_leaves_nothing_counted(stocked):
    keep(stocked, an_exam())
    change(stocked, "TRUNCATE pre_generated_exams")

    assert exposure(stocked) == (0, {})


def test_exams_of_a_bank_from_before_are_counted_as_it_is_upgraded(stocked):
    schema.downgrade(stocked, BEFORE)
    keep(stocked, an_exam(of=(1, 2)), an_exam("bob", of=(2,)))
    schema.upgrade(stocked)

    assert exposure(stocked) == (2, {1: 1, 2: 2})


def test_what_is_counted_equals_the_recount_after_random_work_and_kills_from_many_sides(
    stocked, bank_url
):
    def side(number):
        chance = random.Random(number)
        for turn in range(25):
            work(stocked, bank_url, chance, f"{number} {turn}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(side, range(6)))

    assert amiss(stocked) == 0
    assert sum(exposure(stocked).count_by_question.values()) > 0


def work(bank, url, chance, seed):
    """Keep some, claim one, remove what is due or any, or die in the middle of keeping."""
    some = [
        an_exam(
            f"learner {chance.randrange(9)}",
            chance.choice(["practice", "diagnostic"]),
            of=chance.sample(range(1, 13), 4),
            seed=f"{seed} {n}",
            expires_at=chance.choice([GONE, LATER]),
        )
        for n in range(chance.randrange(1, 6))
    ]
    match chance.randrange(6):
        case 0 | 1 | 2:
            transact(bank, lambda db: exams.keep(db, some))
        case 3:
            transact(bank, lambda db: exams.expire(db, 3))
        case 4:
            claim(bank, f"learner {chance.randrange(9)}")
            gone = "DELETE FROM pre_generated_exams WHERE id % 7 = 0"
            transact(bank, lambda db: db.execute(text(gone)))
        case 5:
            die_keeping(bank, url, some)


def die_keeping(bank, url, some):
    with bank.connect() as db:
        exams.keep(db, some)
        with psycopg.connect(url, autocommit=True) as other:
            pid = db.connection.dbapi_connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        db.invalidate()
