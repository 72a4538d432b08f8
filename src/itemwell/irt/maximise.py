"""The M step: one Newton step an item, in the coordinates that the fit moves in.

With a prior an item's coordinates are (log a, b), which the prior is about and which keep a above 0;
without one they are (a, d), in which the curve is linear.
"""

from typing import NamedTuple

import numpy as np

from itemwell.irt.curve import Floats
from itemwell.irt.engine import Expected
from itemwell.irt.prior import Prior

LONGEST = 1.0
"""A coordinate moves at most so far in a step: a Newton step from afar overshoots."""

TINY = 1e-8

MEAN_SD, LOG_SD_SD = 2.0, 1.0
"""A free population's mean and log sd are N(0, these^2): nothing to fifty persons, a hold to one."""


class Moments(NamedTuple):
    """Of each item, J: gradient of the expected log-likelihood in (a, d), and minus its Hessian."""

    of_a: Floats
    of_d: Floats
    aa: Floats
    ad: Floats
    dd: Floats


def moments(expected: Expected, right: Floats, nodes: Floats) -> Moments:
    """From an E step and P at the nodes, J x Q."""
    chance = expected.answers * right
    spread = chance * (1 - right)
    powers = np.stack([np.ones_like(nodes), nodes, nodes**2], axis=1)
    missing = expected.right[:, None] - chance @ powers[:, :1]
    by_theta = expected.right_theta - chance @ nodes
    dd, ad, aa = (spread @ powers).T
    return Moments(by_theta, missing[:, 0], aa, ad, dd)


class Step(NamedTuple):
    """The next coordinates of each item, and how well complete data would tell them (an error, J each)."""

    first: Floats
    second: Floats
    first_error: Floats
    second_error: Floats


def step(found: Moments, first: Floats, second: Floats, prior: Prior | None) -> Step:
    """One step of each item: in (log a, b) with a prior, in (a, d) without."""
    if prior is None:
        gradient = found.of_a, found.of_d
        return _newton((first, second), gradient, (found.aa, found.ad, found.dd))
    a, b = np.exp(first), second
    to_a, to_b = 1 / np.square(prior.log_a_sd), 1 / np.square(prior.b_sd)
    of_log_a = a * (found.of_a - b * found.of_d) - (first - prior.log_a_mean) * to_a
    of_b = -a * found.of_d - (b - prior.b_mean) * to_b
    log_a_log_a = a**2 * (found.aa - 2 * b * found.ad + b**2 * found.dd) + to_a
    log_a_b = -(a**2) * (found.ad - b * found.dd)
    b_b = a**2 * found.dd + to_b
    return _newton((first, second), (of_log_a, of_b), (log_a_log_a, log_a_b, b_b))


def shared_step(found: Moments, first: Floats, second: Floats, prior: Prior | None) -> Step:
    """The same where all items have one discrimination (1PL): its step is that of all items together."""
    if prior is None:
        a, gradient_a, aa, ad = first, found.of_a, found.aa, found.ad
        gradient, dd = found.of_d, found.dd
    else:
        a, b = np.exp(first), second
        to_a, to_b = 1 / np.square(prior.log_a_sd), 1 / np.square(prior.b_sd)
        gradient_a = a * (found.of_a - b * found.of_d) - (first - prior.log_a_mean) * to_a / len(a)
        gradient = -a * found.of_d - (b - prior.b_mean) * to_b
        aa = a**2 * (found.aa - 2 * b * found.ad + b**2 * found.dd) + to_a / len(a)
        ad = -(a**2) * (found.ad - b * found.dd)
        dd = a**2 * found.dd + to_b
    dd = np.maximum(dd, TINY)
    curvature = max(float((aa - ad**2 / dd).sum()), TINY)  # the others profiled out
    of_all = np.clip((gradient_a - ad * gradient / dd).sum() / curvature, -LONGEST, LONGEST)
    moved = np.clip((gradient - ad * of_all) / dd, -LONGEST, LONGEST)
    of_one = np.full_like(first, curvature**-0.5)
    return Step(first + of_all, second + moved, of_one, dd**-0.5)


def population_step(by_node: Floats, nodes: Floats, log_sd: float) -> tuple[float, float]:
    """Mean and log sd of the population from persons by node: their mode at the old sd, and given that."""
    persons = float(by_node.sum())
    mean = float(by_node @ nodes) / (persons + np.exp(2 * log_sd) / MEAN_SD**2)
    squares = float(by_node @ (nodes - mean) ** 2)
    log_sd = 0.5 * np.log(squares / persons)
    for _ in range(5):
        share, held = squares * np.exp(-2 * log_sd), 1 / LOG_SD_SD**2
        log_sd -= (persons - share + log_sd * held) / (2 * share + held)
    return mean, log_sd


def _newton(
    at: tuple[Floats, Floats],
    gradient: tuple[Floats, Floats],
    hessian: tuple[Floats, Floats, Floats],
) -> Step:
    """A step of each item by its own 2 x 2 system; where that is singular, none."""
    (first, second), (of_first, of_second), (xx, xy, yy) = at, gradient, hessian
    determinant = xx * yy - xy**2
    sound = determinant > TINY * xx * yy
    safe = np.where(sound, determinant, np.inf)
    by_first = (yy * of_first - xy * of_second) / safe
    by_second = (xx * of_second - xy * of_first) / safe
    longest = np.maximum(np.maximum(np.abs(by_first), np.abs(by_second)) / LONGEST, 1.0)
    errors = np.sqrt(yy / safe), np.sqrt(xx / safe)
    return Step(first + by_first / longest, second + by_second / longest, *errors)
