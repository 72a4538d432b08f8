"""What a worker's tasks work with, how long an attempt may take, and how a run leaves them jobs."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Engine

from itemwell.exams.room import Room
from itemwell.queue.attempts import Interrupted
from itemwell.queue.connection import connection
from itemwell.store import queue
from itemwell.store.connect import transact
from itemwell.store.queue import QUEUE
from itemwell.store.study import OURS, Sources
from itemwell.walk import until

SECONDS = 120.0
"""How long an attempt may take; what it has kept by then stays."""

SILENCE = 3
"""So many heartbeats are missing of a worker that is dead: a busy one may miss one."""


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

    def attempt(self) -> Callable[[], bool]:
        """Whether an attempt that begins now is over: its time is, or the worker has to stop."""
        late = until(time.monotonic() + SECONDS)
        return lambda: self.stopping.is_set() or late()

    def require_all(self, left: object, kept: str) -> None:
        """Raise where something is left over: Interrupted when the worker has to stop, else for the time."""
        if left and self.stopping.is_set():
            raise Interrupted
        if left:
            raise TimeoutError(f"not done within {SECONDS:.0f} s, {kept}")


Defer = Callable[..., bool]
"""Leaves a job to workers: `defer(same, about, lock)`; False where one that is the `same` waits already."""


@contextmanager
def leaving(bank: Engine, task: str) -> Iterator[Defer]:
    """A function that leaves such jobs to workers.

    One that failed for good before leaves in the end: this is its next chance.
    """
    app = App(connector=SyncPsycopgConnector(**connection(bank)))

    def defer(same: str, about: dict[str, Any], lock: str | None = None) -> bool:
        job = app.configure_task(task, queue=QUEUE, lock=lock, queueing_lock=same)
        try:
            job.defer(**about)
        except AlreadyEnqueued:
            return False
        return True

    with app.open():
        yield defer
    transact(bank, queue.supersede)
