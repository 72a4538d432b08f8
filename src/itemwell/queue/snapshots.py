"""Snapshots by the queue: a job is a range of learners and the days to close for them.

Any number of them may be under way at once, and any may be done twice. Learners with broken data are
counted with the run that left the job, and noted in the bank: no second attempt would mend them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any

import structlog
from procrastinate import App, JobContext
from sqlalchemy import Connection, Engine

from itemwell.queue.attempts import Noting, Patience
from itemwell.queue.means import Means, leaving
from itemwell.snapshot.due import Span
from itemwell.snapshot.job import alert
from itemwell.snapshot.report import Report
from itemwell.snapshot.shard import Place, Shard, work
from itemwell.store import snapshots
from itemwell.store.connect import transact
from itemwell.store.queue import QUEUE
from itemwell.walk import Under

log = structlog.get_logger()

TASK = "snapshot"


@contextmanager
def deferring(bank: Engine) -> Iterator[Callable[[Shard], bool]]:
    """A function that leaves a shard to workers; False where the same one of this run waits already."""
    with leaving(bank, TASK) as defer:

        def leave(shard: Shard) -> bool:
            now = shard.span.now.isoformat()
            return defer(f"{TASK} {now} {shard.after!r} {shard.upto!r}", _plain(shard))

        yield leave


def add_task(app: App, means: Means) -> None:
    """Let the worker of `app` do such jobs."""

    @app.task(name=TASK, queue=QUEUE, retry=Patience(means.patience), pass_context=True)
    def shard(context: JobContext, /, **about: Any) -> None:
        with Noting(means.room.bank, context.job):
            _do(means, _shard(about))


def _do(means: Means, shard: Shard) -> None:
    report, bank = Report(), means.room.bank
    left = work(Place(bank, means.sources), shard, Under(means.attempt()), report)
    log.info(f"[BGJob] {report.line}, up to {shard.upto}")
    means.require_all(left, f"{report.success} snapshots kept")
    for user, reason in report.broken.items():
        log.error(f"[Snapshot] learner {user} gets none: {reason}")
    if shard.run_id is not None:
        transact(bank, partial(_count_in, shard.run_id, report))


def _count_in(run_id: int, report: Report, db: Connection) -> None:
    """Count it with the run that left the job, and say whether that run's figures are well so far."""
    success, errors, seconds = snapshots.count_in(db, run_id, report.counts())
    alert(db, Report(new=success, errors=errors, seconds=seconds), run_id)


def _plain(shard: Shard) -> dict[str, Any]:
    """As JSON takes it."""
    span = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in shard.span._asdict().items()
    }
    return shard._asdict() | {"span": span}


def _shard(about: dict[str, Any]) -> Shard:
    span = about["span"]
    covered, first, last = (span[name] for name in ("covered", "first", "last"))
    told = Span(
        now=datetime.fromisoformat(span["now"]),
        covered=datetime.fromisoformat(covered) if covered else None,
        most=span["most"],
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
    )
    return Shard(**about | {"span": told})
