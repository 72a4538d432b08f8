"""How precisely tests measure: information, its standard error, and the reliability that follows.

An item tells I(theta) = a^2 P (1 - P) of an ability (Birnbaum, in Lord and Novick, 1968, 20.2); those
of a test add up, and 1 / sqrt of the sum is its standard error. The reliability of a test in a
population N(mean, sd) is the mean of sd^2 I / (sd^2 I + 1), the share of the variance of estimates
that is true (Green et al., 1984, Journal of Educational Measurement 21, 347-360).
"""

from math import inf
from statistics import NormalDist

import numpy as np

from itemwell.irt.curve import Floats, curve

STEPS = 61
REACH = 3.0
"""The population is looked at from 3 standard deviations below its mean to 3 above."""

MOST = 2_000
"""Items: a test that needs more is no test."""


def information(a: Floats, b: Floats, theta: Floats) -> Floats:
    """What each item tells at each ability, J x T.

    >>> information(np.array([2.0]), np.array([0.0]), np.array([0.0])).tolist()
    [[1.0]]
    """
    right = curve(a, -a * b, theta).right
    return np.asarray(a[:, None] ** 2 * right * (1 - right))


def best(told: Floats, items: int) -> Floats:
    """What the `items` that tell most at each ability tell together, T; of `told`, J x T."""
    if items >= len(told):
        return np.asarray(told.sum(axis=0))
    return np.asarray(np.partition(told, len(told) - items, axis=0)[-items:].sum(axis=0))


def reliability(a: Floats, b: Floats, items: int, mean: float = 0.0, sd: float = 1.0) -> float:
    """Of a test of `items` that are like these on average. NaN of none."""
    if not len(a):
        return float("nan")
    theta, weights = _population(mean, sd)
    return _reliability(items * information(a, b, theta).mean(axis=0), weights, sd)


def items_for(wanted: float, a: Floats, b: Floats, mean: float = 0.0, sd: float = 1.0) -> float:
    """How many items like these a test of the `wanted` reliability needs; inf where no test does."""
    if not len(a):
        return inf
    theta, weights = _population(mean, sd)
    each = information(a, b, theta).mean(axis=0)
    enough = (n for n in range(1, MOST + 1) if _reliability(n * each, weights, sd) >= wanted)
    return next(enough, inf)


def _population(mean: float, sd: float) -> tuple[Floats, Floats]:
    places = np.linspace(-REACH, REACH, STEPS)
    weights = np.array([NormalDist().pdf(place) for place in places])
    return mean + sd * places, weights / weights.sum()


def _reliability(told: Floats, weights: Floats, sd: float) -> float:
    share = sd**2 * told / (sd**2 * told + 1)
    return float(weights @ share)
