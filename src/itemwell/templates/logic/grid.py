"""A grid of who may have what, and the elimination that a careful solver does on paper."""

from collections.abc import Iterable, Sequence
from itertools import product
from random import Random
from typing import NamedTuple


class Clue(NamedTuple):
    """That a value is somebody's or is not: a person's, or that of who has another value."""

    who: str
    value: str
    holds: bool


class Grid(NamedTuple):
    """The truth: in each group, the value at a place belongs to the person at that place."""

    names: Sequence[str]
    groups: Sequence[Sequence[str]]

    @property
    def asked(self) -> str:
        """The value whose owner is looked for."""
        return self.groups[0][0]

    def pairs(self, one: Sequence[str], group: Sequence[str]) -> list[Clue]:
        """Every clue that relates two lists, but those that tell who has the value asked for."""
        return [
            Clue(who, value, i == j)
            for (i, who), (j, value) in product(enumerate(one), enumerate(group))
            if value != self.asked or i != j
        ]


class Sheet:
    """Who may still have each value, narrowed by one clue after another."""

    def __init__(self, grid: Grid) -> None:
        self.groups = grid.groups
        self.names = set(grid.names)
        self.clues = list[Clue]()
        self.owners = {value: set(self.names) for group in grid.groups for value in group}

    @property
    def open(self) -> int:
        """How much is undecided."""
        return sum(map(len, self.owners.values()))

    def tell(self, clues: Iterable[Clue]) -> bool:
        """Take up some clues; whether they rule anybody out."""
        self.clues += clues
        before = self.open
        settled = None
        while settled != self.open:
            settled = self.open
            for clue in self.clues:
                self.apply(clue)
            for group in self.groups:
                self.share_out(group)
        return self.open < before

    def apply(self, clue: Clue) -> None:
        mine = self.owners[clue.value]
        theirs = self.owners.get(clue.who, {clue.who})
        if clue.holds:
            mine &= theirs
            theirs &= mine
        elif len(theirs) == 1:
            mine -= theirs
        elif len(mine) == 1:
            theirs -= mine

    def share_out(self, group: Sequence[str]) -> None:
        """Give each value with one possible owner to that one, and each owner a value of the group."""
        for value in group:
            if len(self.owners[value]) == 1:
                for other in group:
                    if other != value:
                        self.owners[other] -= self.owners[value]
        for name in self.names:
            left = [value for value in group if name in self.owners[value]]
            if len(left) == 1:
                self.owners[left[0]] &= {name}


def settles(grid: Grid, clues: Sequence[Clue]) -> bool:
    """Whether elimination by these clues finds who has the value asked for."""
    sheet = Sheet(grid)
    sheet.tell(clues)
    return len(sheet.owners[grid.asked]) == 1


def puzzle(rng: Random, grid: Grid) -> list[Clue]:
    """Clues that settle the question, none of which can be spared, in any order.

    The value of one person at most is told outright, and of the value asked for one clue at most
    says whose it is not.
    """
    names, half, last = grid.names, len(grid.names) // 2, grid.groups[-1]
    links = grid.pairs(last, grid.groups[0]) if len(grid.groups) > 1 else []
    joining = shuffled(rng, (clue for clue in links if clue.holds))
    parting = shuffled(rng, (clue for clue in links if not clue.holds))
    given = rng.randrange(1, len(last))
    personal = [
        Clue(names[given], last[given], holds=True),
        Clue(names[-1], grid.asked, holds=False),
    ]
    personal += shuffled(
        rng,
        (
            clue
            for group in grid.groups
            for clue in grid.pairs(names, group)
            if not clue.holds and clue.value != grid.asked
        ),
    )
    told = enough(grid, [*joining[:half], *parting[:half]], [*personal, *joining[half:]])
    return without_idle(grid, told)


def shuffled(rng: Random, clues: Iterable[Clue]) -> list[Clue]:
    found = list(clues)
    rng.shuffle(found)
    return found


def enough(grid: Grid, links: list[Clue], more: list[Clue]) -> list[Clue]:
    """The links and so many more clues that they settle the question, those that tell nothing left out."""
    sheet, told = Sheet(grid), [*links]
    sheet.tell(links)
    for clue in more:
        if len(sheet.owners[grid.asked]) == 1:
            break
        if sheet.tell([clue]) or clue.who not in grid.names:
            told.append(clue)
    return told


def without_idle(grid: Grid, clues: list[Clue]) -> list[Clue]:
    """The clues without those that can be spared, a clue about a person rather than a link."""
    for clue in sorted(clues, key=lambda clue: clue.who not in grid.names):
        rest = [other for other in clues if other != clue]
        if settles(grid, rest):
            clues = rest
    return clues
