"""What became of a file's answers."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TextIO

from itemwell.errors import Exit, Outcome
from itemwell.interchange.responses.lines import Refused

TOLD = 20
"""Refused rows that are told one by one; a file of rejects has them all."""


class Rejects:
    """Every refused row, a JSON object a line, in the end those of the last time through."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def restart(self) -> None:
        """Forget what was written: the file is read from its beginning again."""
        self._file.seek(0)
        self._file.truncate()

    def add(self, row: Refused) -> None:
        """Write one down."""
        self._file.write(json.dumps(row._asdict(), ensure_ascii=False) + "\n")


@dataclass(slots=True)
class Report:
    """Answers read from a file. `already` were in the bank, or earlier in the file; `orphans` are in."""

    form: str = ""
    read: int = 0
    new: int = 0
    already: int = 0
    orphans: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first: list[Refused] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many were refused."""
        return self.reasons.total()

    def refuse(self, rows: Iterable[Refused], rejects: Rejects | None) -> None:
        """Count refused rows, and pass them on."""
        for row in rows:
            self.read += 1
            self.reasons[row.reason] += 1
            if len(self.first) < TOLD:
                self.first.append(row)
            if rejects:
                rejects.add(row)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        names = ("read", "new", "already", "refused", "orphans")
        return {name: getattr(self, name) for name in names}

    def document(self) -> dict[str, Any]:
        """All of it, for machines."""
        first = [{"line": row.line, "reason": row.reason, "what": row.what} for row in self.first]
        told = {"reasons": dict(self.reasons.most_common()), "refusals": first}
        return {"format": self.form, **self.counts(), **told}

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
        lines = [str(row) for row in self.first]
        if self.refused > len(self.first):
            lines.append(f"and {self.refused - len(self.first):,} more: --rejects FILE has all")
        if len(self.reasons) > 1 or self.refused > len(self.first):
            lines += [f"{count:9,}  {reason}" for reason, count in self.reasons.most_common()]
        if self.orphans:
            orphans = counted(self.orphans, "answer")
            lines.append(
                f"to questions that the bank has not: {orphans}; kept, not yet calibrated with"
            )
        return "\n".join(lines)


def counted(number: int, noun: str) -> str:
    """How many there are of something.

    >>> counted(1, "answer"), counted(2_000, "new answer")
    ('1 answer', '2,000 new answers')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
