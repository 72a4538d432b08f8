"""Many clients claim at once: each exam goes to one of them, none is lost, none is handed out expired."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import text
from tests.store.exams_kept import add_questions, an_exam, claim, keep

from itemwell.store import attempts, exams

CLIENTS = 100
CLAIM = "SELECT exam_id FROM claim_exam(%s, 'practice')"


@pytest.fixture
def stocked(bank):
    add_questions(bank)
    return bank


def claims_of(clients, url, users, tries=None):
    """What each of so many connections got, all beginning together: each goes round the users.

    Without `tries` a client ends when nobody had anything in a whole round.
    """
    together = Barrier(clients)

    def one(number):
        got, empty = [], 0
        with psycopg.connect(url, autocommit=True) as db:
            together.wait()
            for user in islice(
                cycle(users[number % len(users) :] + users[: number % len(users)]), tries
            ):
                row = db.execute(CLAIM, [user]).fetchone()
                got += [row[0]] if row else []
                empty = 0 if row else empty + 1
                if tries is None and empty == len(users):
                    return got
        return got

    with ThreadPoolExecutor(clients) as pool:
        return [exam for got in pool.map(one, range(clients)) for exam in got]


@pytest.mark.parametrize("learners", [1, 10])
def test_a_hundred_clients_get_a_thousand_exams_each_once(stocked, bank_url, learners):
    users = [f"learner {n}" for n in range(learners)]
    keep(stocked, *(an_exam(users[n % learners], seed=str(n)) for n in range(1000)))

    got = claims_of(CLIENTS, bank_url, users)

    assert (len(got), max(Counter(got).values())) == (1000, 1)
    with stocked.connect() as db:
        left = "SELECT count(*) FILTER (WHERE NOT used) FROM pre_generated_exams"
        attempts = "SELECT count(DISTINCT exam_id) FROM exam_attempts"
        assert [db.execute(text(query)).scalar_one() for query in (left, attempts)] == [0, 1000]


def test_a_hundred_tabs_of_a_learner_with_one_exam_get_one(stocked, bank_url):
    keep(stocked, an_exam())

    assert claims_of(CLIENTS, bank_url, ["ann"], tries=1) == [1]


def test_an_exam_that_expires_while_it_is_asked_for_is_not_handed_out(stocked, bank_url):
    begin = datetime.now(UTC)
    moments = (begin + timedelta(milliseconds=4 * n) for n in range(500))
    keep(stocked, *(an_exam(seed=str(n), expires_at=each) for n, each in enumerate(moments)))

    got = claims_of(8, bank_url, ["ann"], tries=40)

    with stocked.connect() as db:
        late = text(
            "SELECT count(*) FROM exam_attempts AS attempt JOIN pre_generated_exams AS exam"
            " ON exam.id = attempt.exam_id WHERE exam.expires_at <= attempt.claimed_at"
        )
        assert db.execute(late).scalar_one() == 0
    assert 0 < len(set(got)) == len(got) < 500


def test_a_second_tab_gets_another_exam_or_none_and_what_was_not_taken_comes_back(stocked):
    keep(stocked, an_exam())
    keep(stocked, an_exam(seed="2"))

    with stocked.connect() as one, stocked.connect() as other, stocked.connect() as third:
        first = attempts.claim(one, "ann", "practice")
        second = attempts.claim(other, "ann", "practice")
        assert [first.exam_id, second.exam_id] == [1, 2]
        assert attempts.claim(third, "ann", "practice") is None
        one.rollback()
        other.commit()

    assert claim(stocked).exam_id == 1
    assert claim(stocked) is None


def test_an_exam_that_expires_while_its_claim_is_under_way_is_not_removed(stocked):
    keep(stocked, an_exam(expires_at=datetime.now(UTC) + timedelta(seconds=0.3)))

    with stocked.connect() as learner:
        assert attempts.claim(learner, "ann", "practice")
        time.sleep(0.4)
        with stocked.begin() as db:
            assert exams.expire(db, 10) == (0, 0)
        learner.commit()


def test_two_generators_that_keep_the_same_exams_keep_them_once(stocked):
    some = [an_exam(f"learner {n}") for n in range(200)]

    with ThreadPoolExecutor(2) as pool:
        kept = list(pool.map(lambda order: keep(stocked, *order), (some, some[::-1])))

    assert sum(kept) == 200
