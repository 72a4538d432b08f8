"""What a run of recommendations did, for its row, its log and people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from itemwell.errors import Exit, Outcome

if TYPE_CHECKING:
    from itemwell.recommend.batch import Done

ENOUGH = 0.90
"""The share of learners who must succeed, else the run is partial."""

NAMED = 20
"""Learners whose data are broken that are told by name."""


@dataclass
class Report:
    """`learners` were looked at and are not broken; steps are counted by rule, whether new or not."""

    on: date
    learners: int = 0
    new: int = 0
    same: int = 0
    ended: int = 0
    errors: int = 0
    looked_at: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)
    queued: int | None = None
    stopped_by: str = ""
    seconds: float = 0.0

    def add(self, batch: "Sequence[Done]") -> None:
        """Count what became of a batch, in as many transactions as it took."""
        for done in batch:
            self.learners += done.learners
            self.new += done.kept.new
            self.same += done.kept.same
            self.ended += done.kept.ended
            self.by_rule += done.rules
            self.errors += len(done.broken)
            for user, reason in done.broken.items():
                if len(self.broken) < NAMED:
                    self.broken[user] = reason

    @property
    def line(self) -> str:
        """The whole in a line."""
        steps = f"{self.new + self.same} recommendations for {self.learners} learners"
        return f"{steps}, {self.errors} errors"

    @property
    def outcome(self) -> Outcome:
        """The end of the run."""
        if self.queued is not None:
            told = f"{self.queued} shards left to workers"
            return Outcome(Exit.OK, "queued", told, "see: itemwell exams queue")
        if self.stopped_by:
            exit_ = Exit.PARTIAL if self.learners else Exit.FAILED
            return Outcome(exit_, self.stopped_by, self.line, "run it again: what is done stays")
        if not self.learners and not self.errors:
            return Outcome(Exit.OK, "not_due", f"{self.line}: no learner was active")
        step = "the learners are named above" if self.broken else ""
        if self.learners >= ENOUGH * (self.learners + self.errors):
            return Outcome(Exit.OK, "done", self.line, step)
        return Outcome(Exit.PARTIAL if self.learners else Exit.FAILED, "learners", self.line, step)

    def counts(self) -> dict[str, int]:
        """For the run's row."""
        return {
            "learners": self.learners,
            "errors": self.errors,
            "new": self.new,
            "same": self.same,
            "ended": self.ended,
            **self.by_rule,
        }

    def as_json(self) -> dict[str, Any]:
        """The whole."""
        return {
            "date": self.on.isoformat(),
            "learners": self.learners,
            "errors": self.errors,
            "new": self.new,
            "same": self.same,
            "ended": self.ended,
            "by_rule": dict(sorted(self.by_rule.items())),
            "broken": self.broken,
            "queued": self.queued,
            "duration_seconds": round(self.seconds, 3),
        }
