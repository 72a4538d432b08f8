"""Choice of distractors so that the key is not what most options agree on.

Where distractors are made from the key, part by part, a learner who knows nothing finds it as the
option that shares most with the others (the NBME item-writing guide calls this convergence).
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import TypeVar

Answer = TypeVar("Answer")
Traits = Callable[[Answer], frozenset[Hashable]]


def diverging(
    key: Answer, slips: Sequence[Answer], traits: Traits[Answer], *, count: int = 4
) -> tuple[Answer, ...]:
    """`count` of the slips, the first ones preferred, some of them as central as the key.

    Simply the first ones where the key is the centre of every choice.
    """
    for chosen in combinations(slips, count):
        shared = [traits(answer) for answer in (key, *chosen)]
        centrality = [sum(len(mine & other) for other in shared) - len(mine) for mine in shared]
        if centrality[0] <= max(centrality[1:]):
            return chosen
    return tuple(slips[:count])
