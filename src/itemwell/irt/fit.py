"""Item parameters from answers: start -> climb -> (finer nodes) -> standard errors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from itemwell.irt.bootstrap import bootstrap
from itemwell.irt.curve import Floats, curve
from itemwell.irt.em import Climb, Model, Point
from itemwell.irt.engine import Engine, Population, engine_for
from itemwell.irt.grid import Grid, spacing_for
from itemwell.irt.information import Errors, Solution, standard_errors
from itemwell.irt.prior import Prior
from itemwell.irt.responses import Responses

WEAK = Prior()

TOLERANCE, FINE_TOLERANCE = 1e-4, 1e-6
"""The largest last move of a coordinate: of many answers, and of few, where a step costs nothing."""

FEW_ANSWERS = 100_000
FINE_SPACING = 0.1
"""Of the nodes where there are few answers."""

MOST_E_STEPS = 2_000
MANY_ANSWERS = 2_000_000
ONE_IN = 8
ROUGH_TOLERANCE = 0.02
"""Of many answers those of every eighth person lead near the mode first, at an eighth of the price."""

LONGEST_LOOKED_AT = 500
TOO_COARSE = 1.3
"""Nodes farther apart than so many posterior standard deviations are too few (error 3e-6 at 1.25)."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """Items whose parameters are held: their numbers, discriminations and difficulties."""

    items: NDArray[np.int64]
    a: Floats
    b: Floats

    @classmethod
    def of(cls, items: ArrayLike, a: ArrayLike, b: ArrayLike) -> "Anchors":
        """Raises ValueError for arrays that do not fit, an a that is not above 0, what is not finite."""
        made = cls(np.asarray(items, np.int64), np.asarray(a, float), np.asarray(b, float))
        if not made.items.shape == made.a.shape == made.b.shape or made.items.ndim != 1:
            raise ValueError("items, a and b of anchors must be one-dimensional and of one length")
        if not (np.isfinite(made.a).all() and np.isfinite(made.b).all() and (made.a > 0).all()):
            raise ValueError("an anchor's a is not above 0, or its a or b is not finite")
        if len(np.unique(made.items)) != len(made.items):
            raise ValueError("an anchor is named twice")
        return made


@dataclass(frozen=True, slots=True)
class Fit:
    """Items as they were found. Arrays have one entry an item (J); b = -d / a.

    The scale is that of a population of mean 0 and standard deviation 1, or of the anchors, in which
    case `mean` and `sd` are the population's. An item without any answer has what its prior says, or
    NaN. `at_bound` marks what ran away; never publish it. Standard errors are NaN for anchors.
    """

    a: Floats
    b: Floats
    d: Floats
    se_a: Floats
    se_b: Floats
    se_d: Floats
    covariance: Floats  # of a and b
    mean: float
    sd: float
    log_likelihood: float
    log_posterior: float
    path: tuple[float, ...]  # log-posteriors of the accepted points
    e_steps: int
    converged: bool
    at_bound: NDArray[np.bool_]
    answers: NDArray[np.int64]
    nodes: int
    engine: str
    se_method: str


class Problem(NamedTuple):
    """Answers, what is estimated from them, and where."""

    engine: Engine
    model: Model
    anchors: Anchors | None
    tolerance: float
    most: int


def fit(  # noqa: PLR0913
    responses: Responses,
    *,
    model: Literal["2pl", "1pl"] = "2pl",
    prior: Prior | None = WEAK,
    anchors: Anchors | None = None,
    start: tuple[ArrayLike, ArrayLike] | None = None,
    se: Literal["information", "bootstrap"] | None = "information",
    spacing: float | None = None,
    tolerance: float | None = None,
    most_e_steps: int = MOST_E_STEPS,
    threads: int | None = None,
    engine: Literal["plain", "compiled"] | None = None,
    replicates: int = 100,
    seed: int = 0,
) -> Fit:
    """The items' parameters at the mode of their marginal posterior; with `prior=None` plain MML.

    `start` are a and b to begin from (J each), such as those of the last fit. `spacing` is the
    distance of the nodes, by default at most the smallest posterior standard deviation. With
    `anchors` the population's mean and sd are estimated on their scale. The same answers give the
    same bits, whatever the number of threads.

    Raises ValueError where there is no answer at all, or an argument does not fit.
    """
    if not responses.count:
        raise ValueError("there are no answers to fit")
    if anchors and model == "1pl":
        raise ValueError(
            "anchors hold each its own discrimination: use the 2PL, or link afterwards"
        )
    answers, right = responses.tally()
    few = responses.count < FEW_ANSWERS
    problem = Problem(
        engine_for(responses, engine=engine, threads=threads),
        _model(responses.items, model, prior, anchors),
        anchors,
        tolerance or (FINE_TOLERANCE if few else TOLERANCE),
        most_e_steps,
    )
    paid = 0.0
    if start is None and responses.count > MANY_ANSWERS:
        rough = fit(
            responses.every(ONE_IN),
            model=model,
            prior=prior or WEAK,
            anchors=anchors,
            se=None,
            tolerance=ROUGH_TOLERANCE,
            threads=threads,
            engine=engine,
        )
        start, paid = (rough.a, rough.b), rough.e_steps / ONE_IN
    state = _start(problem.model, answers, right, anchors, start)
    finest = min(spacing_for(responses.longest), FINE_SPACING if few else np.inf)
    with threadpool_limits(limits=1, user_api="blas"):  # its threads would wait for ours, spinning
        climb, point, converged = _climb(problem, state, spacing or finest, again=spacing is None)
        mean, sd = problem.model.population(point.state)
        population = Population(climb.grid, climb.grid.log_weights(mean, sd))
        a, d = problem.model.curves(point.state)
        drawn = partial(bootstrap, climb, point, replicates=replicates, seed=seed)
        errors = _errors(problem, Solution(a, d, population), se, drawn)
    b = np.divide(-d, a, out=np.full_like(d, np.nan), where=a != 0)
    unseen = (answers == 0) & problem.model.free
    if prior is None and unseen.any():
        for each in (a, b, d, *errors[:4]):
            each[unseen] = np.nan
    return Fit(
        a=a,
        b=b,
        d=d,
        se_a=errors.a,
        se_b=errors.b,
        se_d=errors.d,
        covariance=errors.a_b,
        mean=mean,
        sd=sd,
        log_likelihood=point.log_likelihood,
        log_posterior=point.log_posterior,
        path=tuple(climb.path),
        e_steps=climb.e_steps + ceil(paid),
        converged=converged,
        at_bound=problem.model.at_bound(point.state),
        answers=answers,
        nodes=len(climb.grid.nodes),
        engine=problem.engine.name,
        se_method=errors.method,
    )


def _model(items: int, kind: str, prior: Prior | None, anchors: Anchors | None) -> Model:
    free = np.ones(items, bool)
    if anchors:
        if anchors.items.size and anchors.items.max() >= items:
            raise ValueError(f"anchor {anchors.items.max()} of {items} items")
        free[anchors.items] = False
    return Model(prior, free, one_slope=kind == "1pl", population_free=bool(anchors))


def _start(
    model: Model,
    answers: NDArray[np.int64],
    right: NDArray[np.int64],
    anchors: Anchors | None,
    start: tuple[ArrayLike, ArrayLike] | None,
) -> Floats:
    """Where to climb from: what was given, or discriminations of the prior and shares of right answers."""
    items = len(answers)
    if start is None:
        a = (
            np.ones(items)
            if model.prior is None
            else np.exp(model.prior.log_a_mean) * np.ones(items)
        )
        odds = np.log((right + 0.5) / (answers - right + 0.5))
        b = (
            -odds * np.sqrt(1 + a**2 / 2.89) / a
        )  # 2.89 = 1.7^2: the normal's and the logistic's scale
    else:
        a, b = (np.array(each, dtype=float) for each in start)
        if a.shape != (items,) or b.shape != (items,):
            raise ValueError(f"start has not one a and one b for each of {items} items")
    if anchors:
        a[anchors.items], b[anchors.items] = anchors.a, anchors.b
    if model.one_slope:
        a[:] = np.exp(np.mean(np.log(np.abs(a) + 1e-9)))
    first, second = (a, -a * b) if model.prior is None else (np.log(a), b)
    return np.concatenate([first, second, [0.0, 0.0]])


def _climb(
    problem: Problem, state: Floats, spacing: float, *, again: bool
) -> tuple[Climb, Point, bool]:
    """EM to its end; once more from there where the nodes turn out to be too few, or off the population."""
    e_steps, path = 0, list[float]()
    while True:
        mean, sd = problem.model.population(state)
        grid = Grid.over(mean, sd, spacing)
        climb = Climb(problem.engine, problem.model, grid, path=path, e_steps=e_steps)
        point, converged = climb.run(state, tolerance=problem.tolerance, most=problem.most)
        state, e_steps = point.state, climb.e_steps
        finer = _finest(problem, point.state, grid)
        coarse = again and spacing > TOO_COARSE * finer
        off = not grid.holds(*problem.model.population(state))
        if not (coarse or off) or e_steps >= problem.most:
            return climb, point, converged
        if coarse:
            spacing = finer


def _finest(problem: Problem, state: Floats, grid: Grid) -> float:
    """The smallest posterior standard deviation of those who answered most."""
    responses = problem.engine.responses
    a, d = problem.model.curves(state)
    _, sd = problem.model.population(state)
    right = curve(a, d, grid.nodes).right
    information = (a**2)[:, None] * right * (1 - right)
    sizes = np.diff(responses.starts)
    longest = np.argpartition(sizes, -min(LONGEST_LOOKED_AT, len(sizes)))[-LONGEST_LOOKED_AT:]
    most = max(
        float(
            information[responses.codes[responses.starts[p] : responses.starts[p + 1]] >> 1]
            .sum(0)
            .max()
        )
        for p in longest
    )
    return float(1 / np.sqrt(1 / sd**2 + most))


def _errors(
    problem: Problem, found: Solution, how: str | None, drawn: Callable[[], Errors]
) -> Errors:
    if how is None:
        return Errors.unknown(len(found.a))
    return drawn() if how == "bootstrap" else standard_errors(problem.engine, problem.model, found)
