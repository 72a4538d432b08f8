"""Vectors in memory, searched exactly: a run's own drafts, and banks whose server has no index.

add -> blocks of rows in float32 -> one product a block -> the best of each, merged

Blocks are filled in place, so that a row more costs a row; a search holds one block's cosines.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.similar.embed import EmbedError
from itemwell.similar.forms import ANYWHERE, Within

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

BLOCK = 8192
"""Rows. 50 queries against a block give 1.6 MB of cosines, which stay near the processor."""

SMALL = 0.25
"""Below this part of a block, the rows of a filter are picked out before they are multiplied."""

Neighbours = list[tuple[int, float]]
"""Ids and cosines, the nearest first; of equal ones the lower id."""


class Pool:
    """Rows of one embedder. An id that is added twice is found twice."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self._blocks: list[_Block] = []
        self._stimuli: dict[str, int] = {}
        self._key_forms: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(block.used for block in self._blocks)

    def add(
        self,
        ids: Sequence[int],
        matrix: "Vectors",
        stimuli: Sequence[str],
        key_forms: Sequence[str],
    ) -> None:
        """Take rows of length 1. Raises EmbedError for what is none of these dimensions, or not finite."""
        rows = _Rows(
            self._checked(matrix, len(ids)),
            np.asarray(ids, np.int64),
            _codes(self._stimuli, stimuli),
            _codes(self._key_forms, key_forms),
        )
        taken = 0
        while taken < len(ids):
            if not self._blocks or self._blocks[-1].used == BLOCK:
                self._blocks.append(_Block(self.dimensions))
            taken += self._blocks[-1].take(rows.between(taken, len(ids)))

    def nearest(self, vectors: "Vectors", k: int, within: Within = ANYWHERE) -> list[Neighbours]:
        """For each vector its `k` nearest rows, exactly; fewer where there are no more."""
        wanted = self._checked(vectors, len(vectors))
        best = [_Best(k) for _ in wanted]
        stimulus = _code(self._stimuli, within.stimulus)
        key_form = _code(self._key_forms, within.key_form)
        for block in self._blocks:
            rows = block.rows(stimulus, key_form)
            if rows is None or len(rows):
                block.offer(wanted, best, rows)
        return [each.listed() for each in best]

    def _checked(self, matrix: "Vectors", count: int) -> "Vectors":
        if matrix.shape != (count, self.dimensions):
            told = f"vectors of shape {matrix.shape} instead of {(count, self.dimensions)}"
            raise EmbedError(told, "run: itemwell dedup backfill")
        if not np.isfinite(matrix).all():
            raise EmbedError("a vector that is not finite was to be compared")
        return np.ascontiguousarray(matrix, np.float32)


class _Rows(NamedTuple):
    """Columns of the same length."""

    matrix: "Vectors"
    ids: NDArray[np.int64]
    stimuli: NDArray[np.int32]
    key_forms: NDArray[np.int32]

    def between(self, first: int, end: int) -> "_Rows":
        """These rows, as views."""
        cut = slice(first, end)
        return _Rows(self.matrix[cut], self.ids[cut], self.stimuli[cut], self.key_forms[cut])


class _Block:
    """Room for BLOCK rows."""

    def __init__(self, dimensions: int) -> None:
        self.used = 0
        self._room = _Rows(
            np.empty((BLOCK, dimensions), np.float32),
            np.empty(BLOCK, np.int64),
            np.empty(BLOCK, np.int32),
            np.empty(BLOCK, np.int32),
        )

    def take(self, rows: _Rows) -> int:
        """Fill with the first of these rows; how many found room."""
        count = min(len(rows.ids), BLOCK - self.used)
        place = self._room.between(self.used, self.used + count)
        place.matrix[:] = rows.matrix[:count]
        place.ids[:] = rows.ids[:count]
        place.stimuli[:] = rows.stimuli[:count]
        place.key_forms[:] = rows.key_forms[:count]
        self.used += count
        return count

    def rows(self, stimulus: int | None, key_form: int | None) -> NDArray[np.intp] | None:
        """The places of the rows of a filter; None for all."""
        if stimulus is None and key_form is None:
            return None
        held = self._room.between(0, self.used)
        alike = np.ones(self.used, bool)
        if stimulus is not None:
            alike &= held.stimuli == stimulus
        if key_form is not None:
            alike &= held.key_forms == key_form
        return None if alike.all() else np.flatnonzero(alike)

    def offer(self, vectors: "Vectors", best: "list[_Best]", rows: NDArray[np.intp] | None) -> None:
        """Show each of the best what these rows hold for it."""
        held = self._room.between(0, self.used)
        if rows is None:
            cosines, ids = vectors @ held.matrix.T, held.ids
        elif len(rows) < SMALL * self.used:
            cosines, ids = vectors @ held.matrix[rows].T, held.ids[rows]
        else:
            cosines, ids = (vectors @ held.matrix.T)[:, rows], held.ids[rows]
        for one, row in zip(best, cosines, strict=True):
            one.see(ids, row)


class _Best:
    """The `k` nearest so far."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.least = -np.inf  # a row below it is none of the k nearest
        self.ids = np.empty(0, np.int64)
        self.cosines = np.empty(0, np.float32)

    def see(self, ids: NDArray[np.int64], cosines: NDArray[np.float32]) -> None:
        """Take what is near enough."""
        near = np.flatnonzero(cosines >= self.least)
        if not len(near) or not self.k:
            return
        self.ids = np.concatenate([self.ids, ids[near]])
        self.cosines = np.concatenate([self.cosines, cosines[near]])
        if len(self.ids) > self.k:
            order = np.lexsort((self.ids, -self.cosines))[: self.k]
            self.ids, self.cosines = self.ids[order], self.cosines[order]
            self.least = self.cosines[-1]

    def listed(self) -> Neighbours:
        order = np.lexsort((self.ids, -self.cosines))
        return [(int(self.ids[place]), float(self.cosines[place])) for place in order]


def _codes(known: dict[str, int], words: Sequence[str]) -> NDArray[np.int32]:
    """A number for each word, the same for the same word."""
    return np.array([known.setdefault(word, len(known)) for word in words], np.int32)


def _code(known: dict[str, int], word: str | None) -> int | None:
    """The number of a word; None for any word, -1 for one that no row has."""
    return None if word is None else known.get(word, -1)
