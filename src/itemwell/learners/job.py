"""Learners from a file: read -> check -> keep. All that can be taken go in together, or none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BufferedReader
from typing import Any

from sqlalchemy import Connection, Engine

from itemwell.errors import Exit, Outcome
from itemwell.interchange.learners import parsed, rows
from itemwell.interchange.refusals import Refusals, Rejects, counted
from itemwell.store import learners, responses
from itemwell.store.connect import transact
from itemwell.store.learners import Added
from itemwell.store.runs import Run

JOB = "learners import"

CLOCKS_APART = timedelta(minutes=5)
"""A moment may be so much later than the server's clock."""


@dataclass(slots=True)
class Report:
    """What became of a file's rows. A learner may have several."""

    form: str = ""
    read: int = 0
    added: Added = Added(0, 0, 0)
    refusals: Refusals = field(default_factory=Refusals)

    def counts(self) -> dict[str, int]:
        """The figures for the run's row."""
        return {"read": self.read, **self.added._asdict(), "refused": self.refusals.total}

    def document(self) -> dict[str, Any]:
        """All of it, for machines."""
        return {"format": self.form, **self.counts(), **self.refusals.document()}

    def outcome(self) -> Outcome:
        """How the import ended."""
        refused = self.refusals.total
        told = counted(self.added.new, "new learner")
        told += f", {self.added.later:,} active later than was known" if self.added.later else ""
        told += f", {self.added.already:,} known already" if self.added.already else ""
        told += f", {self.added.moved:,} in another time zone" if self.added.moved else ""
        told += f", {refused:,} refused" if refused else ""
        if not self.read:
            return Outcome(Exit.FAILED, "empty", "no learner in the file", "see: --format")
        if not refused:
            return Outcome(Exit.OK, "done", told)
        return Outcome(Exit.PARTIAL if refused < self.read else Exit.FAILED, "refused", told)


def run(
    bank: Engine, under: Run, file: BufferedReader, form: str | None, rejects: Rejects | None = None
) -> Report:
    """Take the file in, in one transaction; leave outcome and counts. Twice does no more than once."""
    report = Report()

    def keep(db: Connection) -> None:
        nonlocal report
        report = Report()
        if rejects:
            rejects.restart()
        now = responses.now(db)
        report.added = learners.add(db, _batches(file, form, now, report, rejects))
        under.fence(db)  # last: it keeps the heartbeat waiting

    try:
        transact(bank, keep)
    finally:
        under.counts = report.counts()
    under.outcome = report.outcome()
    return report


def _batches(
    file: BufferedReader, form: str | None, now: datetime, report: Report, rejects: Rejects | None
) -> Iterator[tuple[Any, ...]]:
    file.seek(0)
    report.form, pieces = rows(file, form)
    for raw in pieces:
        found = parsed(raw, now, now + CLOCKS_APART)
        report.refusals.add(found.refused, rejects)
        report.read += len(found.user_ids) + len(found.refused)
        yield found.user_ids, found.moments, found.zones
