import numpy as np
import pytest

from itemwell.irt import simulate


def test_nobody_is_asked_an_item_twice():
    answers = simulate.adaptive(simulate.draw_truth(300, 40, seed=1), 30, seed=1)

    for first, last in zip(answers.starts[:-1], answers.starts[1:], strict=True):
        assert len(set(answers.codes[first:last] >> 1)) == 30


def test_adaptive_items_are_near_the_person():
    truth = simulate.draw_truth(500, 200, seed=2)
    answers = simulate.adaptive(truth, 30, seed=2)

    b = truth.b[answers.codes >> 1].reshape(500, 30)

    assert np.corrcoef(b[:, -5:].mean(axis=1), truth.theta)[0, 1] > 0.8
    assert abs(np.corrcoef(b[:, 0], truth.theta)[0, 1]) < 0.15


def test_the_same_seed_gives_the_same_answers():
    truth = simulate.draw_truth(50, 20, seed=3)

    one, again, other = (simulate.adaptive(truth, 10, seed=seed) for seed in (1, 1, 2))

    assert one.codes.tobytes() == again.codes.tobytes()
    assert one.codes.tobytes() != other.codes.tobytes()


def test_shares_of_right_answers_follow_the_curve():
    truth = simulate.draw_truth(20_000, 4, seed=4)

    answers, right = simulate.dense(truth, seed=4).tally()

    chance = 1 / (1 + np.exp(-truth.a * (truth.theta[:, None] - truth.b)))
    assert right / answers == pytest.approx(chance.mean(axis=0), abs=0.015)


def test_more_answers_than_items_are_refused():
    with pytest.raises(ValueError, match="11 answers each, of 10 items"):
        simulate.adaptive(simulate.draw_truth(5, 10, seed=1), 11, seed=1)
