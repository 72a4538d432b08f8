"""One learner's exam: scored questions, pretest ones, an order of both, and spares. Pure.

What is short is got in steps, and said: first without the lottery of exposure, then with questions
that the learner has seen, least recently seen first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import LETTERS, ExamQuestion, Stratum
from itemwell.blueprint import Blueprint
from itemwell.exams.assemble import Infeasible, Marks, Places, Pool, Short, assemble
from itemwell.exams.exposure import Exposure

SPARES = 2
"""Of each stratum: what stands in for a question that is retired before the exam is handed out."""


class Drawn(NamedTuple):
    """An exam, the places of its questions in the pool, and what was short."""

    questions: tuple[ExamQuestion, ...]
    spares: tuple[ExamQuestion, ...]
    places: Places
    seen_again: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What exams of all types draw from: the pool, and of each question what its place needs (N)."""

    pool: Pool
    may_score: Marks
    may_pretest: Marks
    answers: NDArray[np.int64]  # so far: those with the fewest are pretested first
    options: NDArray[np.int64]
    a: NDArray[np.float64]  # as it is, or as a question that was never calibrated is looked at
    b: NDArray[np.float64]
    versions: Sequence[str]


@dataclass
class Desk:
    """Draws exams of one type, one after the other, and counts how often each question is used."""

    blueprint: Blueprint
    stock: Stock
    exposure: Exposure
    cells: Mapping[Stratum, int] = field(init=False)
    pretest: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.cells = self.blueprint.cells()
        self.pretest = self.blueprint.pretest_by_type()

    def draw(self, seen: Mapping[int, Any], rng: np.random.Generator) -> Drawn:
        """The next exam for a learner who has `seen` these places, each at that moment.

        Raises Infeasible where the bank cannot fill the blueprint, with what is short.
        """
        fresh = np.ones(len(self.stock.pool.ids), bool)
        fresh[list(seen)] = False
        part = self.exposure.draw(rng)
        may_try = fresh & self.exposure.within()
        try:
            scored, again = self._scored(fresh, part, seen)
        except Infeasible as gap:
            raise Infeasible([*gap.short, *self._untried(may_try)]) from gap
        tried = self._pretest(scored, may_try, rng)
        chosen = np.concatenate([scored, tried])
        spares = self._spares(chosen, fresh)
        self.exposure.count(chosen, part)
        order = rng.permutation(len(chosen))
        counts = np.arange(len(chosen)) < len(scored)
        posed = [self._posed(int(chosen[k]), bool(counts[k]), rng) for k in order]
        extra = [self._posed(int(each), True, rng) for each in spares]
        return Drawn(tuple(posed), tuple(extra), chosen, again)

    def _scored(self, fresh: Marks, part: Marks, seen: Mapping[int, Any]) -> tuple[Places, int]:
        pool, may = self.stock.pool, self.stock.may_score
        for open_to in (may & fresh & part, may & fresh & self.exposure.within()):
            try:
                return assemble(pool, self.cells, open_to), 0
            except Infeasible:
                continue
        return self._with_seen(fresh, seen)

    def _with_seen(self, fresh: Marks, seen: Mapping[int, Any]) -> tuple[Places, int]:
        """The same with as many of the seen ones as are needed, least recently seen first."""
        usable = self.stock.may_score & self.exposure.within()
        open_to = usable & fresh
        by_age = sorted(
            (each for each in seen if usable[each]), key=lambda each: (seen[each], each)
        )
        step = max(1, self.blueprint.questions // 4)
        for upto in range(step, len(by_age), step):
            open_to[by_age[:upto]] = True
            try:
                chosen = assemble(self.stock.pool, self.cells, open_to)
            except Infeasible:
                continue
            return chosen, int((~fresh[chosen]).sum())
        open_to[by_age] = True
        chosen = assemble(self.stock.pool, self.cells, open_to)
        return chosen, int((~fresh[chosen]).sum())

    def _pretest(self, scored: Places, open_to: Marks, rng: np.random.Generator) -> Places:
        """New questions by type, those with the fewest answers first; others where there are too few."""
        pool, chosen, short = self.stock.pool, list[int](), list[Short]()
        free = open_to & ~pool.foes_of(scored)
        kinds = np.array([pool.cells[number].question_type for number in pool.cell])
        for kind, number in self.pretest.items():
            places = np.flatnonzero(free & (kinds == kind))
            rank = np.where(self.stock.may_pretest[places], 0, 1)
            luck = rng.random(len(places))
            order = places[np.lexsort((luck, self.stock.answers[places], rank))]
            picked = _peaceful(pool, order, chosen, number)
            if len(picked) < number:
                short.append(Short(Stratum(kind, "pretest"), number, len(picked)))
            chosen += picked
        if short:
            raise Infeasible(short)
        return np.array(chosen, dtype=np.int64)

    def _untried(self, open_to: Marks) -> list[Short]:
        """What would lack for the pretest, were all of a type scored that has to be."""
        pool, short = self.stock.pool, list[Short]()
        kinds = np.array([pool.cells[number].question_type for number in pool.cell])
        for kind, number in self.pretest.items():
            scored = sum(n for cell, n in self.cells.items() if cell.question_type == kind)
            places = np.flatnonzero(open_to & (kinds == kind))
            left = max(0, len(_peaceful(pool, places, [], scored + number)) - scored)
            if left < number:
                short.append(Short(Stratum(kind, "pretest"), number, left))
        return short

    def _spares(self, chosen: Places, fresh: Marks) -> list[int]:
        pool = self.stock.pool
        open_to = self.stock.may_score & fresh & ~pool.foes_of(chosen)
        found: list[int] = []
        for cell in self.cells:
            places = pool.places_of(cell)
            found += _peaceful(pool, places[open_to[places]], found, SPARES)
        return found

    def _posed(self, place: int, scored: bool, rng: np.random.Generator) -> ExamQuestion:
        letters = LETTERS[: int(self.stock.options[place])]
        order = "".join(letters[k] for k in rng.permutation(len(letters)))
        pool = self.stock.pool
        cell = pool.cells[pool.cell[place]]
        return ExamQuestion(int(pool.ids[place]), order, scored, cell, self.stock.versions[place])


def _peaceful(pool: Pool, order: Places, chosen: Sequence[int], number: int) -> list[int]:
    """The first `number` in this order that are no enemies of the chosen nor of each other."""
    cliques = {int(pool.clique[each]) for each in chosen}
    met = {foe for each in chosen for foe in pool.enemies.get(each, ())} | set(chosen)
    picked: list[int] = []
    for place in order.tolist():
        if len(picked) == number:
            break
        if int(pool.clique[place]) in cliques or place in met:
            continue
        picked.append(place)
        cliques.add(int(pool.clique[place]))
        met.update(pool.enemies.get(place, ()))
    return picked
