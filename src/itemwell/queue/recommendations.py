"""Recommendations by the queue: a job is a range of learners and the moment they are told for.

Any number of them may be under way at once, and any may be done twice. Learners with broken data are
counted with the run that left the job: no second attempt would mend them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import structlog
from procrastinate import App, JobContext, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Engine

from itemwell.queue.attempts import Interrupted, Noting, Patience
from itemwell.queue.connection import connection
from itemwell.recommend.batch import Under
from itemwell.recommend.report import Report
from itemwell.recommend.shard import Place, Shard, work
from itemwell.store import queue, snapshots
from itemwell.store.connect import transact
from itemwell.store.queue import QUEUE

if TYPE_CHECKING:
    from itemwell.queue.app import Means

log = structlog.get_logger()

TASK = "recommend"
SECONDS = 120.0
"""How long an attempt may take; what it has kept by then stays."""


@contextmanager
def deferring(bank: Engine) -> Iterator[Callable[[Shard], bool]]:
    """A function that leaves a shard to workers; False where the same one of this date waits already."""
    app = App(connector=SyncPsycopgConnector(**connection(bank)))

    def defer(shard: Shard) -> bool:
        whole = f"{TASK} {shard.on} {shard.after!r} {shard.upto!r}"
        told = shard._asdict() | {"at": shard.at.isoformat(), "on": shard.on.isoformat()}
        try:
            app.configure_task(TASK, queue=QUEUE, queueing_lock=whole).defer(**told)
        except AlreadyEnqueued:
            return False
        return True

    with app.open():
        yield defer
    transact(bank, queue.supersede)


def add_task(app: App, means: "Means") -> None:
    """Let the worker of `app` do such jobs."""

    @app.task(name=TASK, queue=QUEUE, retry=Patience(means.patience), pass_context=True)
    def shard(context: JobContext, /, **about: Any) -> None:
        moments = {"at": datetime.fromisoformat(about["at"]), "on": date.fromisoformat(about["on"])}
        with Noting(means.room.bank, context.job):
            _do(means, Shard(**about | moments))


def _do(means: "Means", shard: Shard) -> None:
    report, deadline = Report(shard.on), time.monotonic() + SECONDS

    def over() -> bool:
        return means.stopping.is_set() or time.monotonic() > deadline

    bank = means.room.bank
    left = work(Place(bank, means.sources), shard, Under(over), report)
    log.info(f"[BGJob] {report.line}, up to {shard.upto}")
    if left and means.stopping.is_set():
        raise Interrupted
    if left:
        raise TimeoutError(f"not done within {SECONDS:.0f} s, {report.learners} learners told")
    for user, reason in report.broken.items():
        log.error(f"[Recommend] learner {user} gets none: {reason}")
    run = shard.run_id
    if run is not None:
        counts = report.counts()
        transact(bank, lambda db: snapshots.count_in(db, run, counts))
