"""SIGINT and SIGTERM become an exception, so that every `finally` and every transaction sees them.

In an event loop they cancel its main task instead: what a handler raises inside of a callback is
swallowed there.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn, TypeVar

from itemwell.errors import Exit, Stopped

Result = TypeVar("Result")

CHECKPOINT_SECONDS = 1.7
STATUS = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


@contextmanager
def raising_stopped() -> Iterator[None]:
    """Raise Stopped at the first signal and pass over later ones: the checkpoint is under way.

    Where the checkpoint hangs (a dead network), the process leaves after CHECKPOINT_SECONDS all the
    same: what was kept is safe, and the next run closes the row.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, _stop) for each in STATUS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def left_to_the_child() -> Iterator[None]:
    """Pass over SIGINT while a program on this terminal, such as psql, deals with it."""
    before = signal.signal(
        signal.SIGINT, lambda *_: None
    )  # not SIG_IGN: the child would inherit it
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass
class _Loop:
    """The event loop under way, and the signal that came meanwhile."""

    task: asyncio.Task[Any] | None = None
    stopped: Stopped | None = None

    def stop(self, stopped: Stopped) -> None:
        self.stopped = stopped
        if self.task:
            self.task.get_loop().call_soon_threadsafe(self.task.cancel)


_loops: list[_Loop] = []


def run_async(main: Coroutine[Any, Any, Result]) -> Result:
    """Run `main` to its end; at a stop signal cancel it, let it unwind, and raise Stopped."""
    mine = _Loop()

    async def watched() -> Result:
        mine.task = asyncio.current_task()
        if mine.stopped:
            main.close()
            raise asyncio.CancelledError
        return await main

    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(main)
    _loops.append(mine)
    try:
        result = asyncio.run(watched())
    except asyncio.CancelledError:
        if mine.stopped:
            raise mine.stopped from None
        raise
    finally:
        _loops.remove(mine)
    if mine.stopped:
        raise mine.stopped
    return result


async def beside(work: Callable[[], Result]) -> Result:
    """What `work` gives, done in a thread that nobody waits for when the program has to end.

    For what takes seconds and has no effect outside of this process, such as an import.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def tell(told: Future[Result]) -> None:
        if done.done():
            return
        if error := told.exception():
            done.set_exception(error)
        else:
            done.set_result(told.result())

    def run() -> None:
        told: Future[Result] = Future()
        try:
            told.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            told.set_exception(error)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, told)

    threading.Thread(target=run, name="beside", daemon=True).start()
    return await done


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """What `work` gives, done in a thread; raises TimeoutError where that takes longer.

    For what only computes: the thread is left to itself then, and a stop signal need not wait for it.
    An exception raised from outside into code that talks to a server would break its connection.
    """
    done: Future[Result] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            done.set_exception(error)

    threading.Thread(target=run, name="within", daemon=True).start()
    return done.result(min(max(0.0, seconds), threading.TIMEOUT_MAX))


def leave(status: int) -> NoReturn:
    """End the process at once, its streams flushed.

    What has to be done at an end is done by now: each effect has a `with` block of its own. Taking
    down an interpreter that has compiled passes or the vendors' SDKs loaded takes half a second, and
    longer than the checkpoint did after a stop signal.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _stop(number: int, _frame: FrameType | None) -> None:
    for each in STATUS:
        signal.signal(each, signal.SIG_IGN)
    stopped = Stopped(STATUS[signal.Signals(number)])
    last_resort = threading.Timer(CHECKPOINT_SECONDS, _leave, [stopped])
    last_resort.daemon = True
    last_resort.start()
    if not _loops:
        raise stopped
    _loops[-1].stop(stopped)


def _leave(stopped: Stopped) -> None:
    outcome = stopped.outcome._replace(
        message="stopped; the checkpoint hung, what was kept is safe"
    )
    sys.stderr.write(f"{outcome}\n")
    sys.stderr.flush()
    os._exit(outcome.exit)
