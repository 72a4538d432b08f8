"""The wrong answers that learners reach by an error of a known kind, and the choice of four.

A model's file writes an attempt: a `Task`, or None where its numbers do not come out. `drawing`
turns it into the model's `draw`.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from itemwell.bank import Option
from itemwell.templates.convergence import converges
from itemwell.templates.math.amounts import Amount, Show
from itemwell.templates.model import Drawn, Features

SHOWN = 4
FARTHEST = 8
"""A distractor is at most so many times the key, or the key that many times a distractor."""

TRIES = 5_000
"""The thriftiest model succeeds about once in a hundred attempts: so many do not run out."""

PATIENCE = 300
"""The attempts for which a draw insists on the key's place by size among the options."""


class Slip(NamedTuple):
    """What comes out of one error."""

    amount: Amount
    why: str


class Task(NamedTuple):
    """A question with more wrong answers than it will show, the most typical first."""

    stem: str
    answer: Amount
    slips: Sequence[Slip]
    explanation: str
    show: Show


Attempt = Callable[[Random, Features], Task | None]


def drawing(attempt: Attempt) -> Callable[[Random, Features], Drawn]:
    """A `draw` that attempts until a task has a key and four distractors that can stand by it.

    The key's place by size is drawn first, or the middle of the options would be worth a guess.
    """

    def draw(rng: Random, features: Features) -> Drawn:
        smaller = rng.randint(0, SHOWN)
        for tried in range(TRIES):
            task = attempt(rng, features)
            if task and (drawn := completed(task, smaller, exactly=tried < PATIENCE)):
                return drawn
        raise AssertionError(f"no question of {attempt.__module__} in {TRIES} attempts")

    return draw


def completed(task: Task, smaller: int, *, exactly: bool) -> Drawn | None:
    """The task with its options, `smaller` of them or about as many less than the key.

    None where they are too few, or where an error leads to the key.
    """
    key, slips = task.show(task.answer), shown(task)
    below = [option for option, slip in slips.items() if slip.amount < task.answer]
    above = [option for option, slip in slips.items() if slip.amount > task.answer]
    if key is None or key in slips or len(slips) < SHOWN:
        return None
    fewest, most = max(0, SHOWN - len(above)), min(SHOWN, len(below))
    place = min(max(smaller, fewest), most)
    texts = [*below[:place], *above[: SHOWN - place]]
    if exactly and (place != smaller or converges(key, texts, numbers)):
        return None
    distractors = [Option(text, slips[text].why) for text in texts]
    return Drawn(task.stem, Option(key), tuple(distractors), task.explanation)


def numbers(text: str) -> frozenset[tuple[int, str]]:
    """The numerator and the denominator of a fraction, by which a key may stand out."""
    return frozenset(enumerate(text.split("/")))


def shown(task: Task) -> dict[str, Slip]:
    """The slips by their texts, of which the more typical one stays, without absurdly far ones."""
    slips: dict[str, Slip] = {}
    for slip in task.slips:
        near = task.answer <= FARTHEST * slip.amount and slip.amount <= FARTHEST * task.answer
        if near and (text := task.show(slip.amount)):
            slips.setdefault(text, slip)
    return slips
