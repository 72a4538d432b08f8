"""Every rule, by the types of alert that are its own: it alone opens and resolves them."""

from collections.abc import Callable, Iterable

from itemwell.store.alerts import Alert
from itemwell.store.figures import Figures
from itemwell.upkeep.monitor import bank, generation, runs
from itemwell.upkeep.monitor.limits import Limits

Rule = Callable[[Figures, Limits], Iterable[Alert]]

RULES: dict[Rule, tuple[str, ...]] = {
    runs.failures: ("job_failed",),
    runs.overdue: ("job_overdue",),
    runs.idle: ("nothing_useful",),
    runs.dead_letters: ("dead_letter",),
    generation.approval: ("approval_fallen",),
    generation.duplicates: ("duplicates_risen",),
    generation.cost: ("cost_risen",),
    bank.stock: ("stock_low",),
    bank.silence: ("no_new_question",),
    bank.snapshots: ("snapshot_success", "snapshot_duration"),
    bank.disk: ("disk_full",),
}
TYPES = [each for types in RULES.values() for each in types]


def found(figures: Figures, limits: Limits) -> list[Alert]:
    """What is wrong, by all rules."""
    return [alert for rule in RULES for alert in rule(figures, limits)]
