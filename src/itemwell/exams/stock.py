"""The bank as exams see it: what may be scored, what may be pretested, who is whose enemy. Pure.

A question that was never calibrated is looked at as its author's difficulty says; it is scored only
where calibrated ones are too few, which assembling prefers by itself: nothing is known of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import Stratum
from itemwell.blueprint import Blueprint
from itemwell.exams.assemble import Pool, information
from itemwell.exams.draw import Stock
from itemwell.store.examinable import Examinable

BY_LEVEL = {"easy": -1.0, "medium": 0.0, "hard": 1.0}
UNKNOWN_A = 0.5
"""The discrimination of a question that was never calibrated: a calibrated one is nearly always better."""


def stock_of(
    rows: Sequence[Examinable], enemies: Iterable[tuple[int, int]], blueprint: Blueprint
) -> Stock:
    """What exams by this blueprint draw from."""
    cells = tuple(dict.fromkeys(Stratum(each.question_type, each.difficulty) for each in rows))
    number = {cell: place for place, cell in enumerate(cells)}
    a = np.array([UNKNOWN_A if each.a is None else each.a for each in rows])
    b = np.array(
        [BY_LEVEL.get(each.difficulty, 0.0) if each.b is None else each.b for each in rows]
    )
    pool = Pool(
        ids=np.array([each.id for each in rows], dtype=np.int64),
        cell=np.array(
            [number[Stratum(each.question_type, each.difficulty)] for each in rows], np.int32
        ),
        cells=cells,
        information=information(a, b, np.array(blueprint.abilities)),
        clique=_cliques(rows),
        enemies=_pairs(rows, enemies),
    )
    active = np.array([each.status == "active" for each in rows], bool)
    new = np.array([each.status == "pretest" or each.a is None for each in rows], bool)
    return Stock(
        pool=pool,
        may_score=active,
        may_pretest=new,
        answers=np.array([each.answers for each in rows], dtype=np.int64),
        options=np.array([each.options for each in rows], dtype=np.int64),
        a=a,
        b=b,
        versions=[each.version for each in rows],
    )


def _cliques(rows: Sequence[Examinable]) -> NDArray[np.int64]:
    """Questions of one skeleton have one number."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(each.skeleton, len(numbers)) for each in rows], np.int64)


def _pairs(
    rows: Sequence[Examinable], enemies: Iterable[tuple[int, int]]
) -> dict[int, frozenset[int]]:
    places = {each.id: place for place, each in enumerate(rows)}
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in enemies:
        if one in places and other in places:
            found[places[one]].add(places[other])
            found[places[other]].add(places[one])
    return {place: frozenset(foes) for place, foes in found.items()}
