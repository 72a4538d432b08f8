"""The job: count -> archive -> delete -> vacuum, a table after the other, a transaction a batch."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from itemwell.errors import ConfigError, Exit, Outcome
from itemwell.store import cleanup, records, server
from itemwell.store.cleanup import Log, Policy
from itemwell.store.connect import first_line, may_pass, transact
from itemwell.store.runs import Run
from itemwell.upkeep.cleanup.plan import Part, cap

BATCH = 1_000
CLOCK_SECONDS = 3_600
Keep = Callable[[str, str, Sequence[dict[str, Any]]], Path]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator wants of it. `ends` is a moment of the monotonic clock."""

    policies: Sequence[Policy]
    ends: float
    keep: Keep | None = None
    force: bool = False
    vacuum: bool = False


@dataclass
class Report:
    """What there was, and what was done."""

    parts: list[Part] = field(default_factory=list)
    deleted: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    late: bool = False

    @property
    def outcome(self) -> Outcome:
        """How the run ended."""
        total = sum(self.deleted.values())
        tables = sum(number > 0 for number in self.deleted.values())
        said = f"{total} rows of {tables} tables deleted"
        if self.failed:
            which = "; ".join(f"{table}: {why}" for table, why in self.failed.items())
            exit_status = Exit.PARTIAL if total else Exit.FAILED
            return Outcome(exit_status, "tables", f"{said}; failed: {which}", "see: itemwell runs")
        if self.late:
            step = "the next run goes on"
            return Outcome(Exit.PARTIAL, "deadline", f"deadline reached, {said}", step)
        capped = [part.policy.table for part in self.parts if part.capped]
        if capped:
            told = f"{said}; more are old in {', '.join(capped)}"
            return Outcome(Exit.OK, "capped", told, "the next days take them, or --force")
        return Outcome(Exit.OK, "done" if total else "nothing_due", said)


def run(bank: Engine, under: Run, asked: Asked) -> Report:
    """Delete what may go; outcome and counts stay with the run."""
    require_one_time(bank)
    report = Report(transact(bank, lambda db: count(db, asked)))
    try:
        for part in report.parts:
            _clean(bank, under, asked, part, report)
    finally:
        under.counts = {"deleted": sum(report.deleted.values()), "failed": len(report.failed)}
    under.outcome = report.outcome
    return report


def count(db: Connection, asked: Asked) -> list[Part]:
    """Each table of this bank, with how many rows may go today."""
    parts = []
    for policy in cleanup.present(db, asked.policies):
        size = cleanup.size(db, policy)
        limit = cap(size, cleanup.deleted_lately(db, policy.table))
        parts.append(Part(policy, size, size.old if asked.force else min(limit, size.old)))
    return parts


def require_one_time(bank: Engine) -> None:
    """Raise ConfigError where this machine and the server disagree by more than an hour.

    One of the two is wrong, and what is old goes by it.
    """
    apart = server.clock(bank) - time.time()
    if abs(apart) > CLOCK_SECONDS:
        told = f"the server's clock is {apart:+.0f} s off this machine's: nothing was deleted"
        raise ConfigError(told, "set both by NTP")


def _clean(bank: Engine, under: Run, asked: Asked, part: Part, report: Report) -> None:
    """One table. What fails here stops no other table."""
    table, begun = part.policy.table, time.monotonic()
    work = _Table(under, asked, part, begun)
    try:
        while work.deleted < part.limit and not report.late:
            if time.monotonic() >= asked.ends:
                report.late = True
            elif not transact(bank, work.batch):
                break
        if work.deleted and asked.vacuum and not report.late:
            cleanup.vacuum(bank, table)
    except DBAPIError as error:
        if may_pass(error):
            raise
        report.failed[table] = first_line(error)
    except OSError as error:
        report.failed[table] = f"cannot be archived: {error.strerror}"
    report.deleted[table] = work.deleted
    if table in report.failed:
        log.warning(f"cleanup of {table} failed: {report.failed[table]}")
        transact(bank, lambda db: work.note(db, "failed"))


@dataclass
class _Table:
    """One table under way. `deleted` grows with each COMMIT that was answered."""

    under: Run
    asked: Asked
    part: Part
    begun: float
    deleted: int = 0
    log_id: int | None = None
    batches: int = 0

    def batch(self, db: Connection) -> int:
        """Lock, archive, delete and write down one batch; how many rows went.

        Where the answer of COMMIT was lost, the row of the log knows better than `deleted`.
        """
        self.under.fence(db)
        policy, keep = self.part.policy, self.asked.keep
        self.deleted, self.log_id = cleanup.logged(db, self.under.id, policy.table)
        room = min(BATCH, self.part.limit - self.deleted)
        if room <= 0:
            return 0
        places, rows = cleanup.take(db, policy, room, whole=keep is not None)
        if not places:
            return 0
        if keep is not None:
            keep(policy.table, f"{self.under.id}-{self.deleted + 1}", rows)
        gone = cleanup.delete(db, policy, places)
        self.deleted += gone
        self.note(db, "success")
        return gone

    def note(self, db: Connection, status: str) -> None:
        """The row of this table in this run."""
        about = records.trace(db, self.under) | {"days": self.part.policy.days}
        if self.asked.force:
            about["forced"] = True
        entry = Log(
            "archive_and_delete" if self.asked.keep else "delete",
            self.part.policy.table,
            self.part.size.old,
            self.deleted,
            int(1000 * (time.monotonic() - self.begun)),
            status,
            about,
        )
        self.log_id = cleanup.note(db, entry, self.log_id)
