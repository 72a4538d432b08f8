"""Standard errors from the information, by the way that is sound and cheap for the size of the data.

- `observed`: minus the Hessian of the marginal log-likelihood, exactly, by Louis (1982), J. R. Stat.
  Soc. B 44, 226-233: what complete data would tell, less the variance of its scores given the answers.
- `cross-product`: products of persons' scores over all parameters; as good for some thousand persons.
- `by item`: the same for each item alone, and the error of the scale that all items share beside it.

The complete-data information that an EM leaves behind would make the errors of a 20 % too small.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.irt import complete
from itemwell.irt.curve import Floats, curve
from itemwell.irt.em import Model
from itemwell.irt.engine import Engine, Solution, engine_for
from itemwell.irt.responses import Responses

OBSERVED_UP_TO = 3e8
"""Multiplications: persons x items^2 where everybody answered all, times the nodes elsewhere."""

CROSSED_UP_TO = 5e9
"""Multiplications, persons x parameters^2."""

PERSONS_A_PARAMETER = 4
"""At least, for products of scores: of fewer the inverse of their sum is far off."""


Triple = tuple[Floats, Floats, Floats]
"""Of each item's (a, d): aa, ad, dd, J each."""


class Errors(NamedTuple):
    """Standard errors of each item's a, b and d, and the covariance of a and b, J each."""

    a: Floats
    b: Floats
    d: Floats
    a_b: Floats
    method: str

    @classmethod
    def unknown(cls, items: int) -> "Errors":
        """Nobody asked."""
        a, b, d, a_b = np.full((4, items), np.nan)
        return cls(a, b, d, a_b, "none")

    @classmethod
    def of(cls, found: Solution, covariance: Triple, method: str) -> "Errors":
        """From the covariance of each item's (a, d)."""
        a, d = found.a, found.d
        aa, ad, dd = covariance
        by_a, by_d = d / a**2, -1 / a  # of b = -d / a
        bb = by_a**2 * aa + 2 * by_a * by_d * ad + by_d**2 * dd
        with np.errstate(invalid="ignore"):
            return cls(np.sqrt(aa), np.sqrt(bb), np.sqrt(dd), by_a * aa + by_d * ad, method)


def standard_errors(engine: Engine, model: Model, found: Solution) -> Errors:
    """Of the free items; NaN for anchors, and where the information is singular.

    With anchors the population is taken as known: they and all answers to them tell it.
    """
    responses, zero = engine.responses, np.zeros_like(found.a)
    prior = model.prior.precision(found.a, found.d) if model.prior else (zero, zero, zero)
    answered = responses.tally()[0] > 0
    seen = model.free if model.prior else model.free & answered
    persons, items = responses.persons, int(answered.sum())
    whole = complete.is_complete(responses)
    if persons * items**2 * (1 if whole else len(found.nodes)) <= OBSERVED_UP_TO:
        observed = complete.observed if whole else _observed
        information, method = observed(responses, found), "observed"
    elif _pays_to_cross(persons, 2 * items) and not model.population_free:
        information, method = _crossed(responses, found), "cross-product"
    else:
        return _by_item(engine, model, found, prior)
    if model.one_slope:
        return Errors.of(found, _of_one_slope(information, seen, prior, model, found), method)
    return Errors.of(found, _of_matrix(information, seen, prior), method)


def _pays_to_cross(persons: int, parameters: int) -> bool:
    enough = persons >= PERSONS_A_PARAMETER * parameters
    return enough and persons * parameters**2 <= CROSSED_UP_TO


def _by_item(engine: Engine, model: Model, found: Solution, prior: Triple) -> Errors:
    each = engine
    if engine.name == "plain":
        each = engine_for(engine.responses, each_answer=True)
    sums, reliability = each.cross(*found)
    aa, ad, dd = (of_item + known for of_item, known in zip(sums.T, prior, strict=True))
    b, answered = -found.d / found.a, engine.responses.persons * reliability
    shared_a, shared_b = found.a**2 / (2 * answered), (1 + b**2 / 2) / answered
    if model.one_slope:  # the slope is the scale and nothing else; its error is right to a third
        shared_a = shared_a / reliability
        errors = Errors.of(found, (np.zeros_like(dd), np.zeros_like(dd), 1 / dd), "by item")
    else:
        determinant = aa * dd - ad**2
        safe = np.where(model.free & (determinant > 0), determinant, np.nan)
        errors = Errors.of(found, (dd / safe, -ad / safe, aa / safe), "by item")
    if model.population_free:  # the anchors hold the scale
        return errors
    return errors._replace(a=np.sqrt(errors.a**2 + shared_a), b=np.sqrt(errors.b**2 + shared_b))


def _of_matrix(information: Floats, seen: NDArray[np.bool_], prior: Triple) -> Triple:
    """Covariances from a 2J x 2J information, all a first and then all d."""
    items = len(seen)
    (aa, ad, dd), places = prior, np.arange(items)
    information[places, places] += aa
    information[items + places, items + places] += dd
    information[places, items + places] += ad
    information[items + places, places] += ad
    kept = np.flatnonzero(np.concatenate([seen, seen]))
    covariance = np.full((2 * items, 2 * items), np.nan)
    covariance[np.ix_(kept, kept)] = _inverse(information[np.ix_(kept, kept)])
    both = covariance[places, places], covariance[places, items + places]
    return (*both, covariance[items + places, items + places])


