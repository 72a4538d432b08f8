"""SIGINT and SIGTERM become an exception, so that every `finally` and every transaction sees them."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from itemwell.errors import Exit, Stopped

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


def _stop(number: int, _frame: FrameType | None) -> None:
    for each in STATUS:
        signal.signal(each, signal.SIG_IGN)
    stopped = Stopped(STATUS[signal.Signals(number)])
    last_resort = threading.Timer(CHECKPOINT_SECONDS, _leave, [stopped])
    last_resort.daemon = True
    last_resort.start()
    raise stopped


def _leave(stopped: Stopped) -> None:
    outcome = stopped.outcome._replace(
        message="stopped; the checkpoint hung, what was kept is safe"
    )
    sys.stderr.write(f"{outcome}\n")
    sys.stderr.flush()
    os._exit(outcome.exit)
