"""Exams by the queue: a job is a range of learners and the exam type that they may lack.

One of a type is under way at a time, for each looks at how often questions were shown.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from procrastinate import App, JobContext
from sqlalchemy import Engine

from itemwell.exams.report import Report
from itemwell.exams.shard import Shard, work
from itemwell.queue.attempts import Noting, Patience
from itemwell.queue.means import Means, leaving
from itemwell.store import exam_desks
from itemwell.store.connect import transact
from itemwell.store.queue import QUEUE
from itemwell.walk import Under

log = structlog.get_logger()

TASK = "exams"


@contextmanager
def deferring(bank: Engine) -> Iterator[Callable[[Shard], bool]]:
    """A function that leaves a shard to workers; False where the same one waits already."""
    with leaving(bank, TASK) as defer:

        def leave(shard: Shard) -> bool:
            kind = f"{TASK} {shard.exam_type}"
            return defer(f"{kind} {shard.after!r} {shard.upto!r}", shard._asdict(), lock=kind)

        yield leave


def add_task(app: App, means: Means) -> None:
    """Let the worker of `app` do such jobs."""

    @app.task(name=TASK, queue=QUEUE, retry=Patience(means.patience), pass_context=True)
    def shard(context: JobContext, /, **about: Any) -> None:
        with Noting(means.room.bank, context.job):
            do(means, Shard(**about))


def do(means: Means, shard: Shard) -> None:
    """Have exams ready for a shard. Raises where some learners could get none for a reason of their own."""
    report = Report()
    left = work(means.room, shard, Under(means.attempt()), report)
    run = shard.run_id
    if run is not None and report.short:
        transact(means.room.bank, lambda db: exam_desks.note_shortage(db, run, report.short))
    made, wanted = report.made.total(), report.wanted.total()
    log.info(f"[BGJob] {shard.exam_type}: {made} of {wanted} exams made, up to {shard.upto}")
    if report.short:
        log.warning(f"[BGJob] {shard.exam_type}: shortage: {report.gap}")
    means.require_all(left, f"{made} exams made")
    if report.broken:
        raise ValueError(report.trouble)
