"""How the models of this folder redraw a question, choose its distractors and read its options.

Most models draw blindly and then look whether the question is sound: whether four typical errors
lead to four different answers, and whether no other rule of the model's family defends another.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any, NamedTuple

from itemwell.bank import Option, Posed
from itemwell.templates.convergence import converges
from itemwell.templates.english import listed
from itemwell.templates.model import Drawn, Features

TRIES = 1_000
DISTRACTORS = 4


class Slip(NamedTuple):
    """A wrong value for one part of an answer, and the error that leads to it."""

    value: Any
    misconception: str


def until_sound(
    attempt: Callable[[Random, Features], Drawn | None],
) -> Callable[[Random, Features], Drawn]:
    """Turn an attempt that may give up into a drawing that tries again with the same chance.

    Models keep one attempt in ten or more, so a thousand in vain (1 in 10^45) mean a bug.
    """

    def draw(rng: Random, features: Features) -> Drawn:
        for _ in range(TRIES):
            if (drawn := attempt(rng, features)) is not None:
                return drawn
        raise AssertionError(f"{attempt.__module__} drew nothing sound from {dict(features)}")

    return draw


def chosen(
    rng: Random, key: int, slips: Mapping[str, int], fillers: Mapping[str, int] | None = None
) -> dict[int, str] | None:
    """Four wrong values with their misconceptions; None where fewer are left.

    How many of them lie below the key is drawn evenly, so that its place by size tells nothing;
    on either side the fillers come after all slips. Where several misconceptions lead to one value,
    one of them is named.
    """
    ranked = [*slips.items()]
    rng.shuffle(ranked)
    reasons: dict[int, str] = {}
    for why, value in [*ranked, *(fillers or {}).items()]:
        if 0 < value != key:
            reasons.setdefault(value, why)
    below = [value for value in reasons if value < key]
    above = [value for value in reasons if value > key]
    if len(reasons) < DISTRACTORS:
        return None
    lower = rng.randint(max(0, DISTRACTORS - len(above)), min(DISTRACTORS, len(below)))
    return {n: reasons[n] for n in (*below[:lower], *above[: DISTRACTORS - lower])}


def miscounted(rng: Random, key: int) -> dict[str, int]:
    """Where slips in counting and carrying lead.

    The slips come alone and together, so that the key is not the middle of its neighbours.
    """
    one, by_one = rng.choice([(1, "counts one too many"), (-1, "counts one too few")])
    two, by_two = rng.choice([(2, "counts two too many"), (-2, "counts two too few")])
    ten, by_ten = rng.choice([(10, "carries a ten too many"), (-10, "loses a ten in carrying")])
    return {
        by_one: key + one,
        by_two: key + two,
        by_ten: key + ten,
        f"{by_ten} and {by_one}": key + ten + one,
    }


def numeric(
    rng: Random, key: int, slips: Mapping[str, int], *, after: int | None = None
) -> tuple[Option, ...] | None:
    """Four numbers as distractors, none so far from the key that its size gives it away.

    Where the series rises or falls from `after` to the key, it does so to each of them. Slips in
    counting and carrying stand in where `slips` lead to too few.
    """

    def plausible(wrong: Mapping[str, int]) -> dict[str, int]:
        return {
            why: value
            for why, value in wrong.items()
            if key <= 4 * value <= 10 * key
            and (after is None or (value != after and (value > after) == (key > after)))
        }

    wrong = chosen(rng, key, plausible(slips), plausible(miscounted(rng, key)))
    return None if wrong is None else tuple(Option(str(n), why) for n, why in wrong.items())


def crossed(
    rng: Random,
    key: Sequence[Any],
    slips: Sequence[Sequence[Slip]],
    show: Callable[[tuple[Any, ...]], str | None],
) -> tuple[Option, ...] | None:
    """Four wrong answers of several parts; None where there are none.

    `slips` holds the errors for each part; `show` writes an answer, or refuses it with None. The
    key is never the one answer that shares most with the others, for then a learner could find it
    without the question (the convergence cue).
    """
    parts = [(Slip(right, ""), *wrong) for right, wrong in zip(key, slips, strict=True)]
    choices: dict[str | None, tuple[Slip, ...]] = {}
    for choice in product(*parts):
        choices.setdefault(show(tuple(slip.value for slip in choice)), choice)
    choices.pop(None, None)
    right, *wrong = choices
    for _ in range(20 if len(wrong) >= DISTRACTORS else 0):
        picked = rng.sample(wrong, DISTRACTORS)
        if not converges(right, picked, lambda text: frozenset(enumerate(choices[text]))):
            return tuple(Option(str(text), reason(choices[text])) for text in picked)
    return None


def reason(choice: Iterable[Slip]) -> str:
    """All the errors of one wrong answer."""
    errors = [slip.misconception for slip in choice if slip.misconception]
    if len(errors) > len(set(errors)):
        return f"{errors[0]}, in both parts"
    return listed(errors)


def numbers_placed(posed: Posed, right: Collection[int]) -> list[int]:
    """The places of the options whose number is one of the right ones."""
    return [
        place
        for place, option in enumerate(posed.options)
        if re.fullmatch(r"[0-9]{1,9}", option.text) and int(option.text) in right
    ]


def texts_placed(posed: Posed, right: Collection[str]) -> list[int]:
    """The places of the options whose text is one of the right ones."""
    return [place for place, option in enumerate(posed.options) if option.text in right]
