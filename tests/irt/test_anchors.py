import numpy as np
import pytest
from tests.irt.answers import a_matrix, rmse

from itemwell import irt
from itemwell.irt import Anchors, Responses, simulate

NEW = 200


@pytest.fixture(scope="module")
def grown():
    """2,000 old items and 200 new ones, answered by a population of mean .5 and sd 1.2."""
    truth = simulate.draw_truth(30_000, 2_200, seed=11)
    moved = truth._replace(theta=0.5 + 1.2 * truth.theta)
    held = np.arange(2_200 - NEW)
    return simulate.adaptive(moved, 40, seed=11), moved, held


@pytest.fixture(scope="module")
def anchored(grown):
    answers, truth, held = grown
    return irt.fit(answers, anchors=Anchors.of(held, truth.a[held], truth.b[held]))


def test_held_items_keep_their_bits(grown, anchored):
    _, truth, held = grown

    assert anchored.a[held].tobytes() == truth.a[held].tobytes()
    assert anchored.b[held].tobytes() == truth.b[held].tobytes()
    assert np.isnan(anchored.se_b[held]).all()


def test_the_population_is_found_on_the_anchors_scale(anchored):
    assert anchored.converged
    assert anchored.mean == pytest.approx(0.5, abs=0.02)
    assert anchored.sd == pytest.approx(1.2, abs=0.02)


def test_new_items_come_out_on_it_too(grown, anchored):
    _, truth, held = grown
    new = len(held) + np.arange(NEW)

    error = anchored.b[new] - truth.b[new]

    assert abs(error.mean()) < 0.02
    assert rmse(error, 0) < 0.15
    assert 0.85 < rmse(error / anchored.se_b[new], 0) < 1.2


def test_without_anchors_they_do_not():
    truth = simulate.draw_truth(3_000, 50, seed=12)
    answers = simulate.dense(truth._replace(theta=0.5 + 1.2 * truth.theta), seed=12)

    free = irt.fit(answers)

    assert (free.mean, free.sd) == (0.0, 1.0)
    assert rmse(free.b, truth.b) > 0.3


def test_all_items_may_be_held():
    truth = simulate.draw_truth(2_000, 30, seed=13)
    answers = simulate.dense(truth._replace(theta=truth.theta * 0.8 - 1), seed=13)

    found = irt.fit(answers, anchors=Anchors.of(np.arange(30), truth.a, truth.b))

    assert found.mean == pytest.approx(-1, abs=0.06)
    assert found.sd == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("engine", ["plain", "compiled"])
@pytest.mark.parametrize("answer", [0, 1])
def test_a_population_that_would_run_away_is_held(engine, answer):
    same = Responses.of_matrix(np.full((50, 5), float(answer)))

    found = irt.fit(same, anchors=Anchors.of([0, 1], [1, 1], [0, 0]), engine=engine)

    assert np.isfinite([*found.a, *found.b, found.mean, found.sd]).all()
    assert np.sign(found.mean) == (1 if answer else -1)
    assert abs(found.mean) < 8


@pytest.mark.parametrize("engine", ["plain", "compiled"])
def test_one_person_is_no_population_but_gets_a_result(engine):
    one = Responses.of_matrix([[1, 0, 1.0]])

    found = irt.fit(one, anchors=Anchors.of([0, 1], [1, 1], [0, 0]), engine=engine)

    assert np.isfinite([*found.a, *found.b, found.mean, found.sd]).all()
    assert 0.2 < found.sd < 2


def test_anchors_that_nobody_answered_leave_the_population_as_it_was_believed():
    matrix, _ = a_matrix(persons=300)

    found = irt.fit(
        Responses.of_matrix(np.c_[matrix, np.full((300, 2), np.nan)]),
        anchors=Anchors.of([7, 8], [1.0, 1.0], [0.0, 0.0]),
    )

    assert np.isfinite([*found.a, *found.b, found.mean, found.sd]).all()


@pytest.mark.parametrize(
    ("items", "a", "b", "refusal"),
    [
        ([], [], [], "no anchor"),
        ([0], [1, 1], [0], "of one length"),
        ([0], [0], [0], "not above 0"),
        ([0], [np.nan], [0], "not finite"),
        ([0], [1], [np.inf], "not finite"),
        ([0, 0], [1, 1], [0, 0], "named twice"),
        ([-1], [1], [0], "from 0"),
    ],
)
def test_anchors_that_are_none_are_refused(items, a, b, refusal):
    with pytest.raises(ValueError, match=refusal):
        Anchors.of(items, a, b)


def test_so_is_one_beyond_the_items():
    with pytest.raises(ValueError, match="anchor 7 of 3 items"):
        irt.fit(Responses.of_matrix([[1, 0, 1]]), anchors=Anchors.of([7], [1], [0]))
