"""What became of a file's answers."""

from dataclasses import dataclass, field
from typing import Any

from itemwell.errors import Exit, Outcome
from itemwell.interchange.refusals import Refusals, Rejects, counted
from itemwell.interchange.responses.lines import Refused


@dataclass(slots=True)
class Report:
    """Answers read from a file. `already` were in the bank, or earlier in the file; `orphans` are in."""

    form: str = ""
    read: int = 0
    new: int = 0
    already: int = 0
    orphans: int = 0
    refusals: Refusals = field(default_factory=Refusals)

    @property
    def refused(self) -> int:
        """How many were refused."""
        return self.refusals.total

    def refuse(self, rows: list[Refused], rejects: Rejects | None) -> None:
        """Count refused rows, and pass them on."""
        self.read += len(rows)
        self.refusals.add(rows, rejects)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        names = ("read", "new", "already", "refused", "orphans")
        return {name: getattr(self, name) for name in names}

    def document(self) -> dict[str, Any]:
        """All of it, for machines."""
        return {"format": self.form, **self.counts(), **self.refusals.document()}

    def outcome(self, *, dry_run: bool = False) -> Outcome:
        """How the import ended."""
        good = self.read - self.refused
        new = counted(good if dry_run else self.new, "answer" if dry_run else "new answer")
        told = f"{new} would go in" if dry_run else new
        told += f", {self.already:,} there already" if self.already else ""
        told += f", {self.refused:,} refused" if self.refused else ""
        if not self.read:
            return Outcome(Exit.FAILED, "empty", "no answer in the file", "see: --format")
        if not self.refused:
            return Outcome(Exit.OK, "done", told)
        return Outcome(Exit.PARTIAL if good else Exit.FAILED, "refused", told)

    def text(self) -> str:
        """For people."""
        lines = self.refusals.lines()
        if self.orphans:
            orphans = counted(self.orphans, "answer")
            lines.append(
                f"to questions that the bank has not: {orphans}; kept, not yet calibrated with"
            )
        return "\n".join(lines)
