"""Standard errors by a bootstrap over persons: fits to reweighted answers, begun where the fit ended.

Each person counts a Poisson number of times (Hanley and MacGibbon, 2006, Comput. Methods Programs
Biomed. 83, 57-62), so that no answers are copied, and the persons who count 0 times cost nothing.

The prior's means are drawn anew each time too, from the prior: else an item that rests on its prior
would seem to be known (the replicates then spread as the posterior does, as in Newton and Raftery's
weighted likelihood bootstrap, 1994, J. R. Stat. Soc. B 56, 3-48).
"""

from dataclasses import replace

import numpy as np

from itemwell.irt.curve import Floats
from itemwell.irt.em import Climb, Model, Point
from itemwell.irt.information import Errors
from itemwell.irt.prior import Prior

ROUGH = 1e-3
"""A replicate's tolerance: far below the standard errors that come of it."""

MOST = 200


def bootstrap(climb: Climb, found: Point, *, replicates: int, seed: int) -> Errors:
    """Standard deviations of a, b and d over `replicates` fits; NaN for anchors."""
    model = climb.model
    drawn: list[tuple[Floats, Floats, Floats]] = []
    for number in range(replicates):
        rng = np.random.default_rng([seed, number])
        weights = rng.poisson(1.0, climb.engine.responses.persons).astype(np.float64)
        again = Climb(climb.engine, _redrawn(model, rng), climb.grid, weights)
        point, _ = again.run(found.state, tolerance=ROUGH, most=MOST)
        a, d = model.curves(point.state)
        drawn.append((a, -d / a, d))
    of_a, of_b, of_d = (np.array(each) for each in zip(*drawn, strict=True))
    a, b, d = (
        np.where(model.free, each.std(axis=0, ddof=1), np.nan) for each in (of_a, of_b, of_d)
    )
    together = (of_a - of_a.mean(axis=0)) * (of_b - of_b.mean(axis=0))
    covariance = together.sum(axis=0) / (replicates - 1)
    return Errors(a, b, d, np.where(model.free, covariance, np.nan), "bootstrap")


def _redrawn(model: Model, rng: np.random.Generator) -> Model:
    """The same with other means of the prior; those of a slope that all share move together."""
    prior, items = model.prior, len(model.free)
    if prior is None:
        return model
    far_a, far_b = rng.normal(size=1 if model.one_slope else items), rng.normal(size=items)
    log_a_mean = prior.log_a_mean + prior.log_a_sd * far_a
    b_mean = prior.b_mean + prior.b_sd * far_b
    return replace(model, prior=Prior(log_a_mean, prior.log_a_sd, b_mean, prior.b_sd))
