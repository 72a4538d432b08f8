"""Exams against their blueprint by a checker of its own, and against the solver's optimum."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from itemwell.bank import Stratum
from itemwell.blueprint import SHIPPED, Blueprint
from itemwell.exams.assemble import Infeasible, Pool, assemble, information
from itemwell.exams.exact import optimum

ABILITIES = np.array([-1.0, 0.0, 1.0])
PRACTICE = SHIPPED[1]
CELLS = tuple(PRACTICE.cells())


def a_pool(count, *, seed=0, cells=CELLS, families=0):
    """Questions with drawn parameters, difficulties around their level; `families` of four enemies each."""
    rng = np.random.default_rng(seed)
    cell = rng.integers(0, len(cells), count).astype(np.int32)
    level = {"easy": -1.0, "medium": 0.0, "hard": 1.0}
    b = np.array([level[cells[each].difficulty] for each in cell]) + rng.normal(0, 0.6, count)
    enemies = {}
    for _ in range(families):
        clique = rng.choice(count, 4, replace=False)
        for one in clique.tolist():
            foes = frozenset(clique.tolist()) - {one}
            enemies[one] = enemies.get(one, frozenset()) | foes
    table = information(rng.lognormal(0, 0.3, count), b, ABILITIES)
    clique = np.arange(count)
    clique[: count // 10] //= 3
    return Pool(np.arange(count) + 1000, cell, cells, table, clique, enemies)


def everything(pool):
    return np.ones(len(pool.ids), bool)


def faults(pool, chosen, wanted, open_to):
    """What is wrong with an exam, told without the assembler."""
    found = Counter(pool.cells[pool.cell[place]] for place in chosen)
    amiss = [
        f"{cell}: {found[cell]} of {number}"
        for cell, number in wanted.items()
        if found[cell] != number
    ]
    amiss += [f"{cell}: not asked for" for cell in found if cell not in wanted]
    amiss += ["a question twice"] if len(set(chosen.tolist())) != len(chosen) else []
    amiss += ["a question that is not open"] if not open_to[chosen].all() else []
    cliques = Counter(pool.clique[chosen].tolist())
    amiss += [f"{each} of clique {name}" for name, each in cliques.items() if each > 1]
    for one in chosen.tolist():
        amiss += [
            f"{one} and {foe} are enemies" for foe in pool.enemies.get(one, ()) if foe in chosen
        ]
    return amiss


@pytest.mark.parametrize("seed", range(5))
def test_an_exam_meets_its_blueprint_exactly_whatever_is_closed_or_at_enmity(seed):
    pool, wanted = a_pool(2_000, seed=seed, families=200), PRACTICE.cells()
    open_to = np.random.default_rng(seed).random(2_000) < 0.6

    chosen = assemble(pool, wanted, open_to)

    assert faults(pool, chosen, wanted, open_to) == []


@pytest.mark.parametrize("seed", range(6))
def test_the_least_information_is_within_five_percent_of_the_solvers_optimum(seed):
    pool, wanted = (
        a_pool(400, seed=seed, families=30),
        Blueprint(name="short", questions=60).cells(),
    )
    open_to = np.random.default_rng(seed).random(400) < 0.8

    mine = assemble(pool, wanted, open_to)
    [best] = optimum(pool, wanted, open_to)

    assert faults(pool, best, wanted, open_to) == []
    reached = pool.information[mine].sum(axis=0).min() / pool.information[best].sum(axis=0).min()
    assert reached > 0.95


def test_parallel_forms_share_no_question_and_tell_alike():
    pool, wanted = a_pool(500, seed=3), Blueprint(name="short", questions=40).cells()

    forms = optimum(pool, wanted, everything(pool), forms=3)

    told = [pool.information[each].sum(axis=0).min() for each in forms]
    assert len(set(np.concatenate(forms).tolist())) == 120
    assert min(told) > 0.95 * max(told)


def test_no_enemy_of_what_the_exam_has_already_comes_in():
    pool = a_pool(300, seed=1)
    pool = replace(pool, enemies={0: frozenset(range(1, 150))})

    chosen = assemble(pool, {pool.cells[0]: 2}, everything(pool), frozenset({0}))

    assert (chosen >= 150).all()


def test_a_cell_with_too_few_is_named_with_its_gap():
    pool, cell = a_pool(100), Stratum("math", "easy")

    with pytest.raises(Infeasible, match=r"math/easy: \d+ of 90"):
        assemble(pool, {cell: 90}, everything(pool))


def test_enemies_that_leave_too_few_are_named_too():
    cell = Stratum("math", "easy")
    clique = {one: frozenset(range(5)) - {one} for one in range(5)}
    alone, table = np.arange(5), np.ones((5, 3))
    pool = Pool(alone, np.zeros(5, np.int32), (cell,), table, alone, clique)

    with pytest.raises(Infeasible, match="math/easy: 1 of 2"):
        assemble(pool, {cell: 2}, everything(pool))
