"""What a calibration did, for its row, its log line and people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from itemwell.bank import ItemParameters
from itemwell.errors import Exit, Outcome


@dataclass
class Report:
    """A calibration under way and at its end. `record` is what its row keeps beside its columns."""

    new_responses: int
    last_published: datetime | None
    calibration_id: int | None = None
    parameters: Sequence[ItemParameters] = ()
    record: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""  # why nothing was due
    dry: bool = False
    watched: int = 0
    activated: int = 0
    seconds: float = 0.0

    @property
    def calibrated(self) -> list[ItemParameters]:
        """The published ones."""
        return [each for each in self.parameters if each.published]

    @property
    def reasons(self) -> Counter[str]:
        """Why questions were not published."""
        return Counter(each.reason for each in self.parameters if each.reason)

    @property
    def flags(self) -> Counter[str]:
        """How many questions each flag is on."""
        return Counter(flag for each in self.parameters for flag in each.flags)

    @property
    def line(self) -> str:
        """The line that people's greps rely on."""
        calibrated = len(self.calibrated)
        return (
            f"IRT calibration complete: items_calibrated={calibrated},"
            f" items_skipped={len(self.parameters) - calibrated},"
            f" new_responses_count={self.new_responses}, duration_seconds={self.seconds:.1f}"
        )

    @property
    def outcome(self) -> Outcome:
        """The end of the run."""
        if self.skipped:
            return Outcome(Exit.OK, "not_due", f"nothing was due: {self.skipped}")
        number = len(self.calibrated)
        items = f"{number} question{'' if number == 1 else 's'} calibrated"
        if self.dry:
            return Outcome(Exit.OK, "dry_run", f"{items}, nothing was published")
        return Outcome(Exit.OK, "done", items)

    def counts(self) -> dict[str, int]:
        """For the run's row."""
        return {
            "new_responses": self.new_responses,
            "calibrated": len(self.calibrated),
            "skipped": len(self.parameters) - len(self.calibrated),
            "flagged": sum(bool(each.flags) for each in self.parameters),
        }

    def as_json(self) -> dict[str, Any]:
        """The whole, without the parameters of each question."""
        return {
            "calibration_id": self.calibration_id,
            "items_calibrated": len(self.calibrated),
            "items_skipped": len(self.parameters) - len(self.calibrated),
            "new_responses_count": self.new_responses,
            "last_calibration": self.last_published,
            "duration_seconds": round(self.seconds, 3),
            "not_published": dict(self.reasons.most_common()),
            "flags": dict(self.flags.most_common()),
            "watched": self.watched,
            "activated": self.activated,
            **self.record,
        }
