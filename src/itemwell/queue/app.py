"""The app: the tasks that there are, and who looks for the jobs of workers that died.

`exams` does a shard of learners, one of an exam type at a time; `snapshot` one of any number.
`stalled` runs every minute, and as
a worker starts: a worker that was killed leaves its job under way, and is known by the heartbeat
that is missing.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import Engine

from itemwell.exams.report import Report
from itemwell.exams.room import Room
from itemwell.exams.shard import Shard, Under, work
from itemwell.queue import recommendations, snapshots
from itemwell.queue.attempts import ATTEMPTS, Interrupted, Noting, Patience, note
from itemwell.queue.connection import connection
from itemwell.store import exam_desks, queue
from itemwell.store.connect import transact
from itemwell.store.queue import QUEUE
from itemwell.store.study import OURS, Sources

log = structlog.get_logger()

SECONDS = 120.0
"""How long an attempt may take; what it has kept by then stays."""

SILENCE = 3
"""So many heartbeats are missing of a worker that is dead: a busy one may miss one."""

SOON = 10
"""The priority of looking for dead workers: before any shard."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the tasks of a worker work with."""

    room: Room
    patience: float  # seconds before the second attempt
    heartbeat: float  # seconds
    stopping: threading.Event = field(default_factory=threading.Event)
    sources: Sources = OURS

    @property
    def silence(self) -> float:
        """Seconds without a heartbeat after which a worker counts as dead."""
        return self.heartbeat * SILENCE


@contextmanager
def deferring(bank: Engine) -> Iterator[Callable[[Shard], bool]]:
    """A function that leaves a shard to workers; False where the same one waits already.

    One that failed for good before leaves in the end: this is its next chance.
    """
    app = App(connector=SyncPsycopgConnector(**connection(bank)))

    def defer(shard: Shard) -> bool:
        kind = f"exams {shard.exam_type}"
        whole = f"{kind} {shard.after!r} {shard.upto!r}"
        task = app.configure_task("exams", queue=QUEUE, lock=kind, queueing_lock=whole)
        try:
            task.defer(**shard._asdict())
        except AlreadyEnqueued:
            return False
        return True

    with app.open():
        yield defer
    transact(bank, queue.supersede)


def app_of(means: Means) -> App:
    """The app of a worker, with its tasks; to be opened in its event loop."""
    connector: BaseConnector = PsycopgConnector(**connection(means.room.bank))
    app = App(
        connector=connector,
        worker_defaults={
            "queues": [QUEUE],
            "delete_jobs": "successful",
            "fetch_job_polling_interval": 1.0,
            "update_heartbeat_interval": means.heartbeat,
            "stalled_worker_timeout": means.silence,
            "install_signal_handlers": False,
        },
    )

    @app.task(name="exams", queue=QUEUE, retry=Patience(means.patience), pass_context=True)
    def shard(context: JobContext, /, **about: Any) -> None:
        with Noting(means.room.bank, context.job):
            do_shard(means, Shard(**about))

    for kind in (snapshots, recommendations):
        kind.add_task(app, means)

    @app.periodic(cron="* * * * *")
    @app.task(name="stalled", queue=QUEUE, queueing_lock="stalled", priority=SOON)
    async def stalled(timestamp: int) -> None:  # noqa: ARG001 - every periodic task is told
        await retry_stalled(app, means)

    return app


async def look_for_stalled(app: App) -> None:
    """Have some worker look for dead ones now."""
    with suppress(AlreadyEnqueued):
        await app.tasks["stalled"].defer_async(timestamp=0)


async def retry_stalled(app: App, means: Means) -> None:
    """Let the jobs of dead workers wait again; those whose attempts are over stay, failed."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=means.silence):
        with suppress(ConnectorException):  # another worker found it too
            if job.task_name == "stalled":
                await manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
                continue
            attempt = note(means.room.bank, job, "its worker died")
            if attempt >= ATTEMPTS:
                await manager.finish_job(job, Status.FAILED, delete_job=False)
            else:
                await manager.retry_job(job, priority=-attempt)


def do_shard(means: Means, shard: Shard) -> None:
    """Have exams ready for a shard. Raises where some learners could get none for a reason of their own."""
    report, deadline = Report(), time.monotonic() + SECONDS

    def over() -> bool:
        return means.stopping.is_set() or time.monotonic() > deadline

    left = work(means.room, shard, Under(over), report)
    run = shard.run_id
    if run is not None and report.short:
        transact(means.room.bank, lambda db: exam_desks.note_shortage(db, run, report.short))
    made, wanted = report.made.total(), report.wanted.total()
    log.info(f"[BGJob] {shard.exam_type}: {made} of {wanted} exams made, up to {shard.upto}")
    if report.short:
        log.warning(f"[BGJob] {shard.exam_type}: shortage: {report.gap}")
    if left and means.stopping.is_set():
        raise Interrupted
    if left:
        raise TimeoutError(f"not done within {SECONDS:.0f} s, {made} exams made")
    if report.broken:
        raise ValueError(report.trouble)
