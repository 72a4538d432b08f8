"""Redrawing a question until it is sound."""

from collections.abc import Callable

from itemwell.templates.model import Drawn

TRIES = 1_000


def until_sound(attempt: Callable[[], Drawn | None], distractors: int = 4) -> Drawn:
    """The first question of `attempt` that has as many distractors as wanted.

    An attempt succeeds far more often than not, so that running out of tries is a bug.
    """
    for _ in range(TRIES):
        question = attempt()
        if question and len(question.distractors) >= distractors:
            return question
    raise RuntimeError(f"no sound question in {TRIES} tries of {attempt}")
