"""The same choice by a mixed-integer solver (HiGHS, through scipy): the optimum, and parallel forms."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import Stratum
from itemwell.exams.assemble import Infeasible, Marks, Places, Pool, Short

SECONDS = 30.0
GAP = 0.005


def optimum(
    pool: Pool,
    wanted: Mapping[Stratum, int],
    open_to: Marks,
    *,
    forms: int = 1,
    seconds: float = SECONDS,
) -> list[Places]:
    """`forms` exams without a question in common, the least information of all as large as can be.

    Within GAP of the optimum, or the best that was found in `seconds`. Raises Infeasible.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - heavy, and seldom needed
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    places = np.flatnonzero(open_to)
    rows, lower, upper = _constraints(pool, wanted, places, forms)
    size = forms * len(places) + 1  # the last variable is the least information
    cost = np.zeros(size)
    cost[-1] = -1.0
    highs = np.ones(size)
    highs[-1] = np.inf
    integral = np.ones(size)
    integral[-1] = 0
    found = milp(
        cost,
        integrality=integral,
        bounds=Bounds(np.zeros(size), highs),
        constraints=LinearConstraint(csr_matrix(rows), lower, upper),
        options={"time_limit": seconds, "mip_rel_gap": GAP},
    )
    if found.x is None:
        counts = {cell: int((pool.cell[places] == pool.cells.index(cell)).sum()) for cell in wanted}
        raise Infeasible([Short(cell, forms * n, counts[cell]) for cell, n in wanted.items()])
    picked = found.x[:-1].reshape(forms, len(places)) > 0.5
    return [places[each] for each in picked]


def _constraints(
    pool: Pool, wanted: Mapping[Stratum, int], places: Places, forms: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Counts by cell, information at each ability, no enemies in one form, no question in two."""
    count = len(places)
    size = forms * count + 1
    rows, lower, upper = [], [], []

    def add(row: NDArray[np.float64], low: float, high: float) -> None:
        rows.append(row)
        lower.append(low)
        upper.append(high)

    where = {int(place): k for k, place in enumerate(places)}
    pairs = [
        (where[one], where[foe])
        for one, foes in pool.enemies.items()
        for foe in foes
        if one < foe and one in where and foe in where
    ]
    for form in range(forms):
        mine = slice(form * count, (form + 1) * count)
        for cell, number in wanted.items():
            row = np.zeros(size)
            row[mine] = pool.cell[places] == pool.cells.index(cell)
            add(row, number, number)
        others = np.isin(
            pool.cell[places], [pool.cells.index(each) for each in wanted], invert=True
        )
        row = np.zeros(size)
        row[mine] = others
        add(row, 0, 0)
        for ability in range(pool.information.shape[1]):
            row = np.zeros(size)
            row[mine] = pool.information[places, ability]
            row[-1] = -1
            add(row, 0, np.inf)
        for one, foe in pairs:
            row = np.zeros(size)
            row[form * count + one] = row[form * count + foe] = 1
            add(row, 0, 1)
        for clique, members in zip(
            *np.unique(pool.clique[places], return_counts=True), strict=True
        ):
            if members > 1:
                row = np.zeros(size)
                row[mine] = pool.clique[places] == clique
                add(row, 0, 1)
    for k in range(count if forms > 1 else 0):
        row = np.zeros(size)
        row[k : forms * count : count] = 1
        add(row, 0, 1)
    return np.array(rows), np.array(lower), np.array(upper)
