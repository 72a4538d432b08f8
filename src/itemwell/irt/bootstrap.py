"""Standard errors by a bootstrap over persons: fits to reweighted answers, begun where the fit ended.

Each person counts a Poisson number of times (Hanley and MacGibbon, 2006, Comput. Methods Programs
Biomed. 83, 57-62), so that no answers are copied, and the persons who count 0 times cost nothing.
"""

import numpy as np

from itemwell.irt.curve import Floats
from itemwell.irt.em import Climb, Point
from itemwell.irt.information import Errors

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
        again = Climb(climb.engine, model, climb.grid, weights)
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
