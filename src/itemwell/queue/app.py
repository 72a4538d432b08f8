"""The app: the tasks that there are, and who looks for the jobs of workers that died.

Each kind of job has a file of its own. `stalled` runs every minute, and as a worker starts: a worker
that was killed leaves its job under way, and is known by the heartbeat that is missing.
"""

from contextlib import suppress

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from itemwell.queue import exams, recommendations, snapshots
from itemwell.queue.attempts import ATTEMPTS, note
from itemwell.queue.connection import connection
from itemwell.queue.means import Means
from itemwell.store.queue import QUEUE

log = structlog.get_logger()

SOON = 10
"""The priority of looking for dead workers: before any shard."""


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

    for kind in (exams, snapshots, recommendations):
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
