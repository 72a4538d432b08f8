"""How able persons are, given items that are known: the posterior's mean (EAP) and its spread."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from itemwell.irt.curve import Floats
from itemwell.irt.engine import Population, engine_for
from itemwell.irt.grid import Grid, spacing_for
from itemwell.irt.responses import Responses


class Abilities(NamedTuple):
    """Of each person, N. Whoever has no answer has the population's mean and sd."""

    theta: Floats
    sd: Floats


def abilities(
    responses: Responses,
    a: ArrayLike,
    b: ArrayLike,
    *,
    population: tuple[float, float] = (0.0, 1.0),
    threads: int | None = None,
) -> Abilities:
    """Everybody's ability on the scale of `a` and `b` (J each); `population` is its mean and sd.

    Raises ValueError where an item's a or b is not finite.
    """
    a, d = slopes_and_intercepts(responses, a, b)
    engine = engine_for(responses, threads=threads)
    theta, sd = engine.abilities(a, d, grid_for(responses, population)).T
    return Abilities(theta, sd)


def slopes_and_intercepts(
    responses: Responses, a: ArrayLike, b: ArrayLike
) -> tuple[Floats, Floats]:
    """Both of all items. Raises ValueError where there is not one finite pair an item."""
    slopes, difficulties = np.asarray(a, float), np.asarray(b, float)
    if not slopes.shape == difficulties.shape == (responses.items,):
        raise ValueError(f"there is not one a and one b for each of {responses.items} items")
    if not (np.isfinite(slopes).all() and np.isfinite(difficulties).all()):
        raise ValueError("an item's a or b is not finite")
    return slopes, -slopes * difficulties


def grid_for(responses: Responses, population: tuple[float, float]) -> Population:
    """Nodes fine enough for whoever answered most."""
    mean, sd = population
    grid = Grid.over(mean, sd, min(spacing_for(responses.longest), sd / 3))
    return Population(grid, grid.log_weights(mean, sd))
