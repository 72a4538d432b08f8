"""Which of many findings to believe: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300."""

from math import erfc, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from itemwell.irt.curve import Floats


def benjamini_hochberg(p: ArrayLike, rate: float) -> NDArray[np.bool_]:
    """Which of the chances `p` are discoveries, so that at most `rate` of those are expected false.

    NaN is a test that was not made: no discovery, and not counted.

    >>> benjamini_hochberg([0.001, 0.9, 0.04, 0.02], 0.05).tolist()
    [True, False, False, True]
    """
    chances = np.asarray(p, dtype=float)
    ordered = np.sort(chances[~np.isnan(chances)], axis=None)
    allowed = rate * np.arange(1, ordered.size + 1) / max(ordered.size, 1)
    below = np.flatnonzero(ordered <= allowed)
    if not below.size:
        return np.zeros(chances.shape, bool)
    return np.asarray(chances <= ordered[below[-1]])


def two_sided(z: Floats) -> Floats:
    """The chance of a standard normal number so far from 0 or farther; NaN for NaN."""
    return _erfc(np.abs(z) / sqrt(2))


def chi_square_tail(x: Floats, df: NDArray[np.int64]) -> Floats:
    """The chance of a chi-square number of so many degrees of freedom above x; NaN for none of them.

    scipy.special has it, at an import as long as a fit.

    >>> chi_square_tail(np.array([3.841, 5.991, 15.507, 1.0]), np.array([1, 2, 8, 0])).round(3).tolist()
    [0.05, 0.05, 0.05, nan]
    """
    half = np.maximum(x, 0) / 2
    odd = df % 2 == 1
    tail = np.where(odd, _erfc(np.sqrt(half)), np.exp(-half))
    with np.errstate(divide="ignore"):
        log_term = np.where(odd, np.log(2 * np.sqrt(half / np.pi)), np.log(half)) - half
        for shape in np.arange(1, df.max(initial=0) // 2 + 1):  # Q(s + 1) = Q(s) + x^s e^-x / s!
            more = shape <= (df - 1) // 2
            tail += np.where(more, np.exp(log_term), 0)
            log_term += np.log(half) - np.log(np.where(odd, shape + 0.5, shape + 1))
    return np.where(df > 0, np.minimum(tail, 1), np.nan)


def _erfc(x: Floats) -> Floats:
    return np.array([erfc(each) for each in x.ravel()]).reshape(x.shape)
