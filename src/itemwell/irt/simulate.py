"""Answers of persons whose abilities are known to items whose parameters are known."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.irt.curve import Floats
from itemwell.irt.responses import Responses

WARM_UP = 5
"""Answers to items at random, before an adaptive test begins to choose."""

NEAREST = 12
"""An adaptive test takes one at random of about so many items nearest to the person's estimate."""


class Truth(NamedTuple):
    """What answers were drawn from: a and b of the items, theta of the persons."""

    a: Floats
    b: Floats
    theta: Floats


def draw_truth(persons: int, items: int, *, seed: int) -> Truth:
    """Of theta ~ N(0, 1), a ~ lognormal(0, 0.3), b ~ N(0, 1)."""
    rng = np.random.default_rng(seed)
    theta, a = rng.normal(size=persons), rng.lognormal(0, 0.3, items)
    return Truth(a, rng.normal(size=items), theta)


def dense(truth: Truth, *, seed: int) -> Responses:
    """Everybody answers every item."""
    persons, items = len(truth.theta), len(truth.a)
    rng = np.random.default_rng([seed, 1])
    codes = np.empty((persons, items), np.uint32)
    for first in range(0, persons, 4_096):
        here = slice(first, first + 4_096)
        right = _answered(rng, truth.theta[here, None], truth.a, truth.b)
        codes[here] = (np.arange(items, dtype=np.uint32) << 1) | right
    starts = np.arange(persons + 1, dtype=np.int64) * items
    return Responses.packed(codes.ravel(), starts, items)


def adaptive(
    truth: Truth, each: int, *, seed: int, warm_up: int = WARM_UP, believed: Floats | None = None
) -> Responses:
    """Everybody answers `each` items: the first at random, then some near a running estimate.

    The estimate rests on observed answers alone, so that what is missing may be ignored (Mislevy and
    Wu, 1996). With `warm_up=each` all are at random. Items are chosen by their `believed` difficulties
    (J), by default the true ones. Raises ValueError for more than there are items.
    """
    persons, items = len(truth.theta), len(truth.a)
    if each > items:
        raise ValueError(f"{each} answers each, of {items} items")
    rng = np.random.default_rng([seed, 2])
    seen = truth.b if believed is None else believed
    by_b = np.argsort(seen)
    sorted_b = seen[by_b]
    estimate, precision = np.zeros(persons), np.ones(persons)
    taken = np.full((persons, each), -1, np.int32)  # places in by_b
    codes = np.empty((persons, each), np.uint32)
    for k in range(each):
        middle = np.searchsorted(sorted_b, estimate) if k >= warm_up else None
        place = _free_places(rng, taken[:, :k], middle, items)
        taken[:, k] = place
        item = by_b[place]
        right = _answered(rng, truth.theta, truth.a[item], truth.b[item])
        codes[:, k] = (item.astype(np.uint32) << 1) | right
        chance = 1 / (1 + np.exp(seen[item] - estimate))
        precision += chance * (1 - chance)
        estimate += (right - chance) / precision
    starts = np.arange(persons + 1, dtype=np.int64) * each
    return Responses.packed(codes.ravel(), starts, items)


def _answered(rng: np.random.Generator, theta: Floats, a: Floats, b: Floats) -> NDArray[np.uint32]:
    chance = 1 / (1 + np.exp(-a * (theta - b)))
    return (rng.random(chance.shape) < chance).astype(np.uint32)


def _free_places(
    rng: np.random.Generator,
    taken: NDArray[np.int32],
    middle: NDArray[np.int64] | None,
    items: int,
) -> NDArray[np.int32]:
    """A place for everybody that they have not had, near `middle` or anywhere; a wider search each try."""
    persons = len(taken)
    place, open_ones, tries = np.zeros(persons, np.int32), np.arange(persons), 0
    while len(open_ones):
        if middle is None:
            drawn = rng.integers(0, items, len(open_ones))
        else:
            reach = min(NEAREST // 2 * (1 + tries // 4), items)
            drawn = middle[open_ones] + rng.integers(-reach, reach, len(open_ones))
            drawn = np.clip(drawn, 0, items - 1)
        place[open_ones] = drawn
        again = (taken[open_ones] == drawn[:, None].astype(np.int32)).any(axis=1)
        open_ones, tries = open_ones[again], tries + 1
    return place
