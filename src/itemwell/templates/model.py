"""What an item model is: a drawing of questions by computation, and a solver that checks them.

An item model (automatic item generation's word for a template, Gierl & Haladyna 2013) makes
*isomorphs*: questions that differ in their surface and share what they ask of the learner.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from itemwell.bank import Option, Posed, Stimulus

Features = Mapping[str, int]


class Drawn(NamedTuple):
    """One question of a model, its options not yet in order. The key comes apart from the others."""

    stem: str
    key: Option
    distractors: tuple[Option, ...]  # 3 to 5, each with its misconception
    explanation: str
    stimulus: Stimulus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemModel:
    """A family of questions.

    `levels` says which features make a question easy, medium or hard; `draw` is given those
    features and nothing else about the difficulty, so that it follows from them alone.
    `solve` sees what the learner sees and returns the places of all options that are right: it
    shares no arithmetic with `draw`, and finds [] or two where a question is broken.
    """

    name: str  # "math.percent_change"
    asks: str  # one sentence: what the learner must do
    levels: Mapping[str, Features]
    draw: Callable[[Random, Features], Drawn]
    solve: Callable[[Posed], list[int]]

    @property
    def question_type(self) -> str:
        """The part of the name before its dot."""
        return self.name.partition(".")[0]
