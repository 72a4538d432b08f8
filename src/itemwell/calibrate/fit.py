"""The fit: answers -> discriminations and difficulties, on a scale of its own.

It starts from what is published; a question that has nothing published has its difficulty foreseen,
as its prior and its start.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell import irt
from itemwell.calibrate.foresee import Foreseen, foresee
from itemwell.calibrate.load import Loaded
from itemwell.errors import ItemwellError
from itemwell.store.calibrations import InForce, Traits

Floats = NDArray[np.float64]


class FitError(ItemwellError):
    """The answers gave no parameters that could be trusted: those of before stay in force."""

    reason = "fit"


class Scale(NamedTuple):
    """theta on the published scale = slope * theta of the last fit + intercept."""

    slope: float = 1.0
    intercept: float = 0.0


class How(NamedTuple):
    """The ways to fit."""

    model: Literal["2pl", "1pl"] = "2pl"
    se: Literal["information", "bootstrap"] = "information"
    threads: int | None = None


class Fitted(NamedTuple):
    """What the fit found, and what it went by. Item i is the question `question_ids[i]`."""

    found: irt.Fit
    responses: irt.Responses
    question_ids: NDArray[np.int64]
    foreseen: Foreseen
    in_order: bool  # a person's answers come as they were given


def fit(
    loaded: Loaded,
    published: Mapping[int, InForce],
    traits: Sequence[Traits],
    scale: Scale,
    how: How,
) -> Fitted:
    """Fit all answers. Raises FitError where that does not converge, or is no number."""
    mine = set(loaded.question_ids.tolist())
    about = [each for each in traits if each.question_id in mine]
    known = {number: each.difficulty for number, each in published.items()}
    foreseen = foresee(known, about)
    start, prior = _start(about, published, foreseen, scale)
    responses = irt.Responses.packed(loaded.codes, loaded.starts, loaded.items)
    found = irt.fit(
        responses, model=how.model, prior=prior, start=start, se=how.se, threads=how.threads
    )
    require_sound(found)
    return Fitted(found, responses, loaded.question_ids, foreseen, loaded.in_order)


def require_sound(found: irt.Fit) -> None:
    """Raise FitError for a fit that nobody may publish."""
    if not found.converged:
        told = f"the fit did not converge in {found.e_steps} steps"
        raise FitError(told, "the old parameters stay in force; look at: itemwell responses")
    if not np.isfinite(found.log_likelihood):
        raise FitError("the fit ended without a likelihood", "the old parameters stay in force")


def _start(
    about: Sequence[Traits],
    published: Mapping[int, InForce],
    foreseen: Foreseen,
    scale: Scale,
) -> tuple[tuple[Floats, Floats], irt.Prior]:
    """Where to begin, and the prior, both on the scale of the last fit."""
    usual = irt.Prior()
    a, b = np.ones(len(about)), (foreseen.mean - scale.intercept) / scale.slope
    mean, sd = b.copy(), np.full(len(about), foreseen.sd / scale.slope)
    for place, each in enumerate(about):
        if old := published.get(each.question_id):
            a[place] = old.discrimination * scale.slope
            b[place] = (old.difficulty - scale.intercept) / scale.slope
            mean[place], sd[place] = usual.b_mean, usual.b_sd
    return (a, b), irt.Prior(b_mean=mean, b_sd=sd)


def told(fitted: Fitted) -> dict[str, Any]:
    """The fit's own figures, for the record."""
    found, foreseen = fitted.found, fitted.foreseen
    return {
        "items": len(found.a),
        "persons": fitted.responses.persons,
        "answers": fitted.responses.count,
        "groups": int(fitted.responses.groups().max(initial=-1)) + 1,
        "log_likelihood": found.log_likelihood,
        "e_steps": found.e_steps,
        "nodes": found.nodes,
        "engine": found.engine,
        "standard_errors": found.se_method,
        "foreseen": {
            "from_questions": foreseen.questions,
            "left_out_error": foreseen.error,
            "spread": foreseen.spread,
        },
    }
