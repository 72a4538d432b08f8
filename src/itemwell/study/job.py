"""What learners study, from a file: read -> check -> keep. All that can be taken go in together, or none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from typing import Any

from sqlalchemy import Connection, Engine

from itemwell.errors import Exit, Outcome
from itemwell.interchange.refusals import Refusals, Rejects, counted
from itemwell.interchange.responses.cells import NONE
from itemwell.interchange.study import Known, parsed, rows
from itemwell.store import responses, study_import
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.store.study_import import Taken

JOB = "study import"

CLOCKS_APART = timedelta(minutes=5)
"""A moment may be so much later than the server's clock."""


@dataclass(slots=True)
class Report:
    """What became of a file's rows."""

    kind: str
    read: int = 0
    taken: Taken = Taken(0, 0, 0)
    refusals: Refusals = field(default_factory=Refusals)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        return {"read": self.read, **self.taken._asdict(), "refused": self.refusals.total}

    def document(self) -> dict[str, Any]:
        """All of it, for machines."""
        return {"kind": self.kind, **self.counts(), **self.refusals.document()}

    def outcome(self) -> Outcome:
        """How the import ended."""
        refused = self.refusals.total
        told = counted(self.taken.new, "new row")
        told += f", {self.taken.changed:,} changed" if self.taken.changed else ""
        told += f", {self.taken.same:,} known already" if self.taken.same else ""
        told += f", {refused:,} refused" if refused else ""
        if not self.read:
            return Outcome(Exit.FAILED, "empty", f"no {self.kind} in the file")
        if not refused:
            return Outcome(Exit.OK, "done", told)
        return Outcome(Exit.PARTIAL if refused < self.read else Exit.FAILED, "refused", told)


def require_header(file: BufferedReader, kind: str) -> None:
    """Raise ConfigError where the file has no header that tells of this kind."""
    now = datetime.now(UTC)
    rows(file, kind, Known((), now, now))


def run(
    bank: Engine, under: Run, file: BufferedReader, kind: str, rejects: Rejects | None = None
) -> Report:
    """Take the file in, in one transaction; leave outcome and counts. Twice does no more than once."""
    report = Report(kind)

    def keep(db: Connection) -> None:
        nonlocal report
        report = Report(kind)
        if rejects:
            rejects.restart()
        now = responses.now(db)
        known = Known(study_import.lessons(db), now, now + CLOCKS_APART)
        report.taken = study_import.take(db, kind, _batches(file, known, report, rejects))
        under.fence(db)  # last: it keeps the heartbeat waiting

    try:
        transact(bank, keep)
    finally:
        under.counts = report.counts()
    under.outcome = report.outcome()
    return report


def _batches(
    file: BufferedReader, known: Known, report: Report, rejects: Rejects | None
) -> Iterator[list[list[str | None]]]:
    file.seek(0)
    for raw in rows(file, report.kind, known):
        found = parsed(raw, report.kind, known)
        report.refusals.add(found.refused, rejects)
        report.read += len(found.columns[0]) + len(found.refused)
        yield [[None if cell == NONE else cell for cell in column] for column in found.columns]
