"""The compiled passes in threads, each over parts of the persons, added up in one order.

The parts follow from the data alone, so the same answers give the same bits on any number of threads.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.irt import compiled
from itemwell.irt.curve import Floats, curve, inverses
from itemwell.irt.engine import GROUPS, SUMS, Expected, Population, Residuals
from itemwell.irt.responses import Responses

PARTS = 8
SMALL = 200_000
"""Answers that are not worth another part."""

LINE = 64
"""Bytes of a cache line."""

BLOCK = 32_768
"""Persons whose answers are counted in single precision before they are added in double."""


class _Read(NamedTuple):
    """What every pass reads, in the order of the kernels' parameters."""

    table: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
    forms: tuple[NDArray[np.int32], NDArray[np.float32]]
    nodes: NDArray[np.float32]
    log_weights: NDArray[np.float32]


@dataclass
class Compiled:
    """An engine in single precision, with sums in double."""

    responses: Responses
    threads: int | None = None
    name: str = "compiled"
    rounding: float = 5e-7
    _parts: list[tuple[int, int]] = field(init=False)
    _others: ThreadPoolExecutor | None = field(init=False, default=None)
    _once: NDArray[np.float32] = field(init=False)
    _counted: tuple[Floats | None, Floats] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        parts = min(PARTS, 1 + self.responses.count // SMALL)
        even = np.arange(1, parts) * self.responses.count // parts
        ends = [0, *np.searchsorted(self.responses.starts, even).tolist(), self.responses.persons]
        self._parts = list(pairwise(ends))
        self._once = np.ones(self.responses.persons, np.float32)

    def expect(
        self, a: Floats, d: Floats, population: Population, weights: Floats | None = None
    ) -> tuple[Expected, Floats]:
        """See Engine."""
        read, right = self._read(a, d, population)
        weighted = self._once if weights is None else weights.astype(np.float32)
        items, nodes = right.shape

        def part(first: int, last: int) -> tuple[Any, ...]:
            answers, by_item = np.zeros((items, nodes)), np.zeros(items)
            by_form, by_node = np.zeros((len(read.forms[1]), nodes)), np.zeros(nodes)
            counts, log_likelihood = aligned(np.zeros((items, nodes))), 0.0
            for begin in range(first, last, BLOCK):
                persons = begin, min(begin + BLOCK, last), weighted
                sums = counts, by_item, by_form, by_node
                log_likelihood += compiled.expect(self._answers, persons, *read, sums)
                answers += counts
                counts.fill(0)
            return answers, by_item, by_form, by_node, np.array(log_likelihood)

        answers, right_theta, by_form, by_node, log_likelihood = self._summed(part)
        if self.responses.forms.count:
            answers += self.responses.forms.matrix(items).T @ by_form
        counted = self._right(weights)
        return Expected(answers, right_theta, counted, by_node, float(log_likelihood)), right

    def abilities(self, a: Floats, d: Floats, population: Population) -> Floats:
        """See Engine."""
        read, _ = self._read(a, d, population)
        out = np.zeros((self.responses.persons, 2), np.float32)

        def part(first: int, last: int) -> tuple[Any, ...]:
            compiled.abilities(self._answers, (first, last, self._once), *read, out)
            return ()

        self._summed(part)
        return out.astype(np.float64)

    def cross(self, a: Floats, d: Floats, population: Population) -> tuple[Floats, float]:
        """See Engine."""
        read, right = self._read(a, d, population)
        chances = right.astype(np.float32)

        def part(first: int, last: int) -> tuple[Any, ...]:
            out = np.zeros((len(a), 3))
            persons = first, last, self._once
            found = compiled.cross(self._answers, persons, *read, chances, out)
            return out, np.array(found)

        sums, (means, squares) = self._summed(part)
        persons = self.responses.persons
        return sums, float(squares / persons - (means / persons) ** 2)

    def residuals(self, a: Floats, d: Floats, population: Population, cuts: Floats) -> Residuals:
        """See Engine."""
        read, right = self._read(a, d, population)
        by_code = inverses(a, d, population.grid.nodes).astype(np.float32)
        chances = right.astype(np.float32), by_code

        def part(first: int, last: int) -> tuple[Any, ...]:
            out = np.zeros((len(a), SUMS + 4 * GROUPS))
            persons = first, last, self._once
            compiled.residuals(self._answers, persons, *read, chances, cuts, out)
            return (out,)

        return Residuals.of(self._summed(part)[0])

    def _right(self, weights: Floats | None) -> Floats:
        """Each item's right answers, J: the same in all E steps with these weights."""
        if self._counted is None or self._counted[0] is not weights:
            self._counted = weights, right_answers(self.responses, weights)
        return self._counted[1]

    @property
    def _answers(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        return self.responses.codes, self.responses.starts

    def _read(self, a: Floats, d: Floats, population: Population) -> tuple[_Read, Floats]:
        """What the kernels read, and P at the nodes, J x Q."""
        at, forms = curve(a, d, population.grid.nodes), self.responses.forms
        table = a.astype(np.float32), d.astype(np.float32), aligned(at.log_wrong)
        rows = np.zeros((1, len(population.grid.nodes)))
        if forms.count:
            rows = forms.matrix(len(a)) @ at.log_wrong
        nodes, log_weights = population.grid.nodes, population.log_weights
        shared = forms.of_person, rows.astype(np.float32)
        return _Read(
            table, shared, nodes.astype(np.float32), log_weights.astype(np.float32)
        ), at.right

    def _summed(self, part: Callable[[int, int], tuple[Any, ...]]) -> list[Any]:
        """The results of all parts, added up in the parts' order."""
        threads = min(self.threads or os.cpu_count() or 1, len(self._parts))
        if threads == 1:
            return _added(part(*each) for each in self._parts)
        results: list[tuple[Any, ...]] = [()] * len(self._parts)
        left = iter(enumerate(self._parts))  # whoever is free takes the next

        def take() -> None:
            for number, each in left:
                results[number] = part(*each)

        others = [self._pool(threads).submit(take) for _ in range(threads - 1)]
        take()
        for other in others:
            other.result()
        return _added(results)

    def _pool(self, threads: int) -> ThreadPoolExecutor:
        """Threads that stay: to start some for every pass costs as much as a small one."""
        if self._others is None:
            self._others = ThreadPoolExecutor(threads - 1)
        return self._others


def right_answers(responses: Responses, weights: Floats | None) -> Floats:
    """Each item's right answers, J, each person's as often as `weights` say."""
    if weights is None:
        return responses.tally()[1].astype(np.float64)
    counted = np.zeros(responses.items)
    for first in range(0, responses.persons, BLOCK):
        starts = responses.starts[first : first + BLOCK + 1]
        codes = responses.codes[starts[0] : starts[-1]]
        of_person = np.repeat(weights[first : first + BLOCK], np.diff(starts)) * (codes & 1)
        counted += np.bincount(codes >> 1, of_person, minlength=responses.items)
    return counted


def aligned(values: Floats) -> NDArray[np.float32]:
    """The same in single precision, from where a vector of the processor begins: no row is in one more."""
    memory = np.empty(values.size * 4 + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    copy = memory[start : start + values.size * 4].view(np.float32).reshape(values.shape)
    copy[:] = values
    return copy


def in_use() -> bool:
    """Whether this process has the passes ready."""
    return bool(getattr(compiled.expect, "signatures", ()))


def is_cached() -> bool:
    """Whether this machine has compiled the passes as they stand before.

    numba tells it nowhere in public; a file's age does not, as a checkout makes files younger.
    """
    file = getattr(getattr(compiled.expect, "_cache", None), "_cache_file", None)
    load = getattr(file, "_load_index", None)
    return bool(load and load())  # what is kept for this very source, or nothing


def _added(results: Iterable[tuple[Any, ...]]) -> list[Any]:
    total: list[Any] = []
    for result in results:
        if not total:
            total = list(result)
            continue
        total = [sums + more for sums, more in zip(total, result, strict=True)]
    return total
