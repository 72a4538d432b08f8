"""How sure a share is that was counted in a few cases."""

from math import sqrt

Z = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, within 0 and 1; all of it where nothing was counted.

    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22;
    Brown, Cai & DasGupta (2001), Statistical Science 16, advise it for counts as small as ours.

    >>> [f"{bound:.4f}" for bound in wilson(9, 10)]
    ['0.5958', '0.9821']
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if of == 0:
        return 0.0, 1.0
    share, slack = found / of, Z**2 / of
    middle = (share + slack / 2) / (1 + slack)
    reach = Z / (1 + slack) * sqrt(share * (1 - share) / of + slack / (4 * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)
