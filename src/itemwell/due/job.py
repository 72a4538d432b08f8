"""The shell of `run-due`: plans each job, then claims and runs what waits, one after the other.

A run is a process of its own, so that a crash, a deadline or what it imports is its own affair. It
settles its due run itself, in the transaction that ends its row; here it is settled only where it
could not. So a due run ends exactly once, whichever of the two is killed.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, Engine

from itemwell.errors import Exit, Outcome
from itemwell.schedule import RUN_DUE, Job
from itemwell.store import runs, schedule
from itemwell.store.connect import transact
from itemwell.store.schedule import Clock, Due

log = structlog.get_logger()

WORST = (
    Exit.BUG,
    Exit.DATABASE,
    Exit.CONFIG,
    Exit.FAILED,
    Exit.PARTIAL,
    Exit.INTERRUPTED,
    Exit.TERMINATED,
    Exit.BUSY,
)
"""Of several ends the one that is told, the worst first."""


class Watch(NamedTuple):
    """What is told of a run under way: that it goes on, and that it has to end for its deadline."""

    beat: Callable[[], bool]
    late: Callable[[], bool]


class Ended(NamedTuple):
    """How the process of a run ended: its exit status, negative where a signal ended it."""

    status: int
    late: bool = False


Start = Callable[[Job, Due, Watch], Ended]
"""Runs a job to its end in a process of its own, watched."""


@dataclass
class Report:
    """What was run, and how it ended."""

    ran: list[dict[str, Any]] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """0 where every run ended so or nothing was due; else the worst end, as documented."""
        if not self.ran:
            return Outcome(Exit.OK, "nothing", "nothing was due")
        bad = [each for each in self.ran if each["exit_status"] != Exit.OK or each["late"]]
        told = f"{len(self.ran) - len(bad)} of {len(self.ran)} due runs ended well"
        if not bad:
            return Outcome(Exit.OK, "done", told)
        exits = {_documented(each) for each in bad}
        worst = next(exit_ for exit_ in WORST if exit_ in exits)
        ends = ", ".join(map(_end, bad))
        return Outcome(worst, "due", f"{told}; not: {ends}", "see: itemwell runs")


def prepare(bank: Engine, jobs: Mapping[str, Job], clock: Clock) -> None:
    """Bring the table of jobs up to date, and make a row of each due moment since the last look."""
    transact(bank, lambda db: schedule.synchronise(db, list(jobs.values()), clock(db)))
    for job in jobs.values():
        transact(bank, lambda db, job=job: schedule.plan(db, job, clock(db)))  # type: ignore[misc]
    transact(bank, lambda db: schedule.looked(db, clock(db)))


def run(
    bank: Engine,
    jobs: Mapping[str, Job],
    start: Start,
    clock: Clock = schedule.server_clock,
    *,
    whole: timedelta = RUN_DUE.deadline,
) -> Report:
    """Run what is due, until nothing is that this process may take.

    After the first run it takes those alone whose deadline comes within the `whole` time from its
    start: a platform that ends it then cuts no run short. The others are the next process's.
    """
    prepare(bank, jobs, clock)
    report, ends = Report(), time.monotonic() + whole.total_seconds()
    while due := transact(bank, lambda db: _next(db, _fitting(jobs, report, ends), clock)):
        report.ran.append(_run_one(bank, jobs, due, start))
    return report


def _fitting(jobs: Mapping[str, Job], report: Report, ends: float) -> list[str]:
    """The jobs that have time enough until `ends`; all of them where nothing ran yet."""
    left = timedelta(seconds=ends - time.monotonic())
    return [name for name, job in jobs.items() if not report.ran or job.deadline <= left]


def _next(db: Connection, jobs: Sequence[str], clock: Clock) -> Due | None:
    return schedule.claim(db, [*jobs, RUN_DUE.name], clock(db))


def _run_one(bank: Engine, jobs: Mapping[str, Job], due: Due, start: Start) -> dict[str, Any]:
    """One claimed run to its end, settled; how it ended."""
    log.info(f"{due.job}: due at {due.scheduled_for:%Y-%m-%d %H:%M} UTC, attempt {due.attempt}")
    if due.job == RUN_DUE.name:  # somebody asked for a look, and this is it
        ended = Ended(0)
    else:
        ended = start(jobs[due.job], due, _watch(bank, jobs[due.job], due))
    transact(bank, lambda db: _settle(db, due, ended.status))
    return told(due) | {"exit_status": ended.status, "late": ended.late}


def _watch(bank: Engine, job: Job, due: Due) -> Watch:
    """What becomes of the due run's row while its process is watched."""

    def late(db: Connection) -> bool:
        log.warning(f"{job.name} goes on past its deadline of {job.deadline}: it is ended")
        return schedule.note_late(db, due.id, due.attempt)

    return Watch(
        lambda: transact(bank, lambda db: schedule.beat(db, due.id, due.attempt), ()),
        lambda: transact(bank, late),
    )


def _settle(db: Connection, due: Due, status: int) -> None:
    """Write the end of what was killed before it could; what the run wrote itself stays."""
    runs.close_late(db, due.id, due.attempt)
    how = (due.job, status, f"signal {-status}" if status < 0 else "exit")
    schedule.settle(db, due.id, due.attempt, how)


def told(due: Due) -> dict[str, Any]:
    """A due run as it is told to people and programs."""
    return {
        "due_id": due.id,
        "job": due.job,
        "scheduled_for": _stamp(due.scheduled_for),
        "trigger_type": due.trigger_type,
        "attempt": due.attempt,
    }


def _stamp(moment: datetime) -> str:
    return moment.isoformat()


def _end(ran: Mapping[str, Any]) -> str:
    """How a run ended that did not end well."""
    late = ", ended past its deadline" if ran["late"] else ""
    return f"{ran['job']} {ran['exit_status']}{late}"


def _documented(ran: Mapping[str, Any]) -> Exit:
    """The exit status by the documented table; a process that was killed is a bug until known better."""
    status = ran["exit_status"]
    if ran["late"]:
        return Exit.FAILED
    if ran["job"] == "calibrate" and status == Exit.PARTIAL:
        return Exit.DATABASE
    return next((each for each in Exit if each == status), Exit.BUG)
