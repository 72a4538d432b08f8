"""The job: evidence -> rules -> keep, a range of learners at a time, or deferred to workers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from itemwell.recommend.batch import give
from itemwell.recommend.report import Report
from itemwell.recommend.shard import Place, Shard, work
from itemwell.store import recommendations
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.store.study import Sources
from itemwell.walk import Under, until

JOB = "recommend"


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom, by what was known at a moment whose local date is `on`, and until when to work."""

    sources: Sources
    at: datetime
    on: date
    active_days: float
    retention: float
    deadline: float  # of the monotonic clock
    user: str | None = None

    def shard(self, under: Run | None) -> Shard:
        """All learners."""
        told = (self.at, self.on, self.active_days, self.retention)
        return Shard(None, None, *told, under.id if under else None)


def run(
    bank: Engine, under: Run | None, asked: Asked, tell: Callable[[int], None] = lambda _: None
) -> Report:
    """Tell learners their next steps; outcome and counts stay with the run. Without one nothing is written."""
    started, report = time.monotonic(), Report(asked.on)
    conditions = Under(until(asked.deadline), write=under is not None, tell=tell)
    if under:
        conditions = conditions._replace(fence=under.fence)
    place, shard = Place(bank, asked.sources), asked.shard(under)
    try:
        if asked.user is not None:
            report.add(give(place.desk(shard), [asked.user], conditions))
        elif work(place, shard, conditions, report) or not _end_expired(
            bank, conditions, report, asked
        ):
            report.stopped_by = "deadline"
    finally:
        report.seconds = time.monotonic() - started
        if under:
            under.counts = report.counts()
    if under:
        under.outcome = report.outcome
    return report


def _end_expired(bank: Engine, under: Under, report: Report, asked: Asked) -> bool:
    """End the steps whose time is over also of those who are active no more; whether all were looked at."""
    after: str | None = ""
    while under.write and after is not None:
        if under.over():
            return False

        def end(db: Connection, after: str = after) -> tuple[int, str | None]:
            done = recommendations.end_expired(db, asked.at, after)
            under.fence(db)  # last: it keeps the heartbeat waiting
            return done

        ended, after = transact(bank, end)
        report.ended += ended
    return True


def queue(bank: Engine, under: Run, asked: Asked, defer: Callable[[Shard], bool]) -> Report:
    """Leave the work to workers: `defer` every range of learners in which somebody was active."""
    started, report = time.monotonic(), Report(asked.on, queued=0)
    shard = asked.shard(under)
    for after, page in Place(bank, asked.sources).range(shard).pages():
        if page.learners:
            defer(shard._replace(after=after, upto=page.upto))
            report.queued = (report.queued or 0) + 1
            report.learners += len(page.learners)
    _end_expired(bank, Under(until(asked.deadline), under.fence), report, asked)
    report.seconds = time.monotonic() - started
    under.counts, under.outcome = report.counts(), report.outcome
    return report
