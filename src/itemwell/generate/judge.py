"""Stage 5, judge: a floor for each criterion, and the weighted mean against MIN_ARBITER_SCORE.

For what models write. A question that code computed is solved instead, and needs no opinion.
"""

from typing import NamedTuple

from itemwell.errors import Rejected

WEIGHTS = {"clarity": 0.30, "validity": 0.40, "formatting": 0.20, "creativity": 0.10}
FLOOR = 0.5
"""A mean alone passes a question of validity 0.4 when it is pretty."""


class Verdict(NamedTuple):
    """An arbiter's scores, from 0 to 1 each, and where it places the question."""

    clarity: float
    validity: float
    formatting: float
    creativity: float
    difficulty: str


def judge(verdict: Verdict, least: float, arbiter: str) -> str:
    """Who passed it, with which score. Raises Rejected where a floor or the mean is not reached.

    How hard the arbiter finds the question is no part of it: that places it, and is no quality.

    >>> judge(Verdict(1.0, 0.9, 1.0, 1.0, "easy"), 0.7, "a model")
    'a model gave 0.96'
    >>> judge(Verdict(1.0, 0.4, 1.0, 1.0, "easy"), 0.7, "a model")
    Traceback (most recent call last):
        ...
    itemwell.errors.Rejected: judge: validity 0.40 is below 0.50
    """
    scores = {name: getattr(verdict, name) for name in WEIGHTS}
    worst = min(scores, key=lambda name: scores[name])
    if scores[worst] < FLOOR:
        raise Rejected("judge", f"{worst} {scores[worst]:.2f} is below {FLOOR:.2f}")
    mean = sum(WEIGHTS[name] * score for name, score in scores.items())
    if mean < least:
        raise Rejected("judge", f"{mean:.2f} is below {least:.2f}")
    return f"{arbiter} gave {mean:.2f}"
