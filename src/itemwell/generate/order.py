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

    def as_json(self) -> dict[str, Any]:
        """The order as the run's row keeps it: the same again continues one that ended early."""
        return {
            "count": self.count,
            "types": list(self.types),
            "difficulties": list(self.difficulties),
            "seed": self.seed,
        }

    def targets(self, settings: Settings) -> dict[Stratum, float]:
        """The targets of the strata that are asked for."""
        everything = whole_targets({each: settings.target(each) for each in strata(self.types)})
        return {
            each: target
            for each, target in everything.items()
            if each.difficulty in self.difficulties
        }

    def strata(self, stock: Mapping[Stratum, int], settings: Settings) -> list[Stratum]:
        """What to write, were no slot left open by an earlier run, the thinnest first."""
        targets = self.targets(settings)
        if self.count is not None:
            return plan(stock, targets, self.count)
        return plan(stock, targets, min(settings.questions_per_run, shortage(stock, targets)))

    def adopt(self, left: Sequence[Slot], chosen: Sequence[Stratum]) -> list[Slot]:
        """Which of the slots that were left open to fill first.

        With a count they are part of it. A top-up takes none for a stratum that has enough by now.
        """
        if self.count is not None:
            return list(left[: len(chosen)])
        room = Counter(chosen)
        taken = []
        for slot in left:
            if room[slot.stratum] > 0:
                room[slot.stratum] -= 1
                taken.append(slot)
        return taken

    def rest(
        self, stock: Mapping[Stratum, int], adopted: Sequence[Slot], wanted: int, settings: Settings
    ) -> list[Stratum]:
        """The strata to plan anew beside the adopted slots, `wanted` together."""
        level = Counter(stock)
        level.update(slot.stratum for slot in adopted)
        return plan(level, self.targets(settings), wanted - len(adopted))
