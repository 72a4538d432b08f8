"""Dense numbers for 64-bit keys: a hash table whose every step works on a whole array.

Some 10 ns a key, where sorting them takes 100 and more.
"""

from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import NDArray

SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio: multiplied by it, keys that follow each other lie far apart."""

FREE = -1

AT_ONCE = 1 << 17
"""Keys that are looked up together: what is made of them on the way stays in the cache."""

RUN = 2
"""Equal keys that follow each other, on average, from which on the first of them is looked up alone."""

CLOSE = 16
"""Keys from 0 on of which one in so many is known lie close together."""

Find = Callable[[NDArray[np.int64]], NDArray[np.int32]]


def places(keys: NDArray[np.int64]) -> Find:
    """What finds the place of a key among `keys`, all different and rising; -1 for one that is not there."""
    highest = int(keys[-1]) if len(keys) else 0
    if not len(keys) or keys[0] < 0 or highest > CLOSE * len(keys):
        return Numbering.of(keys).find
    table = np.full(highest + 3, FREE, np.int32)
    table[keys + 1] = np.arange(len(keys), dtype=np.int32)
    return lambda wanted: table[np.clip(wanted, -1, highest + 1) + 1]


class Numbering:
    """Gives each key a number from 0 on, the same for the same keys in the same order.

    With 19 `bits` it has room for 262,144 keys before all of them have to be entered anew.
    """

    def __init__(self, bits: int = 19) -> None:
        self.count = 0
        self._empty(bits)

    @classmethod
    def of(cls, keys: NDArray[np.int64]) -> Self:
        """The numbering in which each of `keys`, all different, has its place as its number."""
        self = cls(max(4, (2 * len(keys)).bit_length()))
        self._insert(keys, np.arange(len(keys), dtype=np.int32))
        self.count = len(keys)
        return self

    def find(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """The numbers of `keys`; -1 for those that have none."""
        found = np.empty(len(keys), np.int32)
        for first in range(0, len(keys), AT_ONCE):
            found[first : first + AT_ONCE] = self._found(keys[first : first + AT_ONCE])
        return found

    def _found(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        place = self._first_place(keys)
        found = self._numbers.take(place, mode="clip")
        left = np.flatnonzero((self._keys.take(place, mode="clip") != keys) & (found != FREE))
        while left.size:
            place[left] = self._next(place[left], keys[left])
            found[left] = self._numbers[place[left]]
            left = left[(found[left] != FREE) & (self._keys[place[left]] != keys[left])]
        return found

    def number(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """The numbers of `keys`, new ones for those that had none."""
        begins = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        if RUN * len(begins) >= len(keys):
            return self._numbered(keys)
        begins = np.concatenate(([0], begins))  # as where learners' answers were imported
        return np.repeat(self._numbered(keys[begins]), np.diff(begins, append=len(keys)))

    def _numbered(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        numbers = self.find(keys)
        unknown = np.flatnonzero(numbers == FREE)
        if unknown.size:
            wanted = keys[unknown]
            new = np.sort(wanted)
            new = new[np.append(True, new[1:] != new[:-1])]
            self._grow(len(new))
            self._insert(new, np.arange(self.count, self.count + len(new), dtype=np.int32))
            numbers[unknown] = self.count + np.searchsorted(new, wanted)
            self.count += len(new)
        return numbers

    def keys(self) -> NDArray[np.int64]:
        """Each key, at the place of its number."""
        taken = self._numbers != FREE
        keys = np.empty(self.count, np.int64)
        keys[self._numbers[taken]] = self._keys[taken]
        return keys

    def _empty(self, bits: int) -> None:
        self._bits = bits
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, np.int64)
        self._numbers = np.full(1 << bits, FREE, np.int32)

    def _grow(self, more: int) -> None:
        """Make room for so many keys: half of the table stays free, lest searches grow long."""
        if 2 * (self.count + more) <= len(self._keys):
            return
        keys = self.keys()
        self._empty((2 * (self.count + more)).bit_length())
        self._insert(keys, np.arange(self.count, dtype=np.int32))

    def _first_place(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        spread = keys.view(np.uint64) * SPREAD
        return (spread >> np.uint64(64 - self._bits)).view(np.int64)

    def _next(self, place: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where to look next. By steps of each key's own: taken places then form no long rows."""
        spread = (keys.view(np.uint64) * SPREAD).view(np.int64)
        return (place + (spread | 1)) & self._mask

    def _insert(self, keys: NDArray[np.int64], numbers: NDArray[np.int32]) -> None:
        """Enter `keys`, all different and none of them there yet."""
        place = self._first_place(keys)
        left = np.arange(len(keys))
        while left.size:
            free = left[self._numbers[place[left]] == FREE]
            self._numbers[place[free]] = numbers[free]  # of several for one place the last stays
            placed = free[self._numbers[place[free]] == numbers[free]]
            self._keys[place[placed]] = keys[placed]
            left = left[self._numbers[place[left]] != numbers[left]]
            place[left] = self._next(place[left], keys[left])
