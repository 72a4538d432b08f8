"""The two-parameter logistic curve: P = 1 / (1 + exp(-(a theta + d))), d = -a b.

The letters of this folder: a discrimination, b difficulty, d intercept, theta ability, P the chance
of a right answer, Q nodes of ability, J items, N persons.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Curve(NamedTuple):
    """Items at each node: `right` is P, `log_wrong` is log(1 - P); both J x Q."""

    right: Floats
    log_wrong: Floats


def curve(a: Floats, d: Floats, nodes: Floats) -> Curve:
    """The curves of items at nodes, without overflow however steep."""
    z = np.multiply.outer(a, nodes)
    z += d[:, None]
    small = np.exp(-np.abs(z))
    right = np.where(z >= 0, 1.0, small)
    right /= 1 + small
    return Curve(right, -(np.maximum(z, 0) + np.log1p(small)))


def inverses(a: Floats, d: Floats, nodes: Floats) -> Floats:
    """1 / (1 - P) and 1 / P at the nodes, 2J x Q, one row a code of an answer; at most e^60."""
    log_wrong = curve(a, d, nodes).log_wrong
    log_right = log_wrong + np.multiply.outer(a, nodes) + d[:, None]
    rows = np.empty((2 * len(a), len(nodes)))
    rows[0::2], rows[1::2] = -log_wrong, -log_right
    return np.exp(np.minimum(rows, 60.0), out=rows)
