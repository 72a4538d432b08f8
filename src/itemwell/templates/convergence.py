"""Choice of distractors so that the key is not what most options agree on.

Where distractors are made from the key, part by part, a learner who knows nothing finds it as the
option that shares most with the others (the NBME item-writing guide calls this convergence).
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import TypeVar

Answer = TypeVar("Answer")
Traits = Callable[[Answer], frozenset[Hashable]]


def converges(key: Answer, wrong: Sequence[Answer], traits: Traits[Answer]) -> bool:
    """Whether `key` has more in common with the other answers than any of them has.

    >>> converges("K7", ["K8", "L7", "M9"], lambda text: frozenset(enumerate(text)))
    True
    >>> converges("K7", ["K8", "L7", "L8"], lambda text: frozenset(enumerate(text)))
    False
    """
    shared = [traits(answer) for answer in (key, *wrong)]
    central, *others = [sum(len(mine & other) for other in shared) - len(mine) for mine in shared]
    return central > max(others)


def diverging(
    key: Answer, slips: Sequence[Answer], traits: Traits[Answer], *, count: int = 4
) -> tuple[Answer, ...]:
    """`count` of the slips, the first ones preferred, some of them as central as the key.

    Simply the first ones where the key is the centre of every choice.
    """
    for chosen in combinations(slips, count):
        if not converges(key, chosen, traits):
            return chosen
    return tuple(slips[:count])
