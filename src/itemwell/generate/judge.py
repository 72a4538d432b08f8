"""Stage 5, judge: a floor for each criterion, and the weighted mean against MIN_ARBITER_SCORE."""

from itemwell.errors import Rejected
from itemwell.generate.forms import Verdict

WEIGHTS = {"clarity": 0.30, "validity": 0.40, "formatting": 0.20, "creativity": 0.10}
FLOOR = 0.5
"""A mean alone passes a question of validity 0.4 when it is pretty."""


def judge(verdict: Verdict, least: float, arbiter: str) -> str:
    """Who passed it, with which score. Raises Rejected where a floor or the mean is not reached.

    How hard the arbiter finds the question is no part of it: that places it, and is no quality.

    >>> same = {"reason": "", "difficulty": "easy", "formatting": 1.0, "creativity": 1.0}
    >>> judge(Verdict(clarity=1.0, validity=0.9, **same), 0.7, "a model")
    'a model gave 0.96'
    >>> judge(Verdict(clarity=1.0, validity=0.4, **same), 0.7, "a model")
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
