"""What was asked of a run, and what that means against the stock. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itemwell.bank import Slot, Stratum, strata
from itemwell.generate.plan import plan, shortage, whole_targets
from itemwell.settings import Settings


@dataclass(frozen=True, slots=True)
class Order:
    """A count of questions of some strata. Without a count the bank is topped up to its targets."""

    count: int | None
    types: tuple[str, ...]
    difficulties: tuple[str, ...]
    seed: str | None = None
    source: str = "templates"  # or models, or models:DIGEST where they write about given material

    def as_json(self) -> dict[str, Any]:
        """The order as the run's row keeps it: the same again continues one that ended early."""
        return {
            "count": self.count,
            "types": list(self.types),
            "difficulties": list(self.difficulties),
            "seed": self.seed,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Order":
        """The order that a run's row keeps."""
        lists = {name: tuple(kept[name]) for name in ("types", "difficulties")}
        return cls(kept["count"], **lists, seed=kept["seed"], source=kept["source"])

    def targets(self, settings: Settings) -> dict[Stratum, float]:
        """The targets of the strata that are asked for."""
        everything = whole_targets({each: settings.target(each) for each in strata(self.types)})
        return {
            each: target
            for each, target in everything.items()
            if each.difficulty in self.difficulties
        }

    def strata(
        self, stock: Mapping[Stratum, int], settings: Settings, *, done: int = 0
    ) -> list[Stratum]:
        """What to write, the thinnest first; `done` of the count is done or under way elsewhere."""
        targets = self.targets(settings)
        if self.count is not None:
            return plan(stock, targets, max(0, self.count - done))
        return plan(stock, targets, min(settings.questions_per_run, shortage(stock, targets)))


def adopt(left: Sequence[Slot], planned: Sequence[Stratum]) -> tuple[list[Slot], list[Stratum]]:
    """Which of the slots that other orders left open fill a place in the plan, and what is left of it.

    >>> easy, hard = Stratum("math", "easy"), Stratum("math", "hard")
    >>> adopt([Slot(1, hard, 0, "s"), Slot(2, hard, 1, "s")], [hard, easy])
    ([Slot(id=1, stratum=Stratum(question_type='math', difficulty='hard'), ordinal=0, seed='s', attempts=0)], \
[Stratum(question_type='math', difficulty='easy')])
    """
    room = Counter(planned)
    taken = []
    for slot in left:
        if room[slot.stratum] > 0:
            room[slot.stratum] -= 1
            taken.append(slot)
    rest = []
    for stratum in planned:
        if room[stratum] > 0:
            room[stratum] -= 1
            rest.append(stratum)
    return taken, rest
