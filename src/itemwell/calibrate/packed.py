"""Answers on their way into a fit, 16 bytes each; what works on all works on a piece at a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

PIECE = 1 << 18
"""Answers that are looked at at once."""

SORTED_AT_ONCE = 1 << 23
"""Answers that are sorted at once, where a part of them can be sorted by itself."""

THREADS = 2
"""That work at pieces."""

LOW = np.uint64(2**32 - 1)
HALF = np.uint64(32)
ONE = np.uint64(1)
LETTER, ITEM = np.uint64(1), np.uint64(4)  # where they begin

Value = TypeVar("Value")
Marks = NDArray[np.bool_]
Whole = NDArray[np.int64]


def _empty(kind: type[Any]) -> Any:
    return field(default_factory=lambda: np.empty(0, kind))


@dataclass(slots=True)
class Answers:
    """`packed` is person << 32 | item << 4 | letter << 1 | right; `times_ms` -1 where none; `seconds` since 2000.

    The columns are longer than `count` while answers come in.
    """

    packed: NDArray[np.uint64] = _empty(np.uint64)
    times_ms: NDArray[np.int32] = _empty(np.int32)
    seconds: NDArray[np.uint32] = _empty(np.uint32)
    count: int = 0

    def add(
        self,
        persons: NDArray[Any],
        low: NDArray[np.uint32],
        times: NDArray[Any],
        seconds: NDArray[Any],
    ) -> None:
        """Append answers; `low` is the lower half of `packed`."""
        end = self.count + len(persons)
        if end > len(self.packed):
            self._resize(end + max(4 * PIECE, end // 16))
        here = slice(self.count, end)
        self.packed[here], self.times_ms[here], self.seconds[here] = persons, times, seconds
        self.packed[here] <<= HALF
        self.packed[here] |= low
        self.count = end

    def trim(self) -> None:
        """Give back what was not needed."""
        self._resize(self.count)

    def forget_times(self) -> None:
        """Give back the memory of times and moments too."""
        self.trim()
        self.times_ms.resize(0, refcheck=False)
        self.seconds.resize(0, refcheck=False)

    def keep(self, kept: Marks) -> None:
        """Leave out the answers that are not marked, in place: a copy would take as much again."""
        if kept.all():
            return
        end = 0
        for here in self.pieces():
            mine = kept[here]
            to = slice(end, end + int(mine.sum()))
            for column in (self.packed, self.times_ms, self.seconds):
                column[to] = column[here][mine]
            end = to.stop
        self.count = end

    def pieces(self) -> Iterator[slice]:
        """All answers, a piece at a time."""
        for first in range(0, self.count, PIECE):
            yield slice(first, min(first + PIECE, self.count))

    def each_piece(self, work: Callable[[slice], Value]) -> list[Value]:
        """What `work` gives of each piece. Several are worked at, as numpy keeps nobody waiting."""
        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(work, self.pieces()))

    def persons(self, here: slice) -> Whole:
        """Who gave these answers."""
        return (self.packed[here] >> HALF).view(np.int64)

    def items(self, here: slice) -> Whole:
        """What they are answers to."""
        return ((self.packed[here] & LOW) >> ITEM).view(np.int64)

    def pairs(self, first: int, end: int, count: int) -> NDArray[np.uint64]:
        """The `count` answers of persons first..end-1, as person and item alone."""
        if count == self.count:
            return self.packed[:count] >> ITEM
        found, upto = np.empty(count, np.uint64), 0
        for here, mine in self._of_persons(first, end):
            theirs = self.packed[here] if mine.all() else self.packed[here][mine]
            np.right_shift(theirs, ITEM, out=found[upto : upto + len(theirs)])
            upto += len(theirs)
        return found

    def with_pairs(self, first: int, end: int, wanted: Callable[[Any], Marks]) -> Whole:
        """The places of those answers of persons first..end-1 whose pairs are `wanted`."""
        found = [np.zeros(0, np.int64)]
        for here, mine in self._of_persons(first, end):
            places = here.start + np.flatnonzero(mine)
            found.append(places[wanted(self.packed[places] >> ITEM)])
        return np.concatenate(found)

    def _of_persons(self, first: int, end: int) -> Iterator[tuple[slice, Marks]]:
        """Which answers of each piece are theirs."""
        for here in self.pieces():
            person = self.packed[here] >> HALF
            yield here, (person >= np.uint64(first)) & (person < np.uint64(end))

    def tally(self, size: int, keys: Callable[[slice], Whole]) -> Whole:
        """How often each number below `size` is among the keys."""
        counts = np.zeros(size, np.int64)
        for here in self.pieces():
            counts += np.bincount(keys(here), minlength=size)
        return counts

    def _resize(self, size: int) -> None:
        """Large memory grows by its table of pages, without a copy."""
        for column in (self.packed, self.times_ms, self.seconds):
            column.resize(size, refcheck=False)


def ranges(counts: Whole, most: int = SORTED_AT_ONCE) -> Iterator[tuple[int, int]]:
    """Ranges (first, end) of numbers with about `most` answers together, or one number with more.

    >>> list(ranges(np.array([3, 3, 9, 0, 1]), most=6))
    [(0, 2), (2, 3), (3, 5)]
    """
    upto = np.cumsum(counts)
    first = 0
    while first < len(counts):
        before = upto[first] - counts[first]
        end = max(first + 1, int(np.searchsorted(upto, before + most, side="right")))
        yield first, end
        first = end
