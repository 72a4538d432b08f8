"""Answers as the kernels read them: four bytes each, sorted by person, nothing for what is missing."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_ITEMS = 2**31

FEWEST_TO_SHARE = 8
"""Persons who answered the same set of items, from which on that set is one form."""

BLOCK = 1 << 18
"""Answers that are widened at once."""

FEW = 5_000
"""Persons who most often connect all items."""

LOOKED_AT = 1_000
"""Persons whose sets of items tell whether it is worth looking for forms at all."""


@dataclass(frozen=True, slots=True)
class Responses:
    """Right and wrong answers of persons to items, sparse by construction.

    `codes` holds `2 * item + right` (uint32), one person after the other; those of person p are
    `codes[starts[p]:starts[p + 1]]`. Items are numbered 0..items-1, persons 0..persons-1; both may
    have no answer at all. A person may answer an item once: whoever packs decides which one counts.
    """

    codes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    items: int
    forms: "Forms" = field(repr=False)

    @classmethod
    def packed(cls, codes: NDArray[np.uint32], starts: NDArray[np.int64], items: int) -> Self:
        """Answers that are in this form already. The arrays are taken as they are, not copied."""
        return cls(codes, starts, items, Forms.of(codes, starts, items))

    @classmethod
    def of_triplets(
        cls,
        persons: ArrayLike,
        items: ArrayLike,
        correct: ArrayLike,
        *,
        item_count: int | None = None,
    ) -> Self:
        """Answers as three arrays of one length: the numbers of person and item, and right or wrong.

        Raises ValueError for lengths that differ, a number that is below 0 or none, an answer that is
        neither, and an item that a person answered twice.
        """
        who, what = _numbers(persons, "persons"), _numbers(items, "items")
        right = np.asarray(correct)
        if not who.shape == what.shape == right.shape or who.ndim != 1:
            raise ValueError("persons, items and correct must be one-dimensional and of one length")
        if right.size and not np.isin(right, (0, 1)).all():
            raise ValueError("an answer is neither right (1) nor wrong (0)")
        count = int(what.max(initial=-1)) + 1 if item_count is None else item_count
        if what.size and what.max() >= count:
            raise ValueError(f"item {what.max()} of {count} items: the first is number 0")
        if count > MOST_ITEMS:
            raise ValueError(f"more than {MOST_ITEMS} items")
        pairs = np.sort(who * max(count, 1) + what)
        if (pairs[1:] == pairs[:-1]).any():
            raise ValueError("a person answered an item twice: say which of the answers counts")
        order = np.argsort(who, kind="stable")
        codes = _coded(what[order], right[order])
        sizes = np.bincount(who) if who.size else np.zeros(0, np.int64)
        starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        return cls.packed(codes, starts, count)

    @classmethod
    def of_matrix(cls, matrix: ArrayLike) -> Self:
        """Answers as persons x items: 1, 0, and NaN where there is none. Raises ValueError for others."""
        table = np.asarray(matrix, dtype=np.float64)
        if table.ndim != 2:
            raise ValueError("a matrix of answers has two dimensions: persons x items")
        given = ~np.isnan(table)
        items = np.nonzero(given)[1]
        right = table[given]
        if not np.isin(right, (0.0, 1.0)).all():
            raise ValueError("an answer is neither right (1) nor wrong (0) nor missing (NaN)")
        codes = _coded(items, right)
        starts = np.concatenate(([0], np.cumsum(given.sum(axis=1)))).astype(np.int64)
        return cls.packed(codes, starts, table.shape[1])

    @property
    def persons(self) -> int:
        """How many persons there are, those without an answer among them."""
        return len(self.starts) - 1

    @property
    def count(self) -> int:
        """How many answers there are."""
        return len(self.codes)

    @property
    def longest(self) -> int:
        """The answers of whoever gave the most."""
        return int(np.diff(self.starts).max(initial=0))

    def every(self, step: int) -> Self:
        """The answers of every `step`th person."""
        places, sizes = self._places(np.arange(0, self.persons, step))
        starts = np.concatenate(([0], np.cumsum(sizes)))
        return type(self).packed(self.codes[places], starts, self.items)

    def groups(self) -> NDArray[np.int64]:
        """A number for each item: items of one number are connected by persons who answered both.

        Items without an answer are alone. Two groups are on one scale only as far as their persons
        are alike.
        """
        number = np.arange(self.items, dtype=np.int64)
        answered = np.flatnonzero(self.tally()[0])
        filled = np.flatnonzero(np.diff(self.starts))
        some = filled[:: max(1, len(filled) // FEW)]
        for persons in (some, filled):  # mostly some persons connect all
            number = self._connected(number, persons)
            if not (number[answered[1:]] != number[answered[:1]]).any():
                break
        found: NDArray[np.int64] = np.unique(number, return_inverse=True)[1]
        return found

    def _connected(
        self, number: NDArray[np.int64], persons: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """`number` by item, made the same for items that one of `persons`, who have answers, answered."""
        while True:
            before = number.copy()
            for who in np.array_split(persons, 1 + self.count // BLOCK):
                if len(who):
                    places, sizes = self._places(who)
                    items = self.codes[places] >> 1
                    least = np.minimum.reduceat(number[items], np.cumsum(sizes) - sizes)
                    np.minimum.at(number, items, np.repeat(least, sizes))
            number = number[number]
            if (number == before).all():
                return number

    def _places(self, persons: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the answers of `persons` are in `codes`, and how many each has."""
        sizes = np.diff(self.starts)[persons]
        begins = np.cumsum(sizes) - sizes
        return np.arange(sizes.sum()) + np.repeat(self.starts[persons] - begins, sizes), sizes

    def tally(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Answers and right answers of each item."""
        both = np.zeros(2 * self.items, np.int64)
        for first in range(0, self.count, BLOCK):
            both += np.bincount(self.codes[first : first + BLOCK], minlength=2 * self.items)
        wrong, right = both.reshape(-1, 2).T
        return wrong + right, right.copy()


@dataclass(frozen=True, slots=True)
class Forms:
    """Sets of items that many persons answered whole: for them an E step costs a thing a person.

    `of_person` is the number of a person's form, -1 for none (int32); the items of form f are
    `items[starts[f]:starts[f + 1]]`.
    """

    of_person: NDArray[np.int32]
    items: NDArray[np.uint32]
    starts: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many forms there are."""
        return len(self.starts) - 1

    def matrix(self, items: int) -> "csr_matrix":
        """Forms x items, 1 where an item is in the form."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - most answers are in no form

        shape = self.count, items
        return csr_matrix((np.ones(len(self.items)), self.items, self.starts), shape=shape)

    @classmethod
    def of(cls, codes: NDArray[np.uint32], starts: NDArray[np.int64], items: int) -> Self:
        """The forms of these answers; none where nearly everybody had a set of their own."""
        persons = len(starts) - 1
        words = np.random.default_rng(0).integers(0, 2**64, items, dtype=np.uint64)
        step = max(1, persons // LOOKED_AT)
        some = {
            int(_mark(codes[starts[p] : starts[p + 1]], words)) for p in range(0, persons, step)
        }
        if 2 * len(some) > len(range(0, persons, step)):
            return cls._none(persons)
        marks = _marks(codes, starts, words)
        _, first, inverse, sizes = np.unique(
            marks, return_index=True, return_inverse=True, return_counts=True
        )
        shared = np.flatnonzero(sizes >= FEWEST_TO_SHARE)
        if not len(shared):
            return cls._none(persons)
        number = np.full(len(sizes), -1, np.int32)
        number[shared] = np.arange(len(shared), dtype=np.int32)
        sets = [codes[starts[who] : starts[who + 1]] >> 1 for who in first[shared]]
        ends = np.cumsum([len(each) for each in sets])
        return cls(
            number[inverse].astype(np.int32),
            np.concatenate(sets).astype(np.uint32),
            np.concatenate(([0], ends)).astype(np.int64),
        )

    @classmethod
    def _none(cls, persons: int) -> Self:
        none = np.zeros(0, np.uint32)
        return cls(np.full(persons, -1, np.int32), none, np.zeros(1, np.int64))


def _numbers(given: ArrayLike, what: str) -> NDArray[np.int64]:
    """Whole numbers from 0, or a ValueError."""
    numbers = np.asarray(given)
    if not numbers.size:
        return np.zeros(numbers.shape, np.int64)
    if not (np.issubdtype(numbers.dtype, np.number) and np.isfinite(numbers).all()):
        raise ValueError(f"{what} are numbered: what is given is no number")
    whole = numbers.astype(np.int64)
    if (whole != numbers).any() or whole.min() < 0:
        raise ValueError(f"{what} are numbered by whole numbers from 0")
    return whole


def _coded(items: NDArray[Any], right: NDArray[Any]) -> NDArray[np.uint32]:
    return (2 * items.astype(np.uint32) + right.astype(np.uint32)).astype(np.uint32, copy=False)


def _mark(codes: NDArray[np.uint32], words: NDArray[np.uint64]) -> np.uint64:
    """A number for a set of items, whatever its order: the sum of their random words."""
    mark: np.uint64 = words[codes >> 1].sum(dtype=np.uint64)
    return mark


def _marks(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], words: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """The mark of every person's set, some persons at a time."""
    marks = np.zeros(len(starts) - 1, np.uint64)
    filled = np.flatnonzero(np.diff(starts))
    for some in np.array_split(filled, 1 + len(codes) // BLOCK):
        if len(some):
            first, end = starts[some[0]], starts[some[-1] + 1]
            marks[some] = np.add.reduceat(words[codes[first:end] >> 1], starts[some] - first)
    return marks
