"""Rows of a file that are not taken in: counted by reason, the first told one by one."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TextIO

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
class Refusals:
    """How many rows were refused, and why."""

    reasons: Counter[str] = field(default_factory=Counter)
    first: list[Refused] = field(default_factory=list)

    def add(self, rows: Iterable[Refused], rejects: Rejects | None) -> None:
        """Count refused rows, and pass them on."""
        for row in rows:
            self.reasons[row.reason] += 1
            if len(self.first) < TOLD:
                self.first.append(row)
            if rejects:
                rejects.add(row)

    @property
    def total(self) -> int:
        """How many there are."""
        return self.reasons.total()

    def document(self) -> dict[str, Any]:
        """For machines."""
        first = [{"line": row.line, "reason": row.reason, "what": row.what} for row in self.first]
        return {"reasons": dict(self.reasons.most_common()), "refusals": first}

    def lines(self) -> list[str]:
        """For people."""
        lines = [str(row) for row in self.first]
        if self.total > len(self.first):
            lines.append(f"and {self.total - len(self.first):,} more: --rejects FILE has all")
        if len(self.reasons) > 1 or self.total > len(self.first):
            lines += [f"{count:9,}  {reason}" for reason, count in self.reasons.most_common()]
        return lines


def counted(number: int, noun: str) -> str:
    """How many there are of something.

    >>> counted(1, "answer"), counted(2_000, "new answer")
    ('1 answer', '2,000 new answers')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
