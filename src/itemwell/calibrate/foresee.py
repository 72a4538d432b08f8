"""How hard a question will be, before anybody answers it: a prior for the fit, and nothing more.

The author's difficulty, the question's type, length and features go into a ridge regression over the
calibrated bank; what its siblings (questions of one skeleton, or one item model) turned out to be
harder or easier than that is added, shrunk by how few they are. How good that is, is measured by
leaving each question out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import DIFFICULTIES
from itemwell.store.calibrations import Traits

Floats = NDArray[np.float64]

FEWEST = 30
"""Calibrated questions below which only the author's difficulty is believed, and not much."""

BY_LEVEL = {"easy": -1.0, "medium": 0.0, "hard": 1.0}
WEAK_SD, LEAST_SD = 2.0, 0.5

RIDGES = (3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 1e4, 1e6)
"""Of standardised features: as many questions' worth of belief that each tells nothing. The one is
taken that foresees best what it has not seen."""

SHRINKS = (1.0, 3.0, 10.0, 1e6)
"""So many siblings move a prediction half of the way to what they say; chosen likewise."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Difficulties before answers, one a question, in the order that was asked for."""

    mean: Floats
    sd: float
    questions: int  # that it was learned from
    error: float | None  # root mean square, each left out; None where too few are calibrated
    spread: float | None  # of their difficulties: what knowing nothing would cost


def foresee(known: Mapping[int, float], traits: Sequence[Traits]) -> Foreseen:
    """The difficulty of each of `traits`, from the difficulties that are `known` by question."""
    if len(known) < FEWEST:
        mean = np.array([BY_LEVEL.get(each.difficulty, 0.0) for each in traits])
        return Foreseen(mean, WEAK_SD, len(known), None, None)
    columns = _columns(traits)
    rows = np.array([each.question_id in known for each in traits])
    target = np.array([known[each.question_id] for each in traits if each.question_id in known])
    design = _standardised(columns, rows)
    fitted, left_out = _ridge(design, rows, target)
    mean, error = _with_siblings(traits, rows, fitted, target, left_out)
    return Foreseen(mean, max(error, LEAST_SD), len(target), error, float(np.std(target)))


def _columns(traits: Sequence[Traits]) -> Floats:
    """Features, one row a question: levels and types as marks, lengths and numeric features as they are."""
    types = sorted({each.question_type for each in traits})
    numeric = sorted(
        {
            name
            for each in traits
            for name, value in each.features.items()
            if isinstance(value, int | float)
        }
    )
    rows = [
        [
            *(float(each.difficulty == level) for level in DIFFICULTIES),
            *(float(each.question_type == kind) for kind in types),
            float(each.options),
            *(float(each.features.get(name, 0) or 0) for name in numeric),
        ]
        for each in traits
    ]
    return np.array(rows)


def _standardised(columns: Floats, rows: NDArray[np.bool_]) -> Floats:
    """With mean 0 and sd 1 over the known rows, and a first column of ones."""
    centred = columns - columns[rows].mean(axis=0)
    sd = centred[rows].std(axis=0)
    kept = sd > 0
    return np.column_stack([np.ones(len(columns)), centred[:, kept] / sd[kept]])


def _ridge(design: Floats, rows: NDArray[np.bool_], target: Floats) -> tuple[Floats, Floats]:
    """The predictions for all rows, and for the known ones those of a regression without them."""
    tried = (_regressed(design, rows, target, ridge) for ridge in RIDGES)
    return min(tried, key=lambda each: _error(target, each[1]))


def _regressed(
    design: Floats, rows: NDArray[np.bool_], target: Floats, ridge: float
) -> tuple[Floats, Floats]:
    known = design[rows]
    penalty = ridge * np.eye(design.shape[1])
    penalty[0, 0] = 0.0
    inverse = np.linalg.inv(known.T @ known + penalty)
    fitted = design @ (inverse @ (known.T @ target))
    leverage = np.einsum("ij,jk,ik->i", known, inverse, known)
    return fitted, target - (target - fitted[rows]) / np.maximum(1 - leverage, 1e-6)


def _with_siblings(
    traits: Sequence[Traits],
    rows: NDArray[np.bool_],
    fitted: Floats,
    target: Floats,
    left_out: Floats,
) -> tuple[Floats, float]:
    """The predictions with what siblings add, and the error of each known one left out."""
    for kind in ("family", "skeleton"):
        names = np.unique(
            [getattr(each, kind) or f" {each.question_id}" for each in traits], return_inverse=True
        )[1]
        tried = (_moved(names, rows, fitted, left_out, target, shrink) for shrink in SHRINKS)
        fitted, left_out = min(tried, key=lambda each: _error(target, each[1]))
    return fitted, _error(target, left_out)


def _moved(  # noqa: PLR0913
    names: NDArray[np.int64],
    rows: NDArray[np.bool_],
    fitted: Floats,
    left_out: Floats,
    target: Floats,
    shrink: float,
) -> tuple[Floats, Floats]:
    """Predictions moved to what siblings (of one number in `names`) were harder by than foreseen."""
    residual, mine = target - left_out, names[rows]
    sums = np.bincount(mine, residual, minlength=names.max() + 1)
    counts = np.bincount(mine, minlength=names.max() + 1)
    others = (sums[mine] - residual) / (counts[mine] - 1 + shrink)
    return fitted + (sums / (counts + shrink))[names], left_out + others


def _error(target: Floats, predicted: Floats) -> float:
    return float(np.sqrt(np.mean((target - predicted) ** 2)))
