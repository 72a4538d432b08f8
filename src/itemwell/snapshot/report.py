"""What a run of snapshots did, for its row, its log and people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from itemwell.errors import Exit, Outcome
from itemwell.store.alerts import Alert

if TYPE_CHECKING:
    from itemwell.snapshot.batch import Done

ENOUGH = 0.90
"""The share of learners' days that must succeed, else the run is partial and an alert is due."""

SLOW_SECONDS = 300.0
"""A run that takes longer is told."""

FAILING, SLOW = ALERTS = ("snapshot success", "snapshot duration")

NAMED = 20
"""Learners whose data are broken that are told by name; the bank names all (snapshot_refusals)."""


@dataclass
class Report:
    """Counts are learners' days: one learner on one day. `broken` says of some why they got none."""

    new: int = 0
    changed: int = 0
    same: int = 0
    errors: int = 0
    learners: int = 0
    looked_at: int = 0
    dates: set[date] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    queued: int | None = None
    stopped_by: str = ""
    seconds: float = 0.0

    def add(self, batch: "Sequence[Done]") -> None:
        """Count what became of a batch, in as many transactions as it took."""
        for done in batch:
            self.new += done.new
            self.changed += done.changed
            self.same += done.same
            self.learners += len(done.learners)
            self.errors += done.errors
            self.dates |= done.dates
            for user, reason in done.broken.items():
                if len(self.broken) < NAMED:
                    self.broken[user] = reason

    @property
    def success(self) -> int:
        """Snapshots that stand."""
        return self.new + self.changed + self.same

    @property
    def share(self) -> float:
        """Of the learners' days that were to be closed, those that are."""
        return self.success / (self.success + self.errors) if self.success or self.errors else 1.0

    @property
    def line(self) -> str:
        """The line that operators look for."""
        return f"Daily snapshots completed: {self.success} success, {self.errors} errors"

    @property
    def outcome(self) -> Outcome:
        """The end of the run."""
        if self.queued is not None:
            told = f"{self.queued} shards left to workers"
            return Outcome(Exit.OK, "queued", told, "see: itemwell exams queue")
        if self.stopped_by:
            exit_ = Exit.PARTIAL if self.success else Exit.FAILED
            return Outcome(exit_, self.stopped_by, self.line, "the next run closes the rest")
        if not self.success and not self.errors:
            return Outcome(Exit.OK, "not_due", f"{self.line}: no learner was active")
        step = f"see: itemwell learners show {next(iter(self.broken))}" if self.broken else ""
        if self.share >= ENOUGH:
            return Outcome(Exit.OK, "done", self.line, step)
        return Outcome(Exit.PARTIAL if self.success else Exit.FAILED, "learners", self.line, step)

    def alerts(self, run_id: int) -> list[Alert]:
        """What operators are to be told of this run."""
        found = []
        if self.share < ENOUGH:
            told = f"{self.line}: {self.share:.1%} success, {ENOUGH:.0%} wanted"
            found.append(Alert(FAILING, "snapshot_success", "critical", told, "snapshot", run_id))
        if self.seconds > SLOW_SECONDS:
            told = f"snapshots took {self.seconds:.0f} s, more than {SLOW_SECONDS:.0f}"
            found.append(Alert(SLOW, "snapshot_duration", "warning", told, "snapshot", run_id))
        return found

    def counts(self) -> dict[str, int]:
        """For the run's row."""
        return {
            "success": self.success,
            "errors": self.errors,
            "new": self.new,
            "changed": self.changed,
            "learners": self.learners,
        }

    def as_json(self) -> dict[str, Any]:
        """The whole."""
        return {
            **self.counts(),
            "dates": sorted(each.isoformat() for each in self.dates),
            "broken": self.broken,
            "queued": self.queued,
            "duration_seconds": round(self.seconds, 3),
        }
