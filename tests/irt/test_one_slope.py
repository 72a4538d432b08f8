"""The 1PL: one discrimination for all items."""

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.irt.answers import published, published_answers
from tests.irt.oracle import nodes_of

from itemwell import irt
from itemwell.irt import simulate

RASCH_OF_LSAT6 = 0.755
"""Discrimination in ltm's manual (rasch(LSAT)), with difficulties as below."""

DIFFICULTIES = [-3.6153, -1.3224, -0.3176, -1.7301, -2.7802]


def test_the_published_table_of_the_law_school_admission_test():
    found = irt.fit(published("LSAT6"), model="1pl", prior=None)

    assert found.a == pytest.approx(np.full(5, RASCH_OF_LSAT6), abs=0.001)
    assert found.b == pytest.approx(DIFFICULTIES, abs=0.005)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=0.01)


def test_a_general_optimiser_finds_the_same_mode_and_curvature():
    nodes, weights = nodes_of(101)
    patterns, counts = np.unique(published_answers("LSAT6"), axis=0, return_counts=True)

    def minus_log_likelihood(point):
        right = 1 / (1 + np.exp(-(point[0] * nodes[:, None] + point[1:])))
        given = np.exp(np.log(right) @ patterns.T + np.log(1 - right) @ (1 - patterns).T)
        return -counts @ np.log(weights @ given)

    slow = minimize(minus_log_likelihood, [1.0, 0, 0, 0, 0, 0], method="BFGS", tol=1e-8)

    found = irt.fit(published("LSAT6"), model="1pl", prior=None)

    assert found.a[0] == pytest.approx(abs(slow.x[0]), abs=1e-4)  # its mirror image is as likely
    assert found.d == pytest.approx(slow.x[1:], abs=1e-4)
    errors = np.sqrt(np.diag(np.linalg.inv(hessian(minus_log_likelihood, slow.x))))
    assert found.se_a == pytest.approx(np.full(5, errors[0]), rel=0.01)
    assert found.se_d == pytest.approx(errors[1:], rel=0.01)


def hessian(function, at, width=1e-3):
    """Of central differences."""
    steps = width * np.eye(len(at))
    return np.array(
        [
            [
                function(at + x + y)
                - function(at + x - y)
                - function(at - x + y)
                + function(at - x - y)
                for y in steps
            ]
            for x in steps
        ]
    ) / (4 * width**2)


def test_the_errors_of_many_items_are_those_of_the_whole_information(monkeypatch):
    truth = simulate.draw_truth(3_000, 60, seed=4)
    answers = simulate.adaptive(truth._replace(a=np.full(60, 1.1)), 20, seed=4)
    whole = irt.fit(answers, model="1pl")
    monkeypatch.setattr("itemwell.irt.information.OBSERVED_UP_TO", 0)
    monkeypatch.setattr("itemwell.irt.information.CROSSED_UP_TO", 0)

    by_item = irt.fit(answers, model="1pl")

    assert (whole.se_method, by_item.se_method) == ("cross-product", "by item")
    assert whole.a[0] == pytest.approx(1.1, abs=0.05)
    assert by_item.se_a == pytest.approx(whole.se_a, rel=0.4)
    assert by_item.se_b == pytest.approx(whole.se_b, rel=0.05)


def test_the_slopes_prior_counts_once_however_many_items_there_are():
    nothing_known = irt.Responses.of_matrix([[1, 0] * 10])  # of one person, who is average

    found = irt.fit(nothing_known, model="1pl", prior=irt.Prior(log_a_sd=0.1))

    assert found.se_a / found.a == pytest.approx(np.full(20, 0.1), rel=0.1)


def test_anchors_have_slopes_of_their_own():
    with pytest.raises(ValueError, match="use the 2PL"):
        irt.fit(published("LSAT6"), model="1pl", anchors=irt.Anchors.of([0], [1.0], [0.0]))
