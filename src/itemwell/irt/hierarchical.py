"""The prior from the items themselves (empirical Bayes): means and spreads of log a and b.

What a first fit with a weak prior found of an item is that prior and the item's own answers. The
weak prior is taken out again, which leaves each item's estimate y with its variance v, and the items'
distribution is the one under which all of these are most likely: y ~ N(mean, sd^2 + v). Of an item
whose answers say less than the weak prior y is not nearly normal: it stands for that prior instead,
so where all items are such the prior stays the weak one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.irt.curve import Floats
from itemwell.irt.prior import Prior

AS_GOOD_AS = 4.0
"""Items that the weak prior's own spread counts as, so that few items do not make a sharp prior."""

LEAST_KNOWN = 1.0
"""Of the weak prior's precision: what an item's answers must say at least."""

WIDER = 2.0
"""Of b's spread: a prior as narrow as the items draws all of them in at once, and so the scale (by 4 %
where an item has 500 answers of an adaptive test), and tells of one item what its answers know better."""

ROUNDS = 200


class Posterior(NamedTuple):
    """One coordinate of the items after a fit with a normal prior: mode, standard deviation, J each."""

    mode: Floats
    sd: Floats


def reestimated(
    weak: Prior, log_a: Posterior, b: Posterior, answers: NDArray[np.int64], free: NDArray[np.bool_]
) -> Prior:
    """The prior that fits the free items best."""
    told = free & (answers > 0)
    log_a_mean, log_a_sd = _normal(log_a, (weak.log_a_mean, weak.log_a_sd), answers, told)
    b_mean, b_sd = _normal(b, (weak.b_mean, weak.b_sd), answers, told)
    return Prior(log_a_mean, log_a_sd, b_mean, WIDER * b_sd)


def _normal(
    found: Posterior,
    prior: tuple[float | Floats, float | Floats],
    answers: NDArray[np.int64],
    told: NDArray[np.bool_],
) -> tuple[float, float]:
    """Mean and sd of the items' distribution, by EM for the normal hierarchy."""
    if not told.any():
        return float(np.mean(prior[0])), float(np.mean(prior[1]))
    mean, sd = (np.broadcast_to(np.asarray(each, float), told.shape)[told] for each in prior)
    y, v = _answers_alone(Posterior(found.mode[told], found.sd[told]), mean, sd, answers[told])
    believed, believed_spread = float(mean.mean()), float(np.mean(sd**2))
    silent = len(mean) - len(y) + AS_GOOD_AS
    center, spread = believed, believed_spread
    for _ in range(ROUNDS):
        share = spread / (spread + v)
        each, left = center + share * (y - center), spread * (1 - share)
        center = float(each.sum() + silent * believed) / (len(y) + silent)
        squares = float(((each - center) ** 2 + left).sum())
        spread = (squares + silent * believed_spread) / (len(y) + silent)
    return center, spread**0.5


def _answers_alone(
    found: Posterior, mean: Floats, sd: Floats, answers: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Estimates and variances with the prior taken out, of the items whose answers say enough.

    The variance is what so many answers tell of a typical item: an item's own goes with its estimate
    (log a is known the better the larger it is), which would bias the mean.
    """
    precision, of_prior = 1 / found.sd**2, 1 / sd**2
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(found.mode) & (precision - of_prior >= LEAST_KNOWN * of_prior)
    left = (precision - of_prior)[usable]
    y = (found.mode * precision - mean * of_prior)[usable] / left
    return y, np.median(answers[usable] / left) / answers[usable] if len(y) else y
