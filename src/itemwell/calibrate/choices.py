"""Which options learners chose, by question, and how able those were who chose each.

Usable answers count, of learners who gave `FEWEST` of them: their share of right answers tells how
able they are.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import LETTERS, Choice
from itemwell.calibrate.packed import LETTER, PIECE
from itemwell.store.calibrations import Traits

FEWEST = 5
KINDS = 8
"""No letter, those of `LETTERS`, and others: three bits of an answer."""

LETTER_OF = np.full(256, KINDS - 1, np.uint32)
"""By the first character of the chosen option, 0 for none."""
LETTER_OF[0] = 0
LETTER_OF[[ord(letter) for letter in LETTERS]] = range(1, 1 + len(LETTERS))


class Chosen(NamedTuple):
    """By item and kind of letter, J x KINDS: how often it was chosen, and its choosers' shares summed."""

    times: NDArray[np.float64]
    shares: NDArray[np.float64]


def chosen(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], packed: NDArray[np.uint64], items: int
) -> Chosen:
    """From answers sorted by person: `codes` and `starts` as `Loaded` has them, letters in `packed`."""
    times, shares = np.zeros((2, KINDS * items))
    sizes = np.diff(starts)
    for first, end in _pieces(starts):
        here = slice(starts[first], starts[end])
        code, size = codes[here], sizes[first:end]
        letter = (packed[here] >> LETTER).astype(np.uint32) & (KINDS - 1)
        if not letter.any():
            continue
        right = np.add.reduceat(code & 1, starts[first:end] - starts[first])
        enough = (size >= FEWEST).astype(np.float64)
        cell = (code >> 1) * KINDS + letter
        if enough.all():
            times += np.bincount(cell, minlength=len(times))
        else:
            times += np.bincount(cell, np.repeat(enough, size), len(times))
        shares += np.bincount(cell, np.repeat(enough * right / size, size), len(times))
    return Chosen(times.reshape(-1, KINDS), shares.reshape(-1, KINDS))


def by_question(
    found: Chosen, question_ids: NDArray[np.int64], traits: Sequence[Traits]
) -> dict[int, list[Choice]]:
    """Every option that was told; no entry where nobody's choice is known. Row i is `question_ids[i]`."""
    place = {number: row for row, number in enumerate(question_ids.tolist())}
    made = {}
    for each in traits:
        row = place.get(each.question_id)
        if row is None or not found.times[row, 1:].any():
            continue
        times, shares = found.times[row, 1:].tolist(), found.shares[row, 1:].tolist()
        made[each.question_id] = [
            Choice(letter, int(count), share / max(count, 1.0), letter == each.key)
            for letter, count, share in zip(LETTERS[: each.options], times, shares, strict=False)
        ]
    return made


def _pieces(starts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Ranges of persons with about PIECE answers together."""
    ends = np.searchsorted(starts, np.arange(PIECE, starts[-1], PIECE)).tolist()
    cuts = sorted({0, *ends, len(starts) - 1})
    return list(pairwise(cuts))
