"""Simulated answers come from the parameters that they are said to come from."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import numpy as np
import pytest

from itemwell.responses.simulate import Item, Order, batches, truth

NOW = datetime(2026, 11, 29, 4, tzinfo=UTC)
ITEMS = [Item(1, "easy", "B", 4, -2.0, 1.5), Item(2, "hard", "A", 2, 2.0, 1.5)] + [
    Item(number, "medium", "C", 5, None, None) for number in range(3, 23)
]


def columns(order, items=ITEMS):
    pieces = list(batches(items, order, NOW))
    return [list(chain(*each)) for each in zip(*pieces, strict=True)]


def test_published_parameters_are_used_and_others_drawn_by_difficulty():
    found = truth(ITEMS, Order(5, 5, "linear", 1))

    assert (found.a[:2].tolist(), found.b[:2].tolist()) == ([1.5, 1.5], [-2.0, 2.0])
    assert abs(found.b[2:].mean()) < 0.4
    assert (found.a > 0).all()


@pytest.mark.parametrize("design", ["linear", "adaptive"])
def test_everybody_answers_as_many_questions_each_once(design):
    users, questions, *_ = columns(Order(50, 12, design, 7))

    assert len(set(zip(users, questions, strict=True))) == len(users) == 600
    assert len(set(users)) == 50
    assert all(user.startswith("sim-7-") for user in users)


def test_the_easy_question_is_answered_rightly_and_the_hard_one_wrongly():
    _, questions, correct, *_ = columns(Order(4_000, 22, "linear", 7))
    right = np.array(correct) == "t"
    question = np.array(questions)

    assert 0.88 < right[question == "1"].mean() < 0.95
    assert 0.05 < right[question == "2"].mean() < 0.12


def test_whoever_is_right_chose_the_key_and_nobody_an_option_that_is_not_there():
    _, questions, correct, options, *_ = columns(Order(200, 20, "linear", 7))
    items = {str(item.question_id): item for item in ITEMS}

    for question, right, option in zip(questions, correct, options, strict=True):
        assert (option == items[question].key) == (right == "t")
        assert option in "ABCDEF"[: items[question].options]


def test_answers_are_of_the_last_thirty_days_one_after_the_other():
    users, _, _, _, times, moments = columns(Order(20, 10, "adaptive", 7))
    when = [datetime.fromisoformat(moment) for moment in moments]

    assert all(NOW - timedelta(days=31) < moment <= NOW for moment in when)
    assert all(int(time) > 0 for time in times)
    for user in set(users):
        mine = [moment for name, moment in zip(users, when, strict=True) if name == user]
        assert mine == sorted(mine)
        assert len(set(mine)) == 10


def test_the_same_seed_gives_the_same_answers_and_another_does_not():
    one, same, other = (columns(Order(10, 10, "adaptive", seed)) for seed in (1, 1, 2))

    assert one == same
    assert one[2] != other[2]
