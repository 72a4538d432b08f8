"""Answers drawn from known parameters: items -> truth -> answers -> rows. Pure: chance comes by a seed.

A question with published parameters has those. Another is drawn by its author's difficulty: b around
-1, 0 or 1 with a standard deviation of 0.5, and a lognormal(0, 0.3). Learners are N(0, 1). A linear test
poses questions at random; an adaptive one five at random, then near a running estimate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from itemwell.bank import LETTERS
from itemwell.irt.responses import Responses
from itemwell.irt.simulate import WARM_UP, Truth, adaptive
from itemwell.store.responses import SIMULATED, Batch

B_OF = {"easy": -1.0, "medium": 0.0, "hard": 1.0}
B_SD = 0.5
LOG_A_SD = 0.3
DAYS = 30
USUAL_MS, SPREAD = 20_000.0, 0.5
"""Times are lognormal around it."""

BATCH = 2_000
"""Learners whose answers are stored together."""


@dataclass(frozen=True, slots=True)
class Item:
    """What of a question a simulation needs: b and a are None where they were never calibrated."""

    question_id: int
    difficulty: str
    key: str
    options: int
    b: float | None
    a: float | None


@dataclass(frozen=True, slots=True)
class Order:
    """How much is simulated, and how. Learners' ids begin with `prefix`."""

    learners: int
    each: int
    design: str
    seed: int

    @property
    def prefix(self) -> str:
        """It tells the seed, so that no two simulations share a learner."""
        return f"{SIMULATED}{self.seed}-"


def truth(items: Sequence[Item], order: Order) -> Truth:
    """The parameters that answers are drawn from, and the learners' abilities."""
    rng = np.random.default_rng([order.seed, 0])
    drawn = rng.normal([B_OF.get(item.difficulty, 0.0) for item in items], B_SD)
    slopes = rng.lognormal(0, LOG_A_SD, len(items))
    b = [drawn[place] if item.b is None else item.b for place, item in enumerate(items)]
    a = [slopes[place] if item.a is None else item.a for place, item in enumerate(items)]
    return Truth(np.array(a), np.array(b), rng.normal(size=order.learners))


def batches(items: Sequence[Item], order: Order, now: datetime) -> Iterator[Batch]:
    """The answers, each learner's in the order they gave them, all within the last 30 days."""
    warm_up = order.each if order.design == "linear" else WARM_UP
    answers = adaptive(truth(items, order), order.each, seed=order.seed, warm_up=warm_up)
    rng = np.random.default_rng([order.seed, 1])
    for first in range(0, order.learners, BATCH):
        yield _batch(
            items, order, answers, range(first, min(first + BATCH, order.learners)), rng, now
        )


def _batch(  # noqa: PLR0913
    items: Sequence[Item],
    order: Order,
    answers: Responses,
    learners: range,
    rng: np.random.Generator,
    now: datetime,
) -> Batch:
    codes = answers.codes[answers.starts[learners.start] : answers.starts[learners.stop]]
    times = np.round(rng.lognormal(np.log(USUAL_MS), SPREAD, len(codes))).astype(np.int64)
    posed = [items[place] for place in (codes >> 1).tolist()]
    right = (codes & 1).astype(bool)
    chances = rng.random(len(codes))
    return Batch(
        [f"{order.prefix}{learner:07d}" for learner in learners for _ in range(order.each)],
        [str(item.question_id) for item in posed],
        ["t" if each else "f" for each in right],
        [_letter(*each) for each in zip(posed, right, chances, strict=True)],
        [str(each) for each in times],
        _moments(times.reshape(-1, order.each), rng, now),
    )


def _letter(item: Item, right: bool, chance: float) -> str:
    """The option that was chosen: the key, or any other."""
    others = LETTERS[: item.options].replace(item.key, "")
    return item.key if right else others[int(chance * len(others))]


def _moments(times: NDArray[np.int64], rng: np.random.Generator, now: datetime) -> list[str]:
    """When each answer was given: a learner begins some day, and answers one after the other."""
    took = times.cumsum(axis=1)
    begin = rng.uniform(0, DAYS * 86_400_000, len(times)) + took[:, -1]
    before = np.round(begin[:, None] - took).ravel()
    return [(now - timedelta(milliseconds=each)).isoformat() for each in before]
