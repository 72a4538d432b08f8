"""What was asked of a run, and what that means against the stock. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itemwell.bank import DIFFICULTIES, Slot, Stratum, strata
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
    missing: tuple[tuple[str, str, int], ...] = ()  # type, difficulty, number: what exams lack

    @classmethod
    def for_shortage(cls, shortage: Mapping[str, int], source: str, seed: str | None) -> "Order":
        """What exams lack, by "type/difficulty"; what is to be pretested may be of any difficulty.

        >>> Order.for_shortage({"math/easy": 3, "math/pretest": 2}, "templates", None).missing
        (('math', 'easy', 3), ('math', 'medium', 2))
        """
        numbers: Counter[Stratum] = Counter()
        for name, number in shortage.items():
            kind, _, difficulty = name.rpartition("/")
            known = difficulty if difficulty in DIFFICULTIES else "medium"
            numbers[Stratum(kind, known)] += number
        missing = tuple(sorted((*stratum, number) for stratum, number in numbers.items()))
        types = tuple(dict.fromkeys(kind for kind, _, _ in missing))
        return cls(numbers.total(), types, DIFFICULTIES, seed, source, missing)

    def under(self, settings: Settings) -> Settings:
        """The settings for this order: of what exams lack none may be another's enemy, or exams lack it still."""
        return settings.model_copy(update={"enemies_per_question": 0}) if self.missing else settings

    def as_json(self) -> dict[str, Any]:
        """The order as the run's row keeps it: the same again continues one that ended early."""
        return {
            "count": self.count,
            "types": list(self.types),
            "difficulties": list(self.difficulties),
            "seed": self.seed,
            "source": self.source,
        } | ({"missing": [list(each) for each in self.missing]} if self.missing else {})

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Order":
        """The order that a run's row keeps."""
        lists = {name: tuple(kept[name]) for name in ("types", "difficulties")}
        missing = tuple((kind, level, int(n)) for kind, level, n in kept.get("missing", ()))
        return cls(
            kept["count"], **lists, seed=kept["seed"], source=kept["source"], missing=missing
        )

    def targets(self, settings: Settings) -> dict[Stratum, float]:
        """The targets of the strata that are asked for; of a shortage what is missing."""
        if self.missing:
            return {Stratum(kind, level): float(number) for kind, level, number in self.missing}
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
        if self.missing:
            return plan({}, targets, max(0, (self.count or 0) - done))
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
