"""Every pair of a bank that the rule could call more than new, exactly. Pure.

rows of one stimulus -> tiles of cosines -> those above the lowest band -> those that a band allows

What shares a loose form comes whatever its cosine. Everything else that is no new question has a
cosine in some band: a shared skeleton adds nothing to that.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from itemwell.similar import keys
from itemwell.similar.decide import Side, Thresholds, Verdict, decide
from itemwell.similar.guard import read

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

TILE = 1024
"""Rows and columns of a tile: the readings of so many texts are remembered at once."""

BUCKETS = 64
"""Of a bag of masked words. Words that share one only make a bound higher."""

Places = NDArray[np.intp]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Member:
    """A question as it is compared. Two of one family are compared only where `loose` is the same."""

    id: int
    side: Side
    loose: str
    family: str | None


class Pair(NamedTuple):
    """Places of two members, and their verdict."""

    one: int
    other: int
    verdict: Verdict


class Pairs:
    """The pairs among `members`, whose unit vectors are the rows of `matrix`."""

    def __init__(
        self, members: Sequence[Member], matrix: "Vectors", at: Thresholds, *, tile: int = TILE
    ) -> None:
        self.members, self.matrix, self.at, self.tile = members, matrix, at, tile
        self.decided = 0
        self._loose = _codes(each.loose for each in members)
        self._family = _codes(each.family or None for each in members)
        self._bags = np.zeros((len(members), BUCKETS), np.uint16)
        for row, each in zip(self._bags, members, strict=True):
            for word in read(each.side.stem).masked:
                row[crc32(word.encode("utf-8", "surrogatepass")) % BUCKETS] += 1
        self._lengths = self._bags.sum(axis=1, dtype=np.int64)
        traits = [keys.traits(each.side.key) for each in members]
        self._keys = [_codes(column) for column in zip(*traits, strict=True)]

    def found(
        self, first: NDArray[np.bool_] | None = None, tell: Tell = lambda _done, _of: None
    ) -> Iterator[Pair]:
        """The pairs that are not new. `first`: only those of which one at least is of these.

        `tell` is called with how many members were compared with all that come after them.
        """
        mine = np.ones(len(self.members), bool) if first is None else first
        done, wanted = 0, int(mine.sum())
        for places in _groups(_codes(each.side.stimulus or "" for each in self.members)):
            heads, others = places[mine[places]], places[~mine[places]]
            columns = np.concatenate([heads, others])
            for at in range(0, len(heads), self.tile):
                tell(done + at, wanted)
                yield from self._stripe(columns, at, min(at + self.tile, len(heads)))
            done += len(heads)

    def _stripe(self, places: Places, first: int, end: int) -> Iterator[Pair]:
        """The pairs of which one is between `first` and `end` among `places`, and the other comes later."""
        for beside in range(first, len(places), self.tile):
            columns = places[beside : beside + self.tile]
            yield from self._tile(places[first:end], columns, same=beside == first)

    def _tile(self, rows: Places, columns: Places, *, same: bool) -> Iterator[Pair]:
        cosines = self.matrix[rows] @ self.matrix[columns].T
        near = cosines >= min(self.at.isomorph, self.at.grey_same_key)
        near |= self._loose[rows][:, None] == self._loose[columns]
        if same:
            near &= ~np.tri(len(rows), len(columns), dtype=bool)
        flat = np.flatnonzero(near)
        one, other = rows[flat // len(columns)], columns[flat % len(columns)]
        worth = np.flatnonzero(self._worth(one, other, cosines.ravel()[flat]))
        for place in worth:
            cosine = float(cosines.ravel()[flat[place]])
            pair = self._decide(int(one[place]), int(other[place]), cosine)
            if pair:
                yield pair

    def _worth(self, one: Places, other: Places, cosines: NDArray[np.float32]) -> NDArray[np.bool_]:
        """What has a cosine in a band that is open to it, by its key or by its masked words."""
        alike = self._loose[one] == self._loose[other]
        worth: NDArray[np.bool_] = alike | (cosines >= min(self.at.grey, self.at.other_key))
        left = np.flatnonzero(~worth & (cosines >= self.at.isomorph))
        for at in range(0, len(left), TILE * BUCKETS):
            some = left[at : at + TILE * BUCKETS]
            a, b = one[some], other[some]
            shared = np.minimum(self._bags[a], self._bags[b]).sum(axis=1, dtype=np.int64)
            worth[some] = 2 * shared >= self.at.masked * (self._lengths[a] + self._lengths[b])
        left = np.flatnonzero(~worth & (cosines >= self.at.grey_same_key))
        for codes in self._keys:
            mine = codes[one[left]]
            worth[left] |= (mine >= 0) & (mine == codes[other[left]])
        family = self._family[one]
        worth &= alike | (family < 0) | (family != self._family[other])
        return worth

    def _decide(self, one: int, other: int, cosine: float) -> Pair | None:
        self.decided += 1
        verdict = decide(self.members[one].side, self.members[other].side, cosine, self.at)
        return None if verdict.kind == "new" else Pair(one, other, verdict)


def every_pair(members: Sequence[Member], matrix: "Vectors", at: Thresholds) -> Iterator[Pair]:
    """The same, by deciding each: slow, and plain."""
    for one, other in combinations(range(len(members)), 2):
        first, second = members[one], members[other]
        if first.family and first.family == second.family and first.loose != second.loose:
            continue
        verdict = decide(first.side, second.side, float(matrix[one] @ matrix[other]), at)
        if verdict.kind != "new":
            yield Pair(one, other, verdict)


def _codes(words: Iterable[Hashable]) -> NDArray[np.int32]:
    """A number for each, the same for the same; -1 for None."""
    known: dict[Hashable, int] = {}
    return np.array(
        [-1 if word is None else known.setdefault(word, len(known)) for word in words], np.int32
    )


def _groups(codes: NDArray[np.int32]) -> Iterator[Places]:
    """The places of each code, those of the same one together, in order."""
    order = np.argsort(codes, kind="stable")
    ends = np.flatnonzero(np.diff(codes[order])) + 1
    yield from np.split(order, ends)
