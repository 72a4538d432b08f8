"""Recommendations by the queue: a job is a range of learners and the moment they are told for.

Any number of them may be under way at once, and any may be done twice. Learners with broken data are
counted with the run that left the job: no second attempt would mend them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import structlog
from procrastinate import App, JobContext
from sqlalchemy import Engine

from itemwell.queue.attempts import Noting, Patience
from itemwell.queue.means import Means, leaving
from itemwell.recommend.report import Report
from itemwell.recommend.shard import Place, Shard, work
from itemwell.store import snapshots
from itemwell.store.connect import transact
from itemwell.store.queue import QUEUE
from itemwell.walk import Under

log = structlog.get_logger()

TASK = "recommend"


@contextmanager
def deferring(bank: Engine) -> Iterator[Callable[[Shard], bool]]:
    """A function that leaves a shard to workers; False where the same one of this date waits already."""
    with leaving(bank, TASK) as defer:

        def leave(shard: Shard) -> bool:
            about = shard._asdict() | {"at": shard.at.isoformat(), "on": shard.on.isoformat()}
            return defer(f"{TASK} {shard.on} {shard.after!r} {shard.upto!r}", about)

        yield leave


def add_task(app: App, means: Means) -> None:
    """Let the worker of `app` do such jobs."""

    @app.task(name=TASK, queue=QUEUE, retry=Patience(means.patience), pass_context=True)
    def shard(context: JobContext, /, **about: Any) -> None:
        moments = {"at": datetime.fromisoformat(about["at"]), "on": date.fromisoformat(about["on"])}
        with Noting(means.room.bank, context.job):
            _do(means, Shard(**about | moments))


def _do(means: Means, shard: Shard) -> None:
    report, bank = Report(shard.on), means.room.bank
    left = work(Place(bank, means.sources), shard, Under(means.attempt()), report)
    log.info(f"[BGJob] {report.line}, up to {shard.upto}")
    means.require_all(left, f"{report.learners} learners told")
    for user, reason in report.broken.items():
        log.error(f"[Recommend] learner {user} gets none: {reason}")
    run = shard.run_id
    if run is not None:
        transact(bank, lambda db: snapshots.count_in(db, run, report.counts()))
