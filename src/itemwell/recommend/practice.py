"""Questions near a learner's ability that he has not answered, by type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import Published

WANTED = 10
"""Questions that a recommendation names."""

ANSWERS = 5
"""An ability that rests on fewer answers says nothing of a weakness."""

AnInt = NDArray[np.int64]
AFloat = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The published questions of a type, the easiest first."""

    ids: AnInt
    b: AFloat


def shelves(found: Published) -> dict[str, Shelf]:
    """By question type."""
    types, ids = np.array(found.types, dtype=np.str_), np.array(found.ids, np.int64)
    b = np.array(found.difficulties, float)
    order = np.lexsort((ids, b))
    return {
        str(name): Shelf(ids[mine], b[mine])
        for name in np.unique(types)
        for mine in [order[types[order] == name]]
    }


def weakest(abilities: Mapping[str, Mapping[str, float]]) -> Sequence[str]:
    """The types by ability, the weakest first; those with too few answers are left out.

    >>> weakest({"math": {"theta": 0.5, "n": 9}, "logic": {"theta": -1, "n": 9}, "verbal": {"theta": -2, "n": 4}})
    ['logic', 'math']
    """
    known = {name: each for name, each in abilities.items() if each["n"] >= ANSWERS}
    return sorted(known, key=lambda name: (known[name]["theta"], name))


def near(shelf: Shelf, theta: float, answered: AnInt) -> list[int]:
    """The questions nearest to an ability that are not among those answered, the nearest first."""
    span = WANTED + len(answered)
    middle = int(np.searchsorted(shelf.b, theta))
    around = slice(max(0, middle - span), middle + span)
    ids, b = shelf.ids[around], shelf.b[around]
    new = ~np.isin(ids, answered)
    ids, far = ids[new], np.abs(b[new] - theta)
    return [int(each) for each in ids[np.lexsort((ids, far))][:WANTED]]
