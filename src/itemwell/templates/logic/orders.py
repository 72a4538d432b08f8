"""Every order of some names that clues about two of them allow."""

from collections.abc import Container, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

START = ""
"""Nobody, in place 0, so that a clue can say how far from there somebody is."""


class Rule(NamedTuple):
    """By how many places x may be past y."""

    x: str
    y: str
    steps: Container[int]


def before(x: str, y: str) -> Rule:
    """That x comes some time before y."""
    return Rule(x, y, range(-10, 0))


def orders(names: Sequence[str], rules: Sequence[Rule]) -> Iterator[dict[str, int]]:
    """Each name's place, from 1, in every order that the rules allow; none for more than six names.

    >>> list(orders(["Ben", "Ivo", "Wei"], [before("Wei", "Ben"), Rule("Ivo", START, (3,))]))
    [{'Ben': 2, 'Ivo': 3, 'Wei': 1}]
    """
    if len(names) > 6:
        return
    everybody = [START, *names]
    checks = [(everybody.index(x), everybody.index(y), steps) for x, y, steps in rules]
    for order in permutations(range(1, len(everybody))):
        place = (0, *order)
        for x, y, steps in checks:
            if place[x] - place[y] not in steps:
                break
        else:
            yield dict(zip(names, order, strict=True))
