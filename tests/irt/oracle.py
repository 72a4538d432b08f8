"""The 2PL in plain loops and double precision: slow, and short enough to be believed by reading.

Answers are a matrix, persons x items, NaN where there is none.
"""

from math import exp, log

import numpy as np
from scipy.optimize import minimize


def chance(a, b, theta):
    return 1 / (1 + exp(-a * (theta - b)))


def nodes_of(count=61):
    """Equally spaced abilities and a standard normal population's weights."""
    nodes = np.linspace(-5.5, 5.5, count)
    weights = np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()


def likelihoods(answers, a, b, nodes):
    """The chance of one person's answers at each node."""
    found = []
    for theta in nodes:
        product = 1.0
        for item, answer in enumerate(answers):
            if answer == answer:  # noqa: PLR0124 - not NaN
                right = chance(a[item], b[item], theta)
                product *= right if answer == 1 else 1 - right
        found.append(product)
    return np.array(found)


def posterior(answers, a, b, nodes, weights):
    joint = likelihoods(answers, a, b, nodes) * weights
    return joint / joint.sum()


def log_likelihood(matrix, a, b, nodes, weights):
    return sum(log(likelihoods(answers, a, b, nodes) @ weights) for answers in matrix)


def e_step(matrix, a, b, nodes, weights):
    """Expected answers and right answers of each item at each node."""
    answered = np.zeros((matrix.shape[1], len(nodes)))
    right = np.zeros_like(answered)
    for answers in matrix:
        of_person = posterior(answers, a, b, nodes, weights)
        for item, answer in enumerate(answers):
            if answer == answer:  # noqa: PLR0124
                answered[item] += of_person
                right[item] += of_person * answer
    return answered, right


def m_step(answered, right, start, nodes, prior):
    """One item's log a and b at the mode of the expected log-posterior."""

    def minus_log_posterior(point):
        log_a, b = point
        total = 0.0
        for n, r, theta in zip(answered, right, nodes, strict=True):
            p = chance(exp(log_a), b, theta)
            total += r * log(p) + (n - r) * log(1 - p)
        total -= (log_a - prior.log_a_mean) ** 2 / (2 * prior.log_a_sd**2)
        total -= (b - prior.b_mean) ** 2 / (2 * prior.b_sd**2)
        return -total

    return minimize(minus_log_posterior, start, method="BFGS").x


def fit(matrix, prior, *, tolerance=1e-5, nodes=None):
    """Plain EM from a = 1, b = 0: a and b of each item."""
    nodes, weights = nodes_of() if nodes is None else nodes
    points = np.zeros((matrix.shape[1], 2))
    while True:
        a, b = np.exp(points[:, 0]), points[:, 1]
        answered, right = e_step(matrix, a, b, nodes, weights)
        moved = np.array(
            [
                m_step(n, r, point, nodes, prior)
                for n, r, point in zip(answered, right, points, strict=True)
            ]
        )
        largest, points = np.abs(moved - points).max(), moved
        if largest < tolerance:
            return np.exp(points[:, 0]), points[:, 1]


def abilities(matrix, a, b, nodes, weights):
    """Means and standard deviations of everybody's posterior."""
    found = []
    for answers in matrix:
        of_person = posterior(answers, a, b, nodes, weights)
        mean = of_person @ nodes
        found.append((mean, (of_person @ (nodes - mean) ** 2) ** 0.5))
    return np.array(found)


def cross(matrix, a, b, nodes, weights):
    """Each answer's score in (a, d), squared and summed by item: aa, ad, dd."""
    sums = np.zeros((matrix.shape[1], 3))
    for answers in matrix:
        of_person = posterior(answers, a, b, nodes, weights)
        for item, answer in enumerate(answers):
            if answer == answer:  # noqa: PLR0124
                left = np.array([answer - chance(a[item], b[item], theta) for theta in nodes])
                of_a, of_d = of_person @ (left * nodes), of_person @ left
                sums[item] += of_a * of_a, of_a * of_d, of_d * of_d
    return sums


def predictions(matrix, a, b, nodes, weights, *, earlier=False):
    """Of each answer: person, item, the answer, its chance and the ability by the person's other answers.

    By those to the items before it where `earlier`.
    """
    found = []
    for person, answers in enumerate(matrix):
        for item, answer in enumerate(answers):
            if answer == answer:  # noqa: PLR0124
                others = answers.copy()
                others[item : len(others) if earlier else item + 1] = np.nan
                of_person = posterior(others, a, b, nodes, weights)
                predicted = sum(
                    share * chance(a[item], b[item], theta)
                    for share, theta in zip(of_person, nodes, strict=True)
                )
                found.append((person, item, answer, predicted, of_person @ nodes))
    return found
