"""The job: due -> read -> summarise -> keep, a range of learners at a time, or deferred to workers.

A run that was over all learners and came to its end tells until when all days are closed; the next
one closes what has closed since, so that the days of an outage are made up for. A run that was
killed tells nothing, and its days are due again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy import Connection, Engine

from itemwell.snapshot.batch import close
from itemwell.snapshot.due import Span
from itemwell.snapshot.report import ALERTS, Report
from itemwell.snapshot.shard import Place, Shard, work
from itemwell.store import alerts, responses, runs, snapshots, study
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.store.study import Sources
from itemwell.walk import Under, until

log = structlog.get_logger()

JOB = "snapshot"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days to close, and for whom. Without dates those that closed since the last run.

    `now` is the server's where it is not given.
    """

    sources: Sources
    site: str
    most: int
    deadline: float  # of the monotonic clock
    first: date | None = None
    last: date | None = None
    user: str | None = None
    now: datetime | None = None

    @property
    def usual(self) -> bool:
        """Whether it is the daily order: of all learners, all that is due."""
        return self.first is None and self.user is None


def run(
    bank: Engine, under: Run | None, asked: Asked, tell: Callable[[int], None] = lambda _: None
) -> Report:
    """Close days; outcome and counts stay with the run. Without a run nothing is written."""
    started, report = time.monotonic(), Report()
    shard = Shard(None, None, _span(bank, asked), asked.site, under.id if under else None)
    conditions = Under(until(asked.deadline), write=under is not None, tell=tell)
    if under:
        conditions = conditions._replace(fence=under.fence)
    try:
        _work(Place(bank, asked.sources), shard, conditions, asked, report)
    finally:
        report.seconds = time.monotonic() - started
        if under:
            under.counts = report.counts()
    if under:
        _note(bank, under, asked, shard, report)
    return report


def queue(bank: Engine, under: Run, asked: Asked, defer: Callable[[Shard], bool]) -> Report:
    """Leave the work to workers: `defer` every range of learners in which somebody was active.

    What the queue holds is as good as done: it is as durable as the snapshots.
    """
    started, report = time.monotonic(), Report(queued=0)
    shard = Shard(None, None, _span(bank, asked), asked.site, under.id)
    for after, page in Place(bank, asked.sources).range(shard).pages():
        if page.learners:
            defer(shard._replace(after=after, upto=page.upto))
            report.queued = (report.queued or 0) + 1
            report.learners += len(page.learners)
    report.seconds = time.monotonic() - started
    _note(bank, under, asked, shard, report)  # workers count what they do with this run
    return report


def _span(bank: Engine, asked: Asked) -> Span:
    with bank.connect() as db:
        now = asked.now or responses.now(db)
        covered = snapshots.covered_until(db)
    return Span(now, covered if asked.usual else None, asked.most, asked.first, asked.last)


def _work(place: Place, shard: Shard, under: Under, asked: Asked, report: Report) -> None:
    if asked.user is None:
        if work(place, shard, under, report):
            report.stopped_by = "deadline"
        return
    with place.bank.connect() as db:
        learner = study.learner(db, asked.user)
    report.add(close(place.desk(shard), [learner], under))


def _note(bank: Engine, under: Run, asked: Asked, shard: Shard, report: Report) -> None:
    """Leave with the run how it ended, and until when all days are closed."""
    facts: dict[str, object] = {"dates": sorted(each.isoformat() for each in report.dates)}
    if asked.usual and not report.stopped_by:
        facts[snapshots.COVERED] = shard.span.now.isoformat()
    transact(bank, lambda db: runs.annotate(db, under, **facts))
    if report.queued is None:
        transact(bank, lambda db: alert(db, report, under.id))
    under.outcome = report.outcome


def alert(db: Connection, report: Report, run_id: int) -> None:
    """Say that too many days could not be closed, or that it took too long; or that it is well again."""
    found = {each.key: each for each in report.alerts(run_id)}
    for key in ALERTS:
        if key in found:
            alerts.note(db, found[key], run_id)
        else:
            alerts.resolve(db, key)
