"""Choose the questions of one exam: exact in its counts, free of enemies, near the most information. Pure.

The goal is the field's maximin (van der Linden and Boekkooi-Timminga, 1989): of the information at the
target abilities the least is to be as large as can be. A weight on each ability makes that a
choice of the best questions a cell; the weights move towards the ability that is served worst (the
Lagrangian dual by multiplicative weights), and swaps within cells mend what is left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import Stratum

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Marks = NDArray[np.bool_]

ROUNDS = 12
STEP = 6.0
"""Of the first round: the k-th takes a k-th of it."""

CLOSE = 0.995
"""Of what no exam can exceed: an exam that tells so much is done."""

SWAPS = 20
LEAST_GAIN = 1e-3
"""Of the least information: what a swap has to bring to be worth its time."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Questions that exams may draw from, N of them. Places in it are what everything here speaks of."""

    ids: Places
    cell: NDArray[np.int32]  # number of the stratum in `cells`
    cells: tuple[Stratum, ...]
    information: Floats  # N x T, at the target abilities
    clique: Places  # those of one number are all enemies of each other, as questions of one skeleton are
    enemies: Mapping[int, frozenset[int]] = field(default_factory=dict)  # by place: further ones

    def places_of(self, stratum: Stratum) -> Places:
        """The questions of a stratum."""
        if stratum not in self.cells:
            return np.zeros(0, np.int64)
        return np.flatnonzero(self.cell == self.cells.index(stratum))

    def foes_of(self, places: Iterable[int]) -> Marks:
        """What may not come to an exam that has these: they themselves and their enemies."""
        mine = list(places)
        marks = np.isin(self.clique, self.clique[mine])
        marks[[foe for one in mine for foe in self.enemies.get(one, ())]] = True
        return marks


class Short(NamedTuple):
    """What a cell lacks."""

    stratum: Stratum
    wanted: int
    found: int


class Infeasible(Exception):
    """There is no such exam: cells lack questions."""

    def __init__(self, short: list[Short]) -> None:
        super().__init__(
            "; ".join(f"{each.stratum}: {each.found} of {each.wanted}" for each in short)
        )
        self.short = short


def information(a: Floats, b: Floats, abilities: Floats) -> Floats:
    """a^2 P (1 - P) of each question at each ability, N x T."""
    chance = 1 / (1 + np.exp(-a[:, None] * (abilities - b[:, None])))
    found: Floats = a[:, None] ** 2 * chance * (1 - chance)
    return found


def assemble(
    pool: Pool, wanted: Mapping[Stratum, int], open_to: Marks, taken: frozenset[int] = frozenset()
) -> Places:
    """The places of the questions, by cell; only those that are `open_to` it, no enemies of `taken`.

    Raises Infeasible where a cell has too few.
    """
    free = open_to & ~pool.foes_of(taken) if taken else open_to
    every = {cell: pool.places_of(cell) for cell in wanted}
    ours = {cell: places[free[places]] for cell, places in every.items()}
    abilities = pool.information.shape[1]
    weights, most, bound = np.full(abilities, 1 / abilities), -1.0, np.inf
    best = np.zeros(0, np.int64)
    for turn in range(1, ROUNDS + 1):
        chosen = _best(pool, wanted, ours, pool.information @ weights)
        told = pool.information[chosen].sum(axis=0)
        if told.min() > most:
            best, most = chosen, float(told.min())
        bound = min(bound, float(told @ weights))  # the dual's, enemies left aside
        if most >= CLOSE * bound:
            return best
        weights = weights * np.exp(-STEP / turn * (told / told.mean() - 1))
        weights /= weights.sum()
    return _swapped(pool, best, ours)


def _best(
    pool: Pool, wanted: Mapping[Stratum, int], ours: Mapping[Stratum, Places], score: Floats
) -> Places:
    """Of each cell the best by score; where enemies meet, the better one stays. Raises Infeasible."""
    chosen: list[int] = []
    short: list[Short] = []
    met: set[int] = set()
    cliques: set[int] = set()
    for cell, number in wanted.items():
        order = ours[cell][np.argsort(-score[ours[cell]], kind="stable")]
        picked = 0
        for place, clique in zip(order.tolist(), pool.clique[order].tolist(), strict=True):
            if picked == number:
                break
            if clique in cliques or place in met:
                continue
            chosen.append(place)
            cliques.add(clique)
            met.update(pool.enemies.get(place, ()))
            picked += 1
        if picked < number:
            short.append(Short(cell, number, picked))
    if short:
        raise Infeasible(short)
    return np.array(chosen)


def _swapped(pool: Pool, chosen: Places, ours: Mapping[Stratum, Places]) -> Places:
    """Swap a question for another of its cell while that raises the least information."""
    now = chosen.copy()
    told = pool.information[now].sum(axis=0)
    for _ in range(SWAPS):
        found = _best_swap(pool, now, ours, told)
        if found is None:
            break
        place, other = found
        told = told - pool.information[now[place]] + pool.information[other]
        now[place] = other
    return now


def _best_swap(
    pool: Pool, now: Places, ours: Mapping[Stratum, Places], told: Floats
) -> tuple[int, int] | None:
    """Which of the chosen to swap for which: the swap that raises the least information most."""
    worst = int(told.argmin())
    held = np.zeros(len(pool.ids), bool)
    held[now] = True
    best, gained = None, 1e-9 + told.min() * LEAST_GAIN
    for cell, places in ours.items():
        mine = np.flatnonzero(pool.cell[now] == pool.cells.index(cell))
        free = places[~held[places]]
        if not len(mine) or not len(free):
            continue
        weakest = mine[np.argsort(pool.information[now[mine], worst])[:5]]
        strongest = free[np.argsort(-pool.information[free, worst])[:10]]
        after = told - pool.information[now[weakest]][:, None] + pool.information[strongest]
        gain = after.min(axis=2) - told.min()
        for flat in np.argsort(-gain, axis=None)[:5]:
            row, column = np.unravel_index(flat, gain.shape)
            if gain[row, column] <= gained:
                break
            other, leaving = int(strongest[column]), int(weakest[row])
            if _is_peaceful(pool, other, np.delete(now, leaving)):
                best, gained = (leaving, other), float(gain[row, column])
                break
    return best


def _is_peaceful(pool: Pool, other: int, rest: Places) -> bool:
    """Whether `other` has no enemy in the rest of the exam."""
    if (pool.clique[rest] == pool.clique[other]).any():
        return False
    return pool.enemies.get(other, frozenset()).isdisjoint(rest.tolist())
