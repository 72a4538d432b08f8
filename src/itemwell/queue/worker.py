"""A worker: takes jobs and does them, for ever, until none is left, or those that there are now."""

import asyncio
from contextlib import suppress
from typing import Any, Literal

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException

from itemwell.errors import DatabaseError
from itemwell.queue.app import app_of, look_for_stalled
from itemwell.queue.means import Means
from itemwell.stopping import run_async
from itemwell.store import queue

Until = Literal["stopped", "now", "empty"]
LONGEST_WAIT = 1.0

log = structlog.get_logger()


def run(means: Means, concurrency: int, until: Until) -> None:
    """Work until the stop signal ("stopped"), until nothing can be taken ("now") or is left ("empty").

    After a stop signal a shard keeps what it has drawn, and its rest waits for another worker.
    Raises Stopped then, and DatabaseError where Postgres was lost.
    """
    try:
        run_async(_run(means, concurrency, until))
    except ConnectorException as error:
        told = str(error.__cause__ or error).partition("\n")[0]
        raise DatabaseError(f"Lost the database: {told}", "start the worker again") from error


async def _run(means: Means, concurrency: int, until: Until) -> None:
    app = app_of(means)
    asyncio.get_running_loop().set_exception_handler(_say)
    async with app.open_async():
        working = asyncio.create_task(_work(app, means, concurrency, until))
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            means.stopping.set()
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            raise


async def _work(app: App, means: Means, concurrency: int, until: Until) -> None:
    while True:
        await look_for_stalled(app)
        await app.run_worker_async(concurrency=concurrency, wait=until == "stopped")
        if until == "stopped":  # no signal, and yet it ended
            raise ConnectorException("the connection of the worker broke")
        left = await asyncio.to_thread(_left, means)
        if until == "now" or not (left.waiting or left.doing):
            return
        await asyncio.sleep(
            min(LONGEST_WAIT, left.seconds + 0.05) if left.waiting else LONGEST_WAIT
        )


def _say(_loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
    """One line of what nobody waited for: the end of a job that could not be written."""
    error = about.get("exception")
    told = str(error.__cause__ or error).strip().partition("\n")[0] if error else about["message"]
    log.warning(f"[BGJob] {told}")


def _left(means: Means) -> queue.Left:
    with means.room.bank.connect() as db:
        return queue.left(db)
