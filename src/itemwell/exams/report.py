"""What a run of exams did, for its row, its log and people."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from itemwell.errors import Exit, Outcome

SHORTAGE_STEP = "itemwell generate --for-shortage writes what is missing"


@dataclass
class Report:
    """Counts by exam type; `short` are the questions that strata lack, by stratum.

    `broken` are the learners whose data raised, with the reason. `queued` shards are left to workers.
    """

    wanted: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    seen_again: int = 0
    removed: int = 0
    learners: int = 0
    short: dict[str, int] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    queued: int | None = None
    stopped_by: str = ""
    seconds: float = 0.0

    def lacks(self, short: Mapping[str, int]) -> None:
        """Remember the largest gap of each stratum."""
        for stratum, missing in short.items():
            self.short[stratum] = max(missing, self.short.get(stratum, 0))

    def add(self, other: "Report") -> None:
        """And what `other` tells of more learners."""
        self.wanted += other.wanted
        self.made += other.made
        self.failed += other.failed
        self.seen_again += other.seen_again
        self.broken |= other.broken
        self.lacks(other.short)

    @property
    def outcome(self) -> Outcome:
        """The end of the run."""
        made, wanted = self.made.total(), self.wanted.total()
        told = f"{made} of {wanted} exams made" if made < wanted else f"{made} exams made"
        if not wanted:
            return Outcome(
                Exit.OK, "not_due", "nothing was due: every active learner has valid exams"
            )
        if self.queued is not None:
            told = f"{wanted} exams left to workers in {self.queued} shards"
            return Outcome(Exit.OK, "queued", told, "see: itemwell exams queue")
        if made == wanted:
            return Outcome(Exit.OK, "done", told)
        reason = self.stopped_by or ("shortage" if self.short else "learners")
        exit_ = Exit.PARTIAL if made else Exit.FAILED
        gap = f": {self.gap or self.trouble}" if self.short or self.broken else ""
        step = SHORTAGE_STEP if self.short else "the next run goes on"
        return Outcome(exit_, reason, f"{told}{gap}", step)

    @property
    def gap(self) -> str:
        """What is missing, the largest first."""
        worst = sorted(self.short.items(), key=lambda each: -each[1])
        told = ", ".join(f"{stratum} lacks {missing}" for stratum, missing in worst[:4])
        more = len(worst) - 4
        return told + (f" and {more} more strata" if more > 0 else "")

    @property
    def trouble(self) -> str:
        """Of the learners whose data raise: how many, and one with the reason."""
        if not self.broken:
            return ""
        user, reason = next(iter(self.broken.items()))
        more = len(self.broken) - 1
        return f"learner {user}: {reason}" + (f" and {more} more" if more else "")

    def counts(self) -> dict[str, int]:
        """For the run's row."""
        return {
            "learners": self.learners,
            "wanted": self.wanted.total(),
            "made": self.made.total(),
            "failed": self.failed.total(),
            "removed": self.removed,
        }

    def as_json(self) -> dict[str, Any]:
        """The whole."""
        return {
            **self.counts(),
            "made_by_type": dict(self.made),
            "broken": self.broken,
            "queued": self.queued,
            "questions_seen_again": self.seen_again,
            "shortage": self.short,
            "duration_seconds": round(self.seconds, 3),
        }
