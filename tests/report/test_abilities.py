"""The ability of who answered a flagged question: by his other answers alone."""

import numpy as np
import pytest

from itemwell.report.abilities import seen
from itemwell.store.report_items import Given, ItemInForce

ITEMS = [
    ItemInForce(number, "math", 1.5, (number - 20) / 10, None, None) for number in (10, 20, 30)
]
RIGHT = {10: 21, 20: 41, 30: 61}
WRONG = {10: 20, 20: 40, 30: 60}


def theta(question, *codes):
    """Of one learner who gave these answers, of which one to `question` may be."""
    others = {"ann": np.array(codes, np.int64)} if codes else {}
    found = seen({question: [Given(question, "ann", True, "B")]}, others, ITEMS, (0.0, 1.0))
    return [each.theta for each in found[question]]


@pytest.mark.parametrize("own", [RIGHT[20], WRONG[20]])
def test_the_question_itself_does_not_tell(own):
    assert theta(20, RIGHT[10], own, WRONG[30]) == theta(20, RIGHT[10], WRONG[30])


def test_the_others_do():
    assert (
        theta(20, RIGHT[10], RIGHT[30])
        > theta(20, RIGHT[10], WRONG[30])
        > theta(20, WRONG[10], WRONG[30])
    )


@pytest.mark.parametrize("retired", [5, 25, 99])
def test_a_question_without_parameters_in_force_takes_no_other_out(retired):
    codes = (RIGHT[10], WRONG[20], RIGHT[30])

    assert theta(retired, *codes) == theta(25, *codes)
    assert theta(retired, *codes) != theta(20, *codes)


def test_an_answer_to_a_question_without_parameters_says_nothing():
    assert theta(20, RIGHT[10], 2 * 15 + 1, 2 * 99 + 1) == theta(20, RIGHT[10])


def test_who_gave_no_other_answer_is_left_out():
    assert theta(20) == theta(20, RIGHT[20]) == theta(20, 2 * 99) == []


def test_each_learner_of_each_question_keeps_his_own():
    """More of them than are looked at at once."""
    generator = np.random.default_rng(7)
    learners = [f"u{n:05}" for n in range(6_000)]
    codes = {each: np.array([20, 40, 60]) + generator.integers(0, 2, 3) for each in learners}
    given = {
        q: [Given(q, each, n % 2 == 0, "B") for n, each in enumerate(learners)] for q in (10, 30)
    }

    found = seen(given, codes, ITEMS, (0.0, 1.0))

    for question in given:
        for n in (0, 1, 2_500, 4_001, 5_999):
            (alone,) = theta(question, *codes[learners[n]])
            assert found[question][n] == (alone, n % 2 == 0, "B")
