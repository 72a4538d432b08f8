"""From the fit's scale to the published one: difficulties of one calibration mean those of the next.

Questions that both have are the anchors; those whose parameters moved by more than chance are left
out. The first calibration makes the scale: its learners have mean 0 and standard deviation 1.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell import irt
from itemwell.calibrate.fit import FitError, Fitted, Scale, require_sound
from itemwell.errors import ItemwellError
from itemwell.irt import Estimates, Linked, link
from itemwell.irt.link import FEWEST
from itemwell.store.calibrations import InForce

Floats = NDArray[np.float64]

Method = Literal["stocking-lord", "fixed"]


class Way(NamedTuple):
    """How to get there. "fixed" holds anchors to the bit and fits the others beside them.

    `shared` is the share of the published fit's answers that this one rests on too.
    """

    method: Method = "stocking-lord"
    new_scale: bool = False
    shared: float = 1.0


class Past(NamedTuple):
    """What is published, and what some calibrations of before had: a drift may have begun then."""

    published: Mapping[int, InForce]
    earlier: Sequence[Mapping[int, InForce]] = ()


class LinkError(ItemwellError):
    """There is no way to the published scale: nothing is published."""

    reason = "link"


class OnScale(NamedTuple):
    """The items on the published scale, J each, and how they came there."""

    a: Floats
    b: Floats
    se_a: Floats
    se_b: Floats
    covariance: Floats
    scale: Scale
    mean: float  # of the learners
    sd: float
    linked: Linked | None  # None: this calibration makes the scale
    anchor: NDArray[np.bool_]  # those that the link rests on

    @property
    def drifted(self) -> NDArray[np.bool_]:
        """The anchors that were taken out."""
        if self.linked is None:
            return np.zeros(len(self.a), bool)
        return self.linked.drifted


def to_scale(fitted: Fitted, past: Past, way: Way, enough: NDArray[np.bool_]) -> OnScale:
    """The fit on the published scale; only items with `enough` answers are anchors.

    Raises LinkError where too few anchors are left, FitError where the fit beside anchors fails.
    """
    found = fitted.found
    if way.new_scale or not past.published:
        nothing = np.zeros(len(found.a), bool)
        return _moved(found, Scale(), None, nothing)
    old, *earlier = (_estimates(fitted, each) for each in (past.published, *past.earlier))
    old.a[~enough] = np.nan
    try:
        new = Estimates.of(found.a, found.b, found.se_a, found.se_b, found.answers)
        linked = link(
            old,
            new,
            shared=way.shared,
            earlier=earlier,
            fewest=min(FEWEST, max(2, len(past.published))),
        )
    except ValueError as error:
        step = "check the responses, or begin a new scale: itemwell calibrate --new-scale"
        raise LinkError(f"cannot be linked to the published scale: {error}", step) from error
    on_scale = _moved(found, Scale(linked.slope, linked.intercept), linked, linked.kept)
    return _beside_anchors(fitted, old, on_scale) if way.method == "fixed" else on_scale


def _estimates(fitted: Fitted, known: Mapping[int, InForce]) -> Estimates:
    """What is known of each item; NaN where nothing is, or without standard errors."""
    rows = np.full((len(fitted.question_ids), 5), np.nan)
    for place, number in enumerate(fitted.question_ids.tolist()):
        if each := known.get(number):
            errors = each.se_discrimination, each.se_difficulty
            rows[place, :2] = each.discrimination, each.difficulty
            rows[place, 2:4] = [error or np.nan for error in errors]
            rows[place, 4] = each.responses
    return Estimates(*(column.copy() for column in rows.T))


def _moved(
    found: irt.Fit, scale: Scale, linked: Linked | None, anchor: NDArray[np.bool_]
) -> OnScale:
    slope, intercept = scale
    return OnScale(
        a=found.a / slope,
        b=slope * found.b + intercept,
        se_a=found.se_a / slope,
        se_b=found.se_b * slope,
        covariance=found.covariance,
        scale=scale,
        mean=slope * found.mean + intercept,
        sd=slope * found.sd,
        linked=linked,
        anchor=anchor,
    )


def _beside_anchors(fitted: Fitted, old: Estimates, first: OnScale) -> OnScale:
    """Fitted again, the anchors held at what is published."""
    assert old.se_a is not None
    assert old.se_b is not None
    places = np.flatnonzero(first.anchor)
    anchors = irt.Anchors.of(places, old.a[places], old.b[places])
    found = irt.fit(fitted.responses, anchors=anchors, start=(first.a, first.b))
    require_sound(found)
    if not found.sd > 0:
        raise FitError("the learners beside the anchors have no spread")
    held = first.anchor
    return first._replace(
        a=found.a,
        b=found.b,
        se_a=np.where(held, old.se_a, found.se_a),
        se_b=np.where(held, old.se_b, found.se_b),
        covariance=np.where(held, 0.0, found.covariance),
        mean=found.mean,
        sd=found.sd,
    )


def told(on_scale: OnScale) -> dict[str, Any]:
    """The link's figures, for the record."""
    known = {
        "slope": on_scale.scale.slope,
        "intercept": on_scale.scale.intercept,
        "mean": on_scale.mean,
        "sd": on_scale.sd,
        "anchors": int(on_scale.anchor.sum()),
    }
    if on_scale.linked is None:
        return known | {"new_scale": True}
    return known | {"drifted": int(on_scale.drifted.sum())}
