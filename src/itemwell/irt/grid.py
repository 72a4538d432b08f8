"""Where ability is looked at: equally spaced nodes, and the population's weight on each."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

REACH = 5.5
"""The grid ends so many standard deviations from the population's mean."""

ENOUGH = 4.5
"""What lies so many standard deviations away is 7e-6 of a population."""

FEWEST, MOST = 32, 200
"""Nodes."""

LANES = 16
"""Numbers of a processor's vector: what is left over of nodes costs nearly as much as a whole one."""

STRETCHED = 1.15
"""Nodes may be so much farther apart than asked for where that saves a vector."""

TYPICAL_INFORMATION = 0.3
"""Of an answer to an item that was chosen for the person: a^2 / 4 at discriminations about 1.1."""


class Grid(NamedTuple):
    """Nodes of ability, lowest first, at one distance."""

    nodes: NDArray[np.float64]

    @classmethod
    def over(cls, mean: float, sd: float, spacing: float) -> Self:
        """Nodes about `spacing` apart over the population's reach: whole vectors of them."""
        steps = 2 * REACH * sd / spacing
        vectors = max(int(np.ceil((steps / STRETCHED + 1) / LANES)), FEWEST // LANES)
        return cls(np.linspace(mean - REACH * sd, mean + REACH * sd, vectors * LANES))

    def holds(self, mean: float, sd: float) -> bool:
        """Whether nodes are near enough for a population, and what is not on the grid does not count."""
        low, high = self.nodes[0], self.nodes[-1]
        within = low <= mean - ENOUGH * sd and mean + ENOUGH * sd <= high
        return bool(within and self.spacing <= sd)

    @property
    def spacing(self) -> float:
        """The distance of two nodes."""
        return float(self.nodes[1] - self.nodes[0])

    def log_weights(self, mean: float, sd: float) -> NDArray[np.float64]:
        """Logarithms of a normal population's weights, which sum to 1 on the grid."""
        density = -0.5 * ((self.nodes - mean) / sd) ** 2
        weights: NDArray[np.float64] = density - np.log(np.exp(density).sum())
        return weights


def spacing_for(longest: int) -> float:
    """The distance of nodes for a test of at most `longest` answers.

    It is the smallest posterior standard deviation: the trapezoid rule's error is then below 1e-8.

    >>> round(spacing_for(30), 2), round(spacing_for(200), 2)
    (0.32, 0.13)
    """
    return float(max(1 / np.sqrt(1 + TYPICAL_INFORMATION * longest), 2 * REACH / MOST))
