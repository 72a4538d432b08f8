"""Standard errors: by information, by bootstrap, and what a sample of samples shows."""

import numpy as np
import pytest
from tests.irt.answers import a_matrix, rmse

from itemwell import irt
from itemwell.irt import Responses, simulate


@pytest.fixture(scope="module")
def answers():
    return simulate.adaptive(simulate.draw_truth(3_000, 60, seed=2), 25, seed=2)


def test_a_bootstrap_spreads_as_the_information_says(answers):
    by_information = irt.fit(answers)

    drawn = irt.fit(answers, se="bootstrap", replicates=60)

    assert drawn.se_method == "bootstrap"
    assert np.median(drawn.se_a / by_information.se_a) == pytest.approx(1.0, abs=0.1)
    assert np.median(drawn.se_b / by_information.se_b) == pytest.approx(1.0, abs=0.1)
    assert np.corrcoef(drawn.covariance, by_information.covariance)[0, 1] > 0.7


def test_a_bootstrap_knows_what_rests_on_the_prior_alone():
    matrix, _ = a_matrix(persons=200)
    matrix = np.c_[matrix, np.full(200, np.nan)]

    drawn = irt.fit(Responses.of_matrix(matrix), se="bootstrap", replicates=60)

    assert drawn.se_b[-1] == pytest.approx(2.0, rel=0.3)


def test_a_bootstrap_is_the_same_for_the_same_seed():
    small = Responses.of_matrix(a_matrix(persons=200)[0])
    one, again, other = (
        irt.fit(small, se="bootstrap", replicates=5, seed=seed).se_b for seed in (1, 1, 2)
    )

    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize("design", ["sparse", "dense"])
def test_the_three_ways_agree(monkeypatch, answers, design):
    if design == "dense":
        answers = simulate.dense(simulate.draw_truth(3_000, 30, seed=5), seed=5)
    monkeypatch.setattr("itemwell.irt.information.OBSERVED_UP_TO", 1e12)
    observed = irt.fit(answers)
    monkeypatch.setattr("itemwell.irt.information.OBSERVED_UP_TO", 0)
    crossed = irt.fit(answers)
    monkeypatch.setattr("itemwell.irt.information.CROSSED_UP_TO", 0)
    by_item = irt.fit(answers)

    assert [each.se_method for each in (observed, crossed, by_item)] == [
        "observed",
        "cross-product",
        "by item",
    ]
    for name in ("se_a", "se_b"):
        exact = getattr(observed, name)
        assert getattr(crossed, name) / exact == pytest.approx(np.ones_like(exact), abs=0.12)
        assert np.median(getattr(by_item, name) / exact) == pytest.approx(1.0, abs=0.03)
        assert getattr(by_item, name) / exact == pytest.approx(np.ones_like(exact), abs=0.2)


def test_intervals_hold_the_truth_as_often_as_they_say():
    inside = []
    for seed in range(12):
        truth = simulate.draw_truth(1_000, 40, seed=seed)
        found = irt.fit(simulate.adaptive(truth, 20, seed=seed))
        inside += [
            np.abs(found.a - truth.a) < 1.96 * found.se_a,
            np.abs(found.b - truth.b) < 1.96 * found.se_b,
        ]

    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)


def test_nobody_asked():
    found = irt.fit(Responses.of_matrix(a_matrix()[0]), se=None)

    assert found.se_method == "none"
    assert np.isnan([*found.se_a, *found.se_b, *found.covariance]).all()


def test_the_covariance_is_that_of_a_and_b():
    errors = []
    for seed in range(40):
        truth = simulate.draw_truth(600, 1, seed=1)
        many = truth._replace(a=np.full(12, 1.2), b=np.full(12, 1.0))
        found = irt.fit(simulate.dense(many, seed=seed))
        errors.append((found.a[0] - 1.2, found.b[0] - 1.0, found.covariance[0]))
    of_a, of_b, covariance = np.array(errors).T

    assert np.mean(covariance) == pytest.approx(np.cov(of_a, of_b)[0, 1], rel=0.5)
    assert rmse(of_a, 0) > 0
