"""Slips of memory: what a learner who remembers wrongly would choose, and why."""

from collections.abc import Iterable
from typing import NamedTuple

from itemwell.bank import Option


class Slip(NamedTuple):
    """A wrong answer, and the error that leads to it in plain words."""

    text: str
    why: str


def distractors(key: str, slips: Iterable[Slip], count: int = 4) -> tuple[Option, ...]:
    """The first `count` slips that differ from the key and from each other; fewer where they run out."""
    first: dict[str, Option] = {}
    for text, why in slips:
        if text != key:
            first.setdefault(text, Option(text, why))
    return tuple(first.values())[:count]