def _of_one_slope(
    information: Floats, seen: NDArray[np.bool_], prior: Triple, model: Model, found: Solution
) -> Triple:
    """The same where all items have one a: its row is the sum of theirs."""
    items, kept = len(seen), np.flatnonzero(seen)
    aa, ad, dd = prior
    both = np.zeros((1 + items, 1 + items))
    both[0, 0] = information[:items, :items].sum() + aa.sum()
    if model.prior:  # it knows the slope once, not once an item
        once = np.square(model.prior.log_a_sd * np.ones(items)) ** -1 / found.a**2
        both[0, 0] -= once.sum() - once.mean()
    both[0, 1:] = both[1:, 0] = information[:items, items:].sum(axis=0) + ad
    both[1:, 1:] = information[items:, items:] + np.diag(dd)
    rows = np.concatenate([[0], 1 + kept])
    covariance = np.full_like(both, np.nan)
    covariance[np.ix_(rows, rows)] = _inverse(both[np.ix_(rows, rows)])
    return np.full(items, covariance[0, 0]), covariance[0, 1:], np.diag(covariance)[1:]


def _inverse(information: Floats) -> Floats:
    """Where it is not positive definite, items at bounds are to blame: their variances become NaN."""
    try:
        np.linalg.cholesky(information)
        return np.asarray(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        pseudo = np.linalg.pinv(information, hermitian=True)
        pseudo[np.diag_indices_from(pseudo)] = np.where(
            np.diag(pseudo) > 0, np.diag(pseudo), np.nan
        )
        return np.asarray(pseudo)


def _observed(responses: Responses, found: Solution) -> Floats:
    """Louis' information of (a, d), 2J x 2J."""
    nodes, right = found.nodes, found.right
    information = np.zeros((2 * len(right), 2 * len(right)))
    for given, correct, posterior in _dense(responses, found):
        counts = given.T @ posterior * right * (1 - right)
        blocks = _scatter(given, correct, posterior, right, nodes)
        for power, block in enumerate(blocks):
            blocks[power] = np.diag(counts @ nodes**power) - block
        information += np.block([[blocks[2], blocks[1]], [blocks[1], blocks[0]]])
        scores = _scores(given, correct, posterior, right, nodes)
        information += scores.T @ scores
    return information


def _scatter(
    given: Floats, correct: Floats, posterior: Floats, right: Floats, nodes: Floats
) -> list[Floats]:
    """Second moments of residuals over persons and nodes, J x J, weighted by 1, theta and theta^2."""
    blocks = [np.zeros((right.shape[0],) * 2) for _ in range(3)]
    for q, theta in enumerate(nodes):
        residual = correct - right[:, q] * given
        of_node = (residual * posterior[:, q, None]).T @ residual
        for power in range(3):
            blocks[power] += theta**power * of_node
    return blocks


def _scores(
    given: Floats, correct: Floats, posterior: Floats, right: Floats, nodes: Floats
) -> Floats:
    """Each person's score in (a, d), persons x 2J."""
    of_a = correct * (posterior @ nodes)[:, None] - (posterior * nodes) @ right.T * given
    return np.hstack([of_a, correct - posterior @ right.T * given])


def _crossed(responses: Responses, found: Solution) -> Floats:
    """Products of persons' scores in (a, d), 2J x 2J.

    The inverse of a sum of N products of p scores is N / (N - p - 1) too large on average (Hartlap,
    Simon and Schneider, 2007, Astron. Astrophys. 464, 399-404), which is taken out here.
    """
    nodes, right = found.nodes, found.right
    information = np.zeros((2 * len(right), 2 * len(right)))
    for given, correct, posterior in _dense(responses, found):
        scores = _scores(given, correct, posterior, right, nodes)
        information += scores.T @ scores
    persons, parameters = responses.persons, len(information)
    return np.asarray(information * persons / (persons - parameters - 1))


def _dense(responses: Responses, found: Solution) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Some persons at a time: what they answered, what rightly (persons x items), and their posteriors."""
    if complete.is_complete(responses):
        for correct, posterior in complete.posteriors(responses, found):
            yield np.ones_like(correct), correct, posterior
        return
    from itemwell.irt.plain import Plain  # noqa: PLC0415 - scipy, for small data only

    a, d, population = found
    log_wrong = curve(a, d, found.nodes).log_wrong
    for here, posterior, _ in Plain(responses).posteriors(a, d, log_wrong, population):
        starts = responses.starts[here.start : here.stop + 1]
        codes = responses.codes[starts[0] : starts[-1]]
        rows = np.repeat(np.arange(len(posterior)), np.diff(starts))
        given, correct = np.zeros((2, len(posterior), len(a)))
        given[rows, codes >> 1] = 1
        correct[rows, codes >> 1] = codes & 1
        yield given, correct, posterior
