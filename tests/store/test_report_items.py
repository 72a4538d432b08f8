"""Answers to flagged questions, and what else their learners answered."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert
from tests.report.banks import DAY, NOW, fill

from itemwell.store import report_items
from itemwell.store.report_items import EACH, LEARNERS, Given
from itemwell.store.tables import responses

MANY = LEARNERS // EACH[0]


@pytest.fixture
def db(bank):
    with bank.begin() as db:
        yield db


def answer(db, *rows):
    named = ("user_id", "question_id", "is_correct", "selected_option", "answered_at")
    db.execute(insert(responses), [dict(zip(named, row, strict=True)) for row in rows])


def test_the_first_answer_counts(db):
    answer(
        db,
        ("ann", 7, True, "B", NOW),
        ("ann", 7, False, "A", NOW - DAY),
        ("bob", 7, True, None, NOW),
    )

    assert report_items.given(db, [7, 8]) == {
        7: [Given(7, "ann", False, "A"), Given(7, "bob", True, None)],
        8: [],
    }


def test_of_very_many_questions_the_last_go_without(db):
    answer(db, *[("ann", n, True, "B", NOW) for n in range(1, MANY + 11)])

    found = report_items.given(db, range(1, MANY + 11))

    assert len(found) == MANY + 10
    assert [n for n, answers in found.items() if not answers] == [*range(MANY + 1, MANY + 11)]


def test_of_many_learners_the_same_ones_are_drawn(db):
    answer(db, *[(f"u{n}", 7, True, "B", NOW + timedelta(seconds=n)) for n in range(EACH[1] + 100)])

    first, again = (report_items.given(db, [7])[7] for _ in range(2))

    assert first == again
    assert len(first) == EACH[1]


def test_other_answers_are_first_ones_to_questions_with_parameters(bank):
    first, second, *_ = fill(bank)
    with bank.begin() as db:
        answer(db, ("eve", first, True, "B", NOW - DAY), ("eve", first, False, "A", NOW))
        answer(db, ("eve", second, False, "A", NOW), ("eve", 10**6, True, "B", NOW))

        found = report_items.others(db, ["eve", "nobody"])

    assert list(found) == ["eve"]
    assert np.array_equal(found["eve"], [2 * first + 1, 2 * second])
