"""Item parameters from answers: start -> ascend to the mode -> standard errors."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from itemwell.irt.anchors import Anchors
from itemwell.irt.ascent import Ascent, Problem, Start, ascend
from itemwell.irt.bootstrap import bootstrap
from itemwell.irt.curve import Floats
from itemwell.irt.em import Model
from itemwell.irt.engine import Population, Solution, engine_for
from itemwell.irt.hierarchical import Posterior, reestimated
from itemwell.irt.information import Errors, standard_errors
from itemwell.irt.prior import Prior
from itemwell.irt.responses import Responses

WEAK = Prior()

TOLERANCE, FINE_TOLERANCE = 1e-4, 1e-6
"""The largest last move of a coordinate: of many answers, and of few, where a step costs nothing."""

FEW_ANSWERS = 100_000
FINE_SPACING = 0.1
"""Of the nodes where there are few answers."""

MOST_E_STEPS = 500
MANY_ANSWERS = 2_000_000
ONE_IN = 8
ROUGH_TOLERANCE = 0.1
"""Of many answers those of every eighth person lead near the mode first, at an eighth of the price."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Items as they were found. Arrays have one entry an item (J); b = -d / a.

    The scale is that of a population of mean 0 and standard deviation 1, or of the anchors, in which
    case `mean` and `sd` are the population's. An item without any answer has what its prior says, or
    NaN. `at_bound` marks what ran away; never publish it. Standard errors are NaN for anchors and for
    what ran away.
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
    prior: Prior | None  # the hierarchical one as it was found


class Wish(NamedTuple):
    """What a caller asked for beside the answers."""

    model: Literal["2pl", "1pl"]
    anchors: Anchors | None
    start: tuple[ArrayLike, ArrayLike] | None
    se: Literal["information", "bootstrap"] | None
    spacing: float | None
    tolerance: float | None
    most_e_steps: int
    threads: int | None
    engine: Literal["plain", "compiled"] | None
    replicates: int
    seed: int


def fit(  # noqa: PLR0913
    responses: Responses,
    *,
    model: Literal["2pl", "1pl"] = "2pl",
    prior: Prior | Literal["hierarchical"] | None = WEAK,
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

    `prior="hierarchical"` estimates the prior from the items, after a first fit with the weak one.
    `start` are a and b to begin from (J each), such as those of the last fit. `spacing` is the
    distance of the nodes, by default at most the smallest posterior standard deviation. With
    `anchors` the population's mean and sd are estimated on their scale. The same answers give the
    same bits by the same engine, whatever the number of threads.

    Raises ValueError where there is no answer at all, or an argument does not fit.
    """
    if not responses.count:
        raise ValueError("there are no answers to fit")
    if anchors and model == "1pl":
        raise ValueError(
            "anchors hold each its own discrimination: use the 2PL, or link afterwards"
        )
    if anchors and anchors.items.max() >= responses.items:
        raise ValueError(f"anchor {anchors.items.max()} of {responses.items} items")
    if isinstance(prior, str) and prior != "hierarchical":
        raise ValueError(f'prior is a Prior, "hierarchical" or None, not "{prior}"')
    wish = Wish(
        model,
        anchors,
        start,
        se,
        spacing,
        tolerance,
        most_e_steps,
        threads,
        engine,
        replicates,
        seed,
    )
    with threadpool_limits(limits=1, user_api="blas"):  # its threads would wait for ours, spinning
        if isinstance(prior, Prior) or prior is None:
            return _fit(responses, prior, wish)
        weak = _fit(responses, WEAK, wish._replace(se="information"))
        found = _from_items(weak, wish)
        fitted = _fit(responses, found, wish._replace(start=(weak.a, weak.b)))
        return replace(fitted, e_steps=fitted.e_steps + weak.e_steps)


def _fit(responses: Responses, prior: Prior | None, wish: Wish) -> Fit:
    problem = _problem(responses, prior, wish)
    answers, right = responses.tally()
    start, paid = Start.guessed(problem.model, answers, right), 0.0
    if wish.start is not None:
        start = Start.given(*wish.start, responses.items)
    elif responses.count > MANY_ANSWERS:
        rough = wish._replace(se=None, tolerance=ROUGH_TOLERANCE)
        led = _fit(responses.every(ONE_IN), prior or WEAK, rough)
        start, paid = Start(led.a, led.b), led.e_steps / ONE_IN
    found = ascend(problem, start.state(problem.model, wish.anchors))
    errors = _errors(problem, found, wish)
    fitted = _result(problem, found, errors, wish.anchors, (answers, right))
    return replace(fitted, e_steps=fitted.e_steps + ceil(paid))


def _problem(responses: Responses, prior: Prior | None, wish: Wish) -> Problem:
    engine = engine_for(responses, engine=wish.engine, threads=wish.threads)
    few = responses.count < FEW_ANSWERS and engine.name == "plain"  # single precision is no finer
    free = np.ones(responses.items, bool)
    if wish.anchors:
        free[wish.anchors.items] = False
    one_slope, population_free = wish.model == "1pl", wish.anchors is not None
    return Problem(
        engine=engine,
        model=Model(prior, free, one_slope=one_slope, population_free=population_free),
        tolerance=wish.tolerance or (FINE_TOLERANCE if few else TOLERANCE),
        most=wish.most_e_steps,
        spacing=wish.spacing,
        finest=FINE_SPACING if few else np.inf,
    )


def _errors(problem: Problem, found: Ascent, wish: Wish) -> Errors:
    if wish.se == "bootstrap":
        return bootstrap(found.climb, found.point, replicates=wish.replicates, seed=wish.seed)
    a, d = problem.model.curves(found.point.state)
    if wish.se is None:
        return Errors.unknown(len(a))
    grid = found.climb.grid
    weights = grid.log_weights(*problem.model.population(found.point.state))
    return standard_errors(problem.engine, problem.model, Solution(a, d, Population(grid, weights)))


def _result(
    problem: Problem,
    found: Ascent,
    errors: Errors,
    anchors: Anchors | None,
    tally: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Fit:
    answers, right = tally
    model, point = problem.model, found.point
    mean, sd = model.population(point.state)
    a, d = (each.copy() for each in model.curves(point.state))
    b = np.divide(-d, a, out=np.full_like(d, np.nan), where=a != 0)
    at_bound = model.at_bound(point.state)
    if anchors:  # to the bit
        held = anchors.items
        a[held], b[held], d[held] = anchors.a, anchors.b, -anchors.a * anchors.b
    if model.prior is None:
        at_bound |= model.free & (answers > 0) & ((right == 0) | (right == answers))
        for each in (a, b, d, *errors[:4]):
            each[model.free & (answers == 0)] = np.nan
    for each in errors[:4]:
        each[at_bound | ~model.free] = np.nan
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
        path=tuple(found.climb.path),
        e_steps=found.climb.e_steps,
        converged=found.converged,
        at_bound=at_bound,
        answers=answers,
        nodes=len(found.climb.grid.nodes),
        engine=problem.engine.name,
        se_method=errors.method,
        prior=model.prior,
    )


def _from_items(weak: Fit, wish: Wish) -> Prior:
    """The hierarchical prior. Of the 1PL only difficulties teach: it has one discrimination."""
    free = np.isfinite(weak.se_a)
    found = reestimated(
        WEAK,
        Posterior(np.log(weak.a), weak.se_a / weak.a),
        Posterior(weak.b, weak.se_b),
        weak.answers,
        free,
    )
    if wish.model == "2pl":
        return found
    return replace(found, log_a_mean=WEAK.log_a_mean, log_a_sd=WEAK.log_a_sd)
