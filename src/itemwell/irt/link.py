"""From the scale of a new fit to an old one, by the items that both have; those that drifted are found.

    start -> characteristic curves -> drift -> the rest again -> Linked

Stocking and Lord (1983), Appl. Psychol. Meas. 7, 201-210, with items weighted by how well they are
known; robust z after Huynh and Meyer (2010), Pract. Assess. Res. Eval. 15(2).
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from itemwell.irt.curve import Floats, curve
from itemwell.irt.discovery import benjamini_hochberg, two_sided

FEWEST = 10
"""Anchors: fewer make a scale of their own errors."""

FALSE_RATE = 0.05
"""Of the anchors that are taken out so many are expected not to have drifted."""

ROUNDS = 20
NODES = np.linspace(-4, 4, 41)
MEDIAN_OF_A_NORMAL = 0.6745
"""Distance from the mean that half of a normal distribution is within."""

LEAST_ERROR = 0.01
OF_ERROR = 0.1
"""Of a difference at least: two fits to the same answers differ by their tolerance, and by so much of
their standard errors, as their priors and their other items do."""


LEAST_SPREAD = 0.9
"""Of differences in units of their errors: those hold what all items share (the scale's own error),
which a link takes out."""


class Estimates(NamedTuple):
    """Items as a fit found them, J each. Standard errors and numbers of answers may be missing."""

    a: Floats
    b: Floats
    se_a: Floats | None = None
    se_b: Floats | None = None
    answers: Floats | None = None

    @classmethod
    def of(
        cls,
        a: ArrayLike,
        b: ArrayLike,
        se_a: ArrayLike | None = None,
        se_b: ArrayLike | None = None,
        answers: ArrayLike | None = None,
    ) -> Self:
        """From anything that is like an array."""
        rest = (None if each is None else np.asarray(each, float) for each in (se_a, se_b, answers))
        return cls(np.asarray(a, float), np.asarray(b, float), *rest)

    def on(self, slope: float, intercept: float) -> Self:
        """The same items on the scale theta' = slope * theta + intercept."""
        return type(self)(
            self.a / slope,
            slope * self.b + intercept,
            None if self.se_a is None else self.se_a / slope,
            None if self.se_b is None else self.se_b * slope,
            self.answers,
        )


class Linked(NamedTuple):
    """theta_old = slope * theta_new + intercept, and what it rests on. Arrays are J.

    `usable` are the items with sound estimates in both; `kept` those of them that had not drifted.
    `z_a` and `z_b` are the differences new - old, of log a and b, in units of their error on the old
    scale, from whichever older estimates are farthest; `p` is the chance of so large a one among all
    that were looked at. NaN where an item is not usable.
    """

    slope: float
    intercept: float
    usable: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    z_a: Floats
    z_b: Floats
    p: Floats

    @property
    def drifted(self) -> NDArray[np.bool_]:
        """The anchors that were taken out."""
        return self.usable & ~self.kept


def link(  # noqa: PLR0913
    old: Estimates,
    new: Estimates,
    *,
    earlier: Sequence[Estimates] = (),
    shared: ArrayLike = 1.0,
    fewest: int = FEWEST,
    false_rate: float = FALSE_RATE,
) -> Linked:
    """The transformation that brings `new` to the scale of `old` (J items each, in one order).

    `earlier` are older estimates on the scale of `old`, NaN where an item had none: a drift that began
    some fits ago shows against those from before, as `old` has taken a part of it in already. Some
    will do, such as those of 2, 4, 8 and 16 fits ago.

    `shared` is the share of each item's old answers that the new fit rests on too: 1 where answers
    only grow, 0 where the fits have none in common. Without standard errors the spread of the
    differences themselves tells what is far. Items without a sound pair in both fits (a above 0, all
    finite) are no anchors. Raises ValueError where fewer than `fewest` anchors remain.
    """
    usable = _sound(old) & _sound(new)
    _refuse_few(int(usable.sum()), fewest, "have sound estimates in both fits")
    kept, seen = usable.copy(), set[bytes]()
    for _ in range(ROUNDS):
        slope, intercept = _characteristic(old, new, kept, shared)
        z_a, z_b, p = _drift((old, *earlier), new.on(slope, intercept), (usable, kept), shared)
        drifted = benjamini_hochberg(p, false_rate)
        again = usable & ~drifted
        _refuse_few(int(again.sum()), fewest, f"are left of {int(usable.sum())}: the rest drifted")
        settled = bool((again == kept).all())
        if again.tobytes() in seen:  # it goes round: what drifted in either round stays out
            again &= kept
        seen.add(kept.tobytes())
        kept = again
        if settled:
            break
    return Linked(slope, intercept, usable, kept, z_a, z_b, p)


def _sound(items: Estimates) -> NDArray[np.bool_]:
    sound = np.isfinite(items.a) & np.isfinite(items.b) & (items.a > 0)
    for error in (items.se_a, items.se_b):
        if error is not None:
            sound &= np.isfinite(error)
    return np.asarray(sound)


def _refuse_few(anchors: int, fewest: int, what: str) -> None:
    if anchors < fewest:
        raise ValueError(f"{anchors} anchors {what}; a link needs {fewest}")


def _characteristic(
    old: Estimates, new: Estimates, kept: NDArray[np.bool_], shared: ArrayLike
) -> tuple[float, float]:
    """Slope and intercept at which the weighted sums of both sets of curves are closest.

    Gauss and Newton's method, from the medians, over a standard normal population.
    """
    weights = _weights(old, new, kept, shared)
    (a, b), (new_a, new_b) = ((each.a[kept], each.b[kept]) for each in (old, new))
    slope = float(np.exp(np.median(np.log(new_a / a))))
    intercept = float(np.median(b - slope * new_b))
    density = np.exp(-(NODES**2) / 4)  # the root of the normal's, which is squared
    aim = weights @ curve(a, -a * b, NODES).right
    for _ in range(50):
        steep = new_a / slope
        right = curve(steep, -steep * (slope * new_b + intercept), NODES).right
        spread = right * (1 - right) * (weights * steep)[:, None]
        missing = density * (aim - weights @ right)
        of_intercept = -density * spread.sum(axis=0)
        of_slope = of_intercept * (NODES - intercept) / slope
        jacobian = np.stack([of_slope, of_intercept], axis=1)
        move = np.linalg.lstsq(jacobian, missing, rcond=None)[0]
        move /= max(1.0, np.abs(move).max() / 0.5)
        slope, intercept = max(slope + float(move[0]), slope / 2), intercept + float(move[1])
        if np.abs(move).max() < 1e-9:
            break
    return slope, intercept


def _weights(old: Estimates, new: Estimates, kept: NDArray[np.bool_], shared: ArrayLike) -> Floats:
    """Of the kept items: the less the better known, up to what no number of answers tells apart."""
    if old.se_b is None or new.se_b is None:
        return np.full(int(kept.sum()), 1 / kept.sum())
    gained = _gained(old, new, shared)
    variance = (old.a * new.a * _error(old.se_b, new.se_b, gained) ** 2)[kept]
    weights = 1 / (variance + np.median(variance))
    return np.asarray(weights / weights.sum())


def _drift(
    past: Sequence[Estimates],
    new: Estimates,
    anchors: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    shared: ArrayLike,
) -> tuple[Floats, Floats, Floats]:
    """Where log a and b are farthest from any of the `past` in z, and the chance of that."""
    usable, kept = anchors
    largest = np.full((2, len(usable)), np.nan)
    looked_at = np.zeros(len(usable))
    for old in past:
        known = usable & _sound(old)
        if not (kept & known).any():
            continue
        z = np.where(known, _differences(old, new, kept & known, shared), np.nan)
        farther = ~(np.abs(z).max(axis=0) <= np.abs(largest).max(axis=0)) & known
        largest[:, farther] = z[:, farther]
        looked_at += known
    p = np.minimum(2 * looked_at * two_sided(np.abs(largest).max(axis=0)), 1.0)
    return largest[0], largest[1], p


def _differences(
    old: Estimates, new: Estimates, kept: NDArray[np.bool_], shared: ArrayLike
) -> tuple[Floats, Floats]:
    """Robust z of log a and of b, both fits on one scale."""
    with np.errstate(invalid="ignore", divide="ignore"):
        of_a, of_b = np.log(new.a / old.a), new.b - old.b
        if old.se_a is None or old.se_b is None or new.se_a is None or new.se_b is None:
            return _robust(of_a, kept, least=1e-9), _robust(of_b, kept, least=1e-9)
        gained = _gained(old, new, shared)
        of_a /= _error(old.se_a / old.a, new.se_a / new.a, gained)
        of_b /= _error(old.se_b, new.se_b, gained)
    return _robust(of_a, kept, least=LEAST_SPREAD), _robust(of_b, kept, least=LEAST_SPREAD)


def _gained(old: Estimates, new: Estimates, shared: ArrayLike) -> Floats:
    """The variance of new - old in units of that of new.

    Estimates are as good as means over answers: with c / n for the variance of n answers that of the
    difference is c (1 / n_old + 1 / n_new - 2 shared / n_new). Where the numbers are missing the
    standard errors tell it, but ill: of two that are alike the difference is mostly noise.
    """
    share = np.asarray(shared, float)
    assert old.se_b is not None
    assert new.se_b is not None
    if old.answers is None or new.answers is None:
        return np.asarray((old.se_b / new.se_b) ** 2 + 1 - 2 * share)
    return np.asarray(new.answers / np.maximum(old.answers, 1) + 1 - 2 * share)


def _error(old: Floats, new: Floats, gained: Floats) -> Floats:
    """The standard error of new - old."""
    least = LEAST_ERROR**2 + OF_ERROR**2 * (old**2 + new**2)
    return np.sqrt(np.maximum(gained, 0) * new**2 + least)


def _robust(scores: Floats, kept: NDArray[np.bool_], *, least: float) -> Floats:
    """Scores from the kept ones' median in units of their spread, or of `least` where that is more."""
    middle = np.median(scores[kept])
    spread = float(np.median(np.abs(scores[kept] - middle))) / MEDIAN_OF_A_NORMAL
    return np.asarray((scores - middle) / max(spread, least))
