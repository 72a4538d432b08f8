"""What may be published, what is flagged, and whether the whole of it can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import Choice, ItemParameters
from itemwell.calibrate.fit import Fitted
from itemwell.calibrate.link import OnScale
from itemwell.errors import ItemwellError
from itemwell.irt import ItemFit, benjamini_hochberg
from itemwell.store.calibrations import InForce

Floats = NDArray[np.float64]

LEAST_DISCRIMINATION = 0.3
FALSE_RATE = 0.05
"""Of the questions that are flagged for misfit so many fit in truth (Benjamini and Hochberg, 1995)."""

MISFIT = 0.05
"""Root mean square difference of observed and expected shares over the groups of ability, chance taken
off: what is smaller does no harm, however many answers make it significant."""

MOSTLY = 0.5
NEGATIVE_Z = -2.0

FEWEST_TO_COMPARE = 10
MOST_DRIFTED = 0.3
LEAST_CORRELATION = 0.8
MOST_STEEPER = 2.0


class WildError(ItemwellError):
    """The new parameters are too far from the published ones to be believed unseen."""

    reason = "drift"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a question needs to be published, and what puts it on watch."""

    min_answers: int = 50
    exposure_cap: float = 1.0


def parameters(
    fitted: Fitted,
    on_scale: OnScale,
    fit_of: ItemFit,
    choices: Mapping[int, list[Choice]],
    bounds: Bounds,
) -> list[ItemParameters]:
    """One a question: its figures, its flags, whether it is published, and why it is not."""
    misfit = _misfit(fitted, fit_of)
    made = []
    for place, number in enumerate(fitted.question_ids.tolist()):
        reason = _reason(fitted, fit_of, on_scale, place, bounds)
        flags = (
            *_curve_flags(on_scale, fit_of, misfit, place),
            *_use_flags(fitted, choices.get(number, []), place, bounds),
        )
        answers = int(fitted.found.answers[place])
        made.append(
            ItemParameters(
                question_id=number,
                responses=answers,
                published=reason is None,
                difficulty=float(on_scale.b[place]),
                discrimination=float(on_scale.a[place]),
                se_difficulty=float(on_scale.se_b[place]),
                se_discrimination=float(on_scale.se_a[place]),
                covariance=float(on_scale.covariance[place]),
                p_value=float(fit_of.p_value[place]),
                point_biserial=float(fit_of.point_biserial[place]),
                infit=float(fit_of.infit[place]),
                outfit=float(fit_of.outfit[place]),
                fit_p=float(fit_of.p[place]),
                anchor=bool(on_scale.anchor[place]),
                flags=flags if answers >= bounds.min_answers else (),
                reason=reason,
            )
        )
    return made


def _reason(
    fitted: Fitted, fit_of: ItemFit, on_scale: OnScale, place: int, bounds: Bounds
) -> str | None:
    """Why an item is not published; None where it is."""
    answers, share = int(fitted.found.answers[place]), float(fit_of.p_value[place])
    if answers < bounds.min_answers:
        return f"{answers} usable answers; {bounds.min_answers} are needed"
    if share in {0.0, 1.0}:
        return f"all answers are {'right' if share else 'wrong'}"
    if fitted.found.at_bound[place]:
        return "its parameters ran away"
    figures = on_scale.a[place], on_scale.b[place], on_scale.se_a[place], on_scale.se_b[place]
    if not np.isfinite(figures).all() or on_scale.a[place] <= 0:
        return "its parameters or their errors are no numbers"
    if _is_negative(fit_of, place):
        return "the able answer it wrongly more often: is its key right?"
    return None


def _is_negative(fit_of: ItemFit, place: int) -> bool:
    """Whether its correlation with ability is below 0 by more than chance."""
    return bool(fit_of.point_biserial[place] * np.sqrt(fit_of.answers[place]) < NEGATIVE_Z)


def _misfit(fitted: Fitted, fit_of: ItemFit) -> NDArray[np.bool_]:
    """Items that differ from their curves by more than chance, and by enough to matter.

    Where a test chose its questions and nobody knows in which order they came, that cannot be told.
    """
    alike = bool((fitted.responses.forms.of_person >= 0).mean() > MOSTLY)
    if not (fitted.in_order or alike):
        return np.zeros(len(fit_of.p), bool)
    far = fit_of.groups.gap > MISFIT
    found: NDArray[np.bool_] = benjamini_hochberg(fit_of.p, FALSE_RATE) & far
    return found


def _curve_flags(
    on_scale: OnScale, fit_of: ItemFit, misfit: NDArray[np.bool_], place: int
) -> list[str]:
    flags = []
    if _is_negative(fit_of, place):
        flags.append("negative discrimination")
    elif on_scale.a[place] < LEAST_DISCRIMINATION:
        flags.append("low discrimination")
    if on_scale.drifted[place]:
        flags.append("drift")
    if misfit[place]:
        flags.append("misfit")
    return flags


FEWEST_WRONG = 100
LEAST_CHOSEN = 0.01
ABLER_BY = 0.05


def _use_flags(fitted: Fitted, choices: list[Choice], place: int, bounds: Bounds) -> list[str]:
    flags = []
    if _poor_distractor(choices):
        flags.append("poor distractor")
    if fitted.found.answers[place] > bounds.exposure_cap * fitted.responses.persons:
        flags.append("exposed")
    return flags


def _poor_distractor(choices: list[Choice]) -> bool:
    """Whether hardly any of those who were wrong chose one, or abler learners than chose the key."""
    distractors = [each for each in choices if not each.is_key]
    wrong = sum(each.chosen for each in distractors)
    if wrong < FEWEST_WRONG:
        return False
    able = max((each.ability for each in choices if each.is_key), default=1.0)
    often = [each for each in distractors if each.chosen >= FEWEST_WRONG / 2]
    unused = any(each.chosen < LEAST_CHOSEN * wrong for each in distractors)
    return unused or any(each.ability > able + ABLER_BY for each in often)


def require_calm(fitted: Fitted, on_scale: OnScale, published: Mapping[int, InForce]) -> None:
    """Raise WildError where the anchors moved so much that something else than items must be wrong."""
    linked = on_scale.linked
    if linked is None or linked.usable.sum() < FEWEST_TO_COMPARE:
        return
    step = "look at the responses of late; if all is right: itemwell calibrate --accept-drift"
    share = float(on_scale.drifted.sum() / linked.usable.sum())
    if share > MOST_DRIFTED:
        raise WildError(f"{share:.0%} of the anchors drifted; more than {MOST_DRIFTED:.0%}", step)
    old = np.array([published[n].difficulty for n in fitted.question_ids[linked.usable].tolist()])
    new = on_scale.b[linked.usable]
    correlation = float(np.corrcoef(old, new)[0, 1]) if np.ptp(old) and np.ptp(new) else 0.0
    if correlation < LEAST_CORRELATION:
        told = f"old and new difficulties correlate at {correlation:.2f} only"
        raise WildError(f"{told}, below {LEAST_CORRELATION}", step)
    if not 1 / MOST_STEEPER < on_scale.scale.slope < MOST_STEEPER:
        raise WildError(f"the scale stretched by {on_scale.scale.slope:.2f}", step)
