"""Information, its sums, and the reliability that follows, against what is known exactly."""

from math import inf, isnan

import numpy as np
import pytest

from itemwell.irt import precision

NONE = np.zeros(0)


def test_an_item_tells_most_at_its_difficulty():
    theta = np.linspace(-4, 4, 81)
    told = precision.information(np.array([1.0, 2.0]), np.array([0.0, 1.0]), theta)

    assert theta[told.argmax(axis=1)].tolist() == pytest.approx([0.0, 1.0])
    assert told.max(axis=1).tolist() == pytest.approx([0.25, 1.0])


def test_the_best_are_those_that_tell_most_at_each_ability():
    told = np.array([[1.0, 5.0], [2.0, 4.0], [3.0, 0.0]])

    assert precision.best(told, 2).tolist() == [5.0, 9.0]
    assert precision.best(told, 9).tolist() == [6.0, 9.0]


def test_reliability_is_that_of_the_mean_over_learners():
    """By a plain sum over a fine grid of a standard normal."""
    a, b = np.array([1.3, 0.8]), np.array([0.2, -0.4])
    theta = np.linspace(-6, 6, 4001)
    weights = np.exp(-(theta**2) / 2)
    told = 20 * precision.information(a, b, theta).mean(axis=0)
    exact = (weights * told / (told + 1)).sum() / weights.sum()

    assert precision.reliability(a, b, 20) == pytest.approx(exact, abs=2e-3)


def test_more_items_are_more_reliable_and_the_needed_number_is_the_first_that_suffices():
    a, b = np.full(5, 1.2), np.linspace(-1, 1, 5)
    needed = int(precision.items_for(0.8, a, b))

    assert precision.reliability(a, b, needed) >= 0.8 > precision.reliability(a, b, needed - 1)


def test_of_no_items_nothing_is_known_and_of_useless_ones_no_number_suffices():
    assert isnan(precision.reliability(NONE, NONE, 10))
    assert precision.items_for(0.8, NONE, NONE) == inf
    assert precision.items_for(0.9, np.array([0.01]), np.array([0.0])) == inf
