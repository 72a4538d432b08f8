"""A grid of who may have what, and the elimination that a careful solver does on paper."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from random import Random
from typing import NamedTuple


class Clue(NamedTuple):
    """That a value is somebody's or is not: a person's, or that of who has another value."""

    who: str
    value: str
    holds: bool


class Grid(NamedTuple):
    """The truth: in each group, the value at a place belongs to the person at that place.

    Who has the first value of all is what is asked.
    """

    names: Sequence[str]
    groups: Sequence[Sequence[str]]

    @property
    def asked(self) -> str:
        return self.groups[0][0]

    def pairs(self, one: Sequence[str], group: Sequence[str]) -> Iterator[Clue]:
        """Every true clue that relates two lists, but those about the value asked for that hold."""
        for (i, who), (j, value) in product(enumerate(one), enumerate(group)):
            if i != j or value != self.asked:
                yield Clue(who, value, i == j)


class Sheet:
    """Who may still have each value, a bit for each person, narrowed by one clue after another."""

    def __init__(self, grid: Grid, clues: Sequence[Clue] = ()) -> None:
        self.grid = grid
        self.bits = {name: 1 << at for at, name in enumerate(grid.names)}
        anybody = (1 << len(grid.names)) - 1
        self.owners = {value: anybody for group in grid.groups for value in group}
        self.clues = list[Clue]()
        self.tell(clues)

    @property
    def open(self) -> int:
        """How much is undecided."""
        return sum(map(int.bit_count, self.owners.values()))

    @property
    def settled(self) -> bool:
        """Whether it is found who has the value asked for."""
        return self.owners[self.grid.asked].bit_count() == 1

    def tell(self, clues: Sequence[Clue]) -> bool:
        """Take up further clues, with all that follows; whether they rule anybody out."""
        self.clues += clues
        at_first, before = self.open, 0
        while before != self.open:
            before = self.open
            for clue in self.clues:
                self.apply(clue)
            for group in self.grid.groups:
                self.share_out(group)
        return self.open < at_first

    def apply(self, clue: Clue) -> None:
        mine = self.owners[clue.value]
        theirs = self.bits.get(clue.who) or self.owners[clue.who]
        if clue.holds:
            mine = theirs = mine & theirs
        elif theirs.bit_count() == 1:
            mine &= ~theirs
        elif mine.bit_count() == 1:
            theirs &= ~mine
        self.owners[clue.value] = mine
        if clue.who in self.owners:
            self.owners[clue.who] = theirs

    def share_out(self, group: Sequence[str]) -> None:
        """Give a value with one possible owner to that one, and an owner the one value left."""
        once = twice = 0
        for value in group:
            mine = self.owners[value]
            twice |= once & mine
            once |= mine
        for value in group:
            if mine := self.owners[value] & ~twice:
                self.owners[value] = mine
            if (mine := self.owners[value]).bit_count() == 1:
                for other in group:
                    if other != value:
                        self.owners[other] &= ~mine


def puzzle(rng: Random, grid: Grid) -> list[Clue]:
    """Clues that settle the question, none of which can be spared, in any order.

    At most one tells outright what somebody has, and at most one who has not the value asked for.
    Where there are two groups, most clues about the first link it with the second.
    """
    names, last, half = grid.names, grid.groups[-1], len(grid.names) // 2
    given = rng.randrange(1, len(last))
    told = [Clue(names[given], last[given], holds=True), Clue(names[-1], grid.asked, holds=False)]
    denied = shuffled(rng, (clue for clue in grid.pairs(names, last) if not clue.holds))
    if len(grid.groups) == 1:
        mine = [clue for clue in denied if clue.who == names[0]]
        others = [clue for clue in denied if clue.who != names[0] and clue.value != grid.asked]
        return shuffled(rng, without_idle(grid, enough(grid, [], [*told, *others, *mine])))
    links = shuffled(rng, grid.pairs(last, grid.groups[0]))
    joining, parting = ([clue for clue in links if clue.holds == holds] for holds in (True, False))
    first = shuffled(
        rng, (clue for clue in grid.pairs(names[1:], grid.groups[0][1:]) if not clue.holds)
    )
    more = [*told, *shuffled(rng, [*denied, *first[:half]]), *joining[half:]]
    return shuffled(rng, without_idle(grid, enough(grid, [*joining[:half], *parting[:half]], more)))


def shuffled(rng: Random, clues: Iterable[Clue]) -> list[Clue]:
    found = list(clues)
    rng.shuffle(found)
    return found


def enough(grid: Grid, links: list[Clue], more: list[Clue]) -> list[Clue]:
    """The links and so many more clues that the question is settled, but none that tells nothing."""
    sheet, told = Sheet(grid, links), [*links]
    for clue in more:
        if sheet.settled:
            break
        if sheet.tell([clue]) or clue.who not in grid.names:
            told.append(clue)
    return told


def without_idle(grid: Grid, clues: list[Clue]) -> list[Clue]:
    """The clues without those that can be spared, a clue about a person rather than a link."""
    for clue in sorted(clues, key=lambda clue: clue.who not in grid.names):
        rest = [other for other in clues if other != clue]
        if Sheet(grid, rest).settled:
            clues = rest
    return clues
