"""Putting the answers of a question together, and finding the right ones among them."""

from collections.abc import Callable, Iterable

from itemwell.bank import Option, Posed
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


def distinct(key: Option, errors: Iterable[Option], at_most: int = 4) -> tuple[Option, ...]:
    """The first `at_most` of `errors` that read neither like the key nor like one another.

    The errors after those are not asked for, so that their pictures need not be drawn.
    """
    kept = {key.text: key}
    rest = iter(errors)
    while len(kept) <= at_most and (error := next(rest, None)):
        kept.setdefault(error.text, error)
    return tuple(kept.values())[1:]


def right_places(posed: Posed, right: Callable[[str], bool]) -> list[int]:
    """The places of the options whose text is `right`."""
    return [place for place, option in enumerate(posed.options) if right(option.text)]


def listed(words: Iterable[str]) -> str:
    """One or more words as a sentence lists them.

    >>> listed(["left", "left", "right"])
    'left, left and right'
    """
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
