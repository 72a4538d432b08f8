"""Marginal maximum a posteriori by EM over fixed nodes (Bock and Aitkin, 1981), accelerated and guarded.

    e_step -> m_step -> accelerate -> e_step ...

The state is one vector: two coordinates an item, and mean and log sd of the population where they
are estimated. An accelerated point that makes the posterior worse is taken back: the next one is
then the plain EM step from the last good point, which never does.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from itemwell.irt.accelerate import Anderson
from itemwell.irt.curve import Floats
from itemwell.irt.engine import Engine, Expected, Population
from itemwell.irt.grid import Grid
from itemwell.irt.maximise import (
    LOG_SD_SD,
    MEAN_SD,
    moments,
    population_step,
    shared_step,
    step,
)
from itemwell.irt.prior import Prior

LONGER, OF_ANSWERS = 0.4, 12.0
"""An EM step is short by the share of information that is missing, so it is taken longer by the lesser
of the first, and the second over the answers of whoever gave the most."""

FAR = 12.0
"""Without a prior a coordinate stays within so much of 0: an item all right or all wrong runs away."""

GREATEST_LOG_A, GREATEST_B = 3.0, 20.0
"""And with one within these, which no prior in use comes near."""


@dataclass(frozen=True, slots=True)
class Model:
    """What is estimated, and what is held."""

    prior: Prior | None
    free: NDArray[np.bool_]  # J: the items that are estimated; the others are anchors
    one_slope: bool = False  # the 1PL
    population_free: bool = False

    def curves(self, state: Floats) -> tuple[Floats, Floats]:
        """The discrimination and the intercept of every item."""
        first, second = self.items(state)
        if self.prior is None:
            return first, second
        a = np.exp(first)
        return a, -a * second

    def items(self, state: Floats) -> tuple[Floats, Floats]:
        """Both coordinates of every item."""
        items = len(self.free)
        return state[:items], state[items : 2 * items]

    def population(self, state: Floats) -> tuple[float, float]:
        """Its mean and standard deviation."""
        return float(state[-2]), float(np.exp(state[-1]))

    def log_prior(self, state: Floats) -> float:
        """Of what is estimated, up to a constant; a slope that all share counts once."""
        density = 0.0
        if self.population_free:
            density -= 0.5 * float((state[-2] / MEAN_SD) ** 2 + (state[-1] / LOG_SD_SD) ** 2)
        if self.prior is None:
            return density
        log_a, b = self.items(state)
        density += self.prior.log_density(log_a, b)
        if self.one_slope:
            density -= self.prior.log_density_of_a(log_a) * (1 - 1 / len(log_a))
        return density

    def bounded(self, state: Floats) -> Floats:
        """`state` with what ran away held at its bound."""
        items = len(self.free)
        if self.prior is None:
            bounded = np.clip(state, -FAR, FAR)
        else:
            bounded = np.clip(state, -GREATEST_B, GREATEST_B)
            bounded[:items] = np.clip(state[:items], -GREATEST_LOG_A, GREATEST_LOG_A)
        held = np.flatnonzero(~self.free)
        bounded[held], bounded[items + held] = state[held], state[items + held]
        return bounded

    def at_bound(self, state: Floats) -> NDArray[np.bool_]:
        """The items that are held at a bound, J."""
        first, second = self.items(state)
        if self.prior is None:
            return self.free & ((np.abs(first) >= FAR) | (np.abs(second) >= FAR))
        far = (np.abs(first) >= GREATEST_LOG_A) | (np.abs(second) >= GREATEST_B)
        return self.free & far


class Point(NamedTuple):
    """A state that an E step was made at."""

    state: Floats
    log_likelihood: float
    log_posterior: float
    image: Floats  # where plain EM goes from here
    moved: float  # the largest step of a coordinate; in units of its error where that is above 1


@dataclass
class Climb:
    """EM under way, and the log-posteriors of the points that it accepted."""

    engine: Engine
    model: Model
    grid: Grid
    weights: Floats | None = None
    path: list[float] = field(default_factory=list)
    e_steps: int = 0

    def run(self, start: Floats, *, tolerance: float, most: int) -> tuple[Point, bool]:
        """The last point, and whether no coordinate moves by `tolerance` from there.

        It ends early where the population leaves the grid, or becomes too narrow for it.
        """
        anderson, state = Anderson(), self.model.bounded(start)
        best = self.look(state)
        while self.e_steps < most and self.grid.holds(*self.model.population(best.state)):
            if best.moved < tolerance:
                return best, True
            state = self.model.bounded(anderson.propose(best.state, best.image))
            point = self.look(state)
            if self._is_worse(point, best):
                anderson.forget()
                point = self._plain_step(best, most)
            best = point
            self.path.append(best.log_posterior)
        return best, best.moved < tolerance

    @property
    def _length(self) -> float:
        return 1 + min(LONGER, OF_ANSWERS / max(self.engine.responses.longest, 1))

    def _plain_step(self, best: Point, most: int) -> Point:
        """One of plain EM; shorter where a Newton step from afar went beyond its aim."""
        move, share = best.image - best.state, 1.0
        while self.e_steps < most:
            point = self.look(best.state + share * move)
            if not self._is_worse(point, best):
                return point
            share /= 4
        return best

    def _is_worse(self, point: Point, best: Point) -> bool:
        lost = best.log_posterior - point.log_posterior
        answers = (
            self.engine.responses.count
        )  # each is a sum of terms larger than what is left of them
        noise = self.engine.rounding * (abs(best.log_posterior) + answers)
        return not lost <= noise  # nor is what is not a number any better

    def look(self, state: Floats) -> Point:
        """An E step at `state`, and the M step from there."""
        a, d = self.model.curves(state)
        mean, sd = self.model.population(state)
        population = Population(self.grid, self.grid.log_weights(mean, sd))
        expected, right = self.engine.expect(a, d, population, self.weights)
        self.e_steps += 1
        posterior = expected.log_likelihood + self.model.log_prior(state)
        image, errors = self.m_step(state, expected, right)
        moved = np.abs(image - state) / np.maximum(errors, 1.0)
        ran_away = self.model.at_bound(state)
        moved[: 2 * len(ran_away)][np.tile(ran_away, 2)] = 0.0  # it would, for ever
        image = self.model.bounded(state + self._length * (image - state))
        return Point(state, expected.log_likelihood, posterior, image, float(moved.max()))

    def m_step(self, state: Floats, expected: Expected, right: Floats) -> tuple[Floats, Floats]:
        """The state after one Newton step of each free item, and of the population where it is free.

        Beside it each coordinate's error, were the data complete.
        """
        model, nodes = self.model, self.grid.nodes
        first, second = model.items(state)
        take = shared_step if model.one_slope else step
        found = moments(expected, right, nodes)
        moved = take(found, first, second, model.prior)
        image, errors, items = state.copy(), np.zeros_like(state), len(model.free)
        image[:items] = np.where(model.free, moved.first, first)
        image[items : 2 * items] = np.where(model.free, moved.second, second)
        errors[:items], errors[items : 2 * items] = moved.first_error, moved.second_error
        if model.population_free:
            image[-2], image[-1] = population_step(expected.by_node, nodes, float(state[-1]))
        return image, errors
