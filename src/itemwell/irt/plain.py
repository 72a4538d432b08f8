"""The passes in double precision by numpy and scipy's sparse products: nothing to compile."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from itemwell.irt.curve import Floats, curve, inverses
from itemwell.irt.engine import GROUPS, SUMS, Expected, Population, Residuals
from itemwell.irt.responses import Responses

CELLS = 1 << 18
"""Persons x nodes, or answers x nodes, that are held at once: what a cache holds."""


@dataclass
class Plain:
    """An engine without a start-up cost.

    Everybody has a set of items: a form where many share it, a set of their own otherwise. What the
    answers say at the nodes is a sum over the set, and what is linear in the right ones.
    """

    responses: Responses
    name: str = "plain"
    rounding: float = 1e-12
    _sets: csr_matrix = field(init=False)  # sets x items
    _set_of: NDArray[np.int64] = field(init=False)  # N
    _right: csr_matrix = field(init=False)  # N x items

    def __post_init__(self) -> None:
        codes, starts, forms = self.responses.codes, self.responses.starts, self.responses.forms
        alone = np.flatnonzero(forms.of_person < 0)
        self._set_of = forms.of_person.astype(np.int64)
        self._set_of[alone] = forms.count + np.arange(len(alone))
        self._sets = _csr((codes >> 1).astype(np.uint32), starts, self.responses.items)
        if forms.count:
            self._sets = vstack([forms.matrix(self.responses.items), self._sets[alone]], "csr")
        is_right = (codes & 1).astype(bool)
        kept = np.concatenate(([0], np.cumsum(is_right)))[starts]
        self._right = _csr(codes[is_right] >> 1, kept, self.responses.items)

    def expect(
        self, a: Floats, d: Floats, population: Population, weights: Floats | None = None
    ) -> tuple[Expected, Floats]:
        """See Engine."""
        at = curve(a, d, population.grid.nodes)
        nodes = population.grid.nodes
        means = np.zeros(self.responses.persons)
        by_set = np.zeros((self._sets.shape[0], len(nodes)))
        by_node, log_likelihood = np.zeros(len(nodes)), 0.0
        counted = np.ones(self.responses.persons) if weights is None else weights
        for here, posterior, log_density in self.posteriors(a, d, at.log_wrong, population):
            posterior *= counted[here, None]  # noqa: PLW2901 - in place: it is the largest array here
            means[here] = posterior @ nodes
            self._add_by_set(by_set, here, posterior)
            by_node += posterior.sum(axis=0)
            log_likelihood += float(log_density @ counted[here])
        expected = Expected(
            answers=self._sets.T @ by_set,
            right_theta=self._right.T @ means,
            right=self._right.T @ counted,
            by_node=by_node,
            log_likelihood=log_likelihood,
        )
        return expected, at.right

    def abilities(self, a: Floats, d: Floats, population: Population) -> Floats:
        """See Engine."""
        nodes = population.grid.nodes
        log_wrong = curve(a, d, nodes).log_wrong
        found = np.zeros((self.responses.persons, 2))
        for here, posterior, _ in self.posteriors(a, d, log_wrong, population):
            mean = posterior @ nodes
            square = np.einsum("pq,pq->p", posterior, (nodes - mean[:, None]) ** 2)
            found[here, 0], found[here, 1] = mean, np.sqrt(square)
        return found

    def cross(self, a: Floats, d: Floats, population: Population) -> tuple[Floats, float]:
        """See Engine."""
        nodes = population.grid.nodes
        at = curve(a, d, nodes)
        sums = np.zeros((self.responses.items, 3))
        for codes, posterior in self._answers(a, d, at.log_wrong, population):
            item, y = codes >> 1, codes & 1
            chances = at.right[item]
            of_d = y - np.einsum("kq,kq->k", posterior, chances)
            of_a = y * (posterior @ nodes) - np.einsum("kq,kq,q->k", posterior, chances, nodes)
            for place, product in enumerate((of_a * of_a, of_a * of_d, of_d * of_d)):
                sums[:, place] += np.bincount(item, product, minlength=len(sums))
        return sums, float(np.var(self.abilities(a, d, population)[:, 0]))

    def residuals(self, a: Floats, d: Floats, population: Population, cuts: Floats) -> Residuals:
        """See Engine."""
        nodes = population.grid.nodes
        at, by_code = curve(a, d, nodes), inverses(a, d, nodes)
        sums = np.zeros((self.responses.items, SUMS + 4 * GROUPS))
        of_form = np.repeat(self.responses.forms.of_person >= 0, np.diff(self.responses.starts))
        done = 0
        for codes, posterior in self._answers(a, d, at.log_wrong, population):
            y = (codes & 1).astype(np.float64)
            without = posterior * by_code[codes]
            whole = without.sum(axis=1)
            theta, given = (without @ nodes) / whole, 1 / whole
            predicted = np.where(y > 0, given, 1 - given)
            v = np.maximum(given * (1 - given), 1e-9)
            square = (y - predicted) ** 2
            for place, column in enumerate((square / v, square, v, theta, theta**2, y * theta)):
                sums[:, place] += np.bincount(codes >> 1, column, minlength=len(sums))
            here = of_form[done : done + len(codes)]
            done += len(codes)
            _add_groups(sums, codes[here], theta[here], predicted[here], cuts)
        self._add_earlier(sums, at.right, population, cuts)
        return Residuals.of(sums)

    def _add_earlier(
        self, sums: Floats, right: Floats, population: Population, cuts: Floats
    ) -> None:
        """The first answers of those without a form, the second ones, and so on, each by those before."""
        nodes, log_weights = population
        starts, codes = self.responses.starts, self.responses.codes
        alone = np.flatnonzero(self.responses.forms.of_person < 0)
        block = max(1, CELLS // len(nodes.nodes))
        for persons in (alone[k : k + block] for k in range(0, len(alone), block)):
            first, sizes = starts[persons], np.diff(starts)[persons]
            posterior = np.tile(np.exp(log_weights), (len(persons), 1))
            for k in range(int(sizes.max(initial=0))):
                here = np.flatnonzero(sizes > k)
                code = codes[first[here] + k]
                chances, before = right[code >> 1], posterior[here]
                predicted = np.einsum("pq,pq->p", before, chances)
                _add_groups(sums, code, before @ nodes.nodes, predicted, cuts)
                before *= np.where((code & 1)[:, None], chances, 1 - chances)
                posterior[here] = before / before.sum(axis=1)[:, None]

    def posteriors(
        self, a: Floats, d: Floats, log_wrong: Floats, population: Population
    ) -> Iterator[tuple[slice, Floats, Floats]]:
        """Persons, their posteriors over the nodes, and the logarithm of their answers' chance."""
        nodes, log_weights = population
        rows = self._sets @ log_wrong
        slope, shift = self._right @ a, self._right @ d
        block = max(1, CELLS // len(nodes.nodes))
        for first in range(0, self.responses.persons, block):
            here = slice(first, min(first + block, self.responses.persons))
            log_posterior = rows[self._set_of[here]]
            log_posterior += np.multiply.outer(slope[here], nodes.nodes)
            log_posterior += log_weights
            top = log_posterior.max(axis=1)
            log_posterior -= top[:, None]
            posterior = np.exp(log_posterior, out=log_posterior)
            total = posterior.sum(axis=1)
            posterior /= total[:, None]
            yield here, posterior, top + np.log(total) + shift[here]

    def _answers(
        self, a: Floats, d: Floats, log_wrong: Floats, population: Population
    ) -> Iterator[tuple[NDArray[np.uint32], Floats]]:
        """Codes of answers, and the posterior of the person that each is of."""
        starts, codes = self.responses.starts, self.responses.codes
        block = max(1, CELLS // len(population.grid.nodes))
        for here, posterior, _ in self.posteriors(a, d, log_wrong, population):
            first, end = starts[here.start], starts[here.stop]
            whose = np.repeat(
                np.arange(len(posterior)), np.diff(starts[here.start : here.stop + 1])
            )
            for k in range(0, end - first, block):
                yield (
                    codes[first + k : min(first + k + block, end)],
                    posterior[whose[k : k + block]],
                )

    def _add_by_set(self, by_set: Floats, here: slice, posterior: Floats) -> None:
        """A set's posteriors summed."""
        sets = self._set_of[here]
        shared = sets < self.responses.forms.count
        if not shared.any():
            by_set[sets] = posterior
            return
        by_set[sets[~shared]] = posterior[~shared]
        of_form = csr_matrix(
            (np.ones(int(shared.sum())), (sets[shared], np.flatnonzero(shared))),
            shape=(self.responses.forms.count, len(sets)),
        )
        by_set[: self.responses.forms.count] += of_form @ posterior


def _add_groups(
    sums: Floats, codes: NDArray[np.uint32], theta: Floats, predicted: Floats, cuts: Floats
) -> None:
    """Add answers to their items' groups of ability, as `Residuals` has them."""
    item, y = (codes >> 1).astype(np.int64), (codes & 1).astype(np.float64)
    for place, column in ((6, theta), (7, theta**2)):
        sums[:, place] += np.bincount(item, column, minlength=len(sums))
    cell = item * GROUPS + (theta[:, None] > cuts[item]).sum(axis=1)
    v = np.maximum(predicted * (1 - predicted), 1e-9)
    for place, column in enumerate((np.ones_like(y), y, predicted, v)):
        counted = np.bincount(cell, column, minlength=len(sums) * GROUPS)
        sums[:, SUMS + place :: 4] += counted.reshape(-1, GROUPS)


def _csr(items: NDArray[np.uint32], starts: NDArray[np.int64], columns: int) -> csr_matrix:
    ones = np.ones(len(items))
    return csr_matrix((ones, items.astype(np.int64), starts), shape=(len(starts) - 1, columns))
