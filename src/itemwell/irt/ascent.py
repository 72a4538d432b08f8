"""From a start to the mode: start -> climb -> (finer nodes, or nodes elsewhere) -> climb again."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from itemwell.irt.anchors import Anchors
from itemwell.irt.curve import Floats, curve
from itemwell.irt.em import Climb, Model, Point
from itemwell.irt.engine import Engine
from itemwell.irt.grid import Grid, spacing_for

LONGEST_LOOKED_AT = 500
TOO_COARSE = 1.3
"""Nodes farther apart than so many posterior standard deviations are too few (error 3e-6 at 1.25)."""

LOGISTIC = 1.7
"""The normal curve's slope is the logistic one's times this."""


class Problem(NamedTuple):
    """Answers, what is estimated from them, and how exactly."""

    engine: Engine
    model: Model
    tolerance: float
    most: int
    spacing: float | None = None  # of the nodes, where it was given
    finest: float = np.inf


class Ascent(NamedTuple):
    """Where EM ended, and whether it converged there."""

    climb: Climb
    point: Point
    converged: bool


class Start(NamedTuple):
    """a and b to begin from, J each."""

    a: Floats
    b: Floats

    @classmethod
    def given(cls, a: ArrayLike, b: ArrayLike, items: int) -> "Start":
        """What a caller knows. Raises ValueError for what no climb can begin from."""
        made = cls(np.array(a, dtype=float), np.array(b, dtype=float))
        if made.a.shape != (items,) or made.b.shape != (items,):
            raise ValueError(f"start has not one a and one b for each of {items} items")
        if not (np.isfinite(made.a).all() and np.isfinite(made.b).all() and (made.a > 0).all()):
            raise ValueError("an a to start from is not above 0, or an a or b is not finite")
        return made

    @classmethod
    def guessed(cls, model: Model, answers: NDArray[np.int64], right: NDArray[np.int64]) -> "Start":
        """The prior's discriminations, and difficulties from shares of right answers."""
        a = np.ones(len(answers))
        if model.prior is not None:
            a *= np.exp(model.prior.log_a_mean)
        odds = np.log((right + 0.5) / (answers - right + 0.5))
        b = -odds * np.sqrt(1 + (a / LOGISTIC) ** 2) / a
        unseen = answers == 0
        if model.prior is not None:
            b[unseen] = np.broadcast_to(model.prior.b_mean, b.shape)[unseen]
        return cls(a, b)

    def state(self, model: Model, anchors: Anchors | None) -> Floats:
        """The same as the vector that a climb moves."""
        a, b = self.a.copy(), self.b.copy()
        if anchors:
            a[anchors.items], b[anchors.items] = anchors.a, anchors.b
        if model.one_slope:
            a[:] = np.exp(np.mean(np.log(a)))
        first, second = (a, -a * b) if model.prior is None else (np.log(a), b)
        return np.concatenate([first, second, [0.0, 0.0]])


def ascend(problem: Problem, state: Floats) -> Ascent:
    """EM to its end; once more from there where the nodes were too few, or off the population."""
    e_steps, path = 0, list[float]()
    spacing = problem.spacing or min(spacing_for(problem.engine.responses.longest), problem.finest)
    while True:
        grid = Grid.over(*problem.model.population(state), spacing)
        climb = Climb(problem.engine, problem.model, grid, path=path, e_steps=e_steps)
        point, converged = climb.run(state, tolerance=problem.tolerance, most=problem.most)
        state, e_steps = point.state, climb.e_steps
        finer = smallest_spread(problem, point.state, grid)
        coarse = problem.spacing is None and grid.spacing > TOO_COARSE * finer
        off = not grid.holds(*problem.model.population(state))
        if not (coarse or off) or e_steps >= problem.most:
            return Ascent(climb, point, converged)
        if coarse:
            spacing = finer
        elif off:
            spacing = min(spacing, problem.model.population(state)[1] / 2)


def smallest_spread(problem: Problem, state: Floats, grid: Grid) -> float:
    """The smallest posterior standard deviation of those who answered most."""
    responses = problem.engine.responses
    a, d = problem.model.curves(state)
    _, sd = problem.model.population(state)
    right = curve(a, d, grid.nodes).right
    information = (a**2)[:, None] * right * (1 - right)
    sizes = np.diff(responses.starts)
    longest = np.argpartition(sizes, -min(LONGEST_LOOKED_AT, len(sizes)))[-LONGEST_LOOKED_AT:]
    forms = responses.forms.of_person[longest]
    alone = longest[forms < 0]
    longest = np.concatenate([alone, longest[np.unique(forms, return_index=True)[1]]])  # one a form
    most = max(
        float(
            information[responses.codes[responses.starts[p] : responses.starts[p + 1]] >> 1]
            .sum(0)
            .max()
        )
        for p in longest
    )
    return float(1 / np.sqrt(1 / sd**2 + most))
