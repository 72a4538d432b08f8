"""The walk over the active learners that jobs do: a range of ids, a page and a batch at a time.

Whoever does it, a run or a worker of the queue, is told when it is over and goes no further; the rest
of the range is for the next. One learner's broken data never keep the others from what is theirs.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from itemwell.abreast import AT_A_TIME, abreast, batched
from itemwell.bank import Learner
from itemwell.errors import ItemwellError
from itemwell.store import driver, study
from itemwell.store.connect import explained, first_line, may_pass
from itemwell.store.study import Page, Sources

T = TypeVar("T")
Done = TypeVar("Done")
Done_contra = TypeVar("Done_contra", contravariant=True)

AT_ONCE = 1_000
"""Learners of a transaction: at most half a second, so that whoever has to stop can."""

CONNECTIONS = AT_A_TIME + 1
"""That a walk uses at once: the batches' and that of the page to come."""

LEAVING_SECONDS = 0.1


class Under(NamedTuple):
    """The conditions of work: when it is over, and what holds for each transaction."""

    over: Callable[[], bool]
    fence: Callable[[Connection], None] = lambda _: None
    write: bool = True
    tell: Callable[[int], None] = lambda _: None  # how many learners were looked at


class Rest(NamedTuple):
    """Learners after this id are left over; None for all."""

    after: str | None


class Counting(Protocol[Done_contra]):
    """A report that a walk adds to."""

    looked_at: int

    def add(self, batch: Sequence[Done_contra]) -> None:
        """Count what became of a batch, in as many transactions as it took."""


@dataclass(frozen=True, slots=True)
class Range:
    """Learners after one id and up to another, None for no bound, who did something since a moment."""

    bank: Engine
    sources: Sources
    since: datetime
    after: str | None = None
    upto: str | None = None

    def pages(self) -> Iterator[tuple[str | None, Page]]:
        """Each page, and the id that it comes after."""
        after = self.after
        while True:
            with self.bank.connect() as db:
                page = self._page(db, after)
            yield after, page
            if page.upto is None:
                return
            after = page.upto

    def walk(
        self,
        do: Callable[[Sequence[Learner]], Sequence[Done]],
        under: Under,
        report: Counting[Done],
    ) -> Rest | None:
        """Do all, a batch at a time, counted in `report`; None unless it was over before the end."""
        after = self.after
        if under.over():
            return Rest(after)
        with self._ahead() as read:
            coming = read(after)
            while True:
                page = coming.result()
                if page.upto is not None:
                    coming = read(page.upto)
                batches = batched(page.learners, AT_ONCE)
                done = abreast(do, batches, under.over, report.add)
                if done < len(batches):
                    return Rest(batches[done - 1][-1].user_id if done else after)
                report.looked_at += page.looked_at
                under.tell(report.looked_at)
                if page.upto is None:
                    return None
                after = page.upto
                if under.over():
                    return Rest(after)

    @contextmanager
    def _ahead(self) -> Iterator[Callable[[str | None], Future[Page]]]:
        """Begins to read the page after an id while another is worked on; at the end it is left off."""
        coming: Future[Page] | None = None

        def read(after: str | None) -> Future[Page]:
            nonlocal coming
            coming = pool.submit(self._page, db, after)
            return coming

        with self.bank.connect() as db, ThreadPoolExecutor(1) as pool:
            try:
                yield read
            finally:
                while coming and not coming.done():
                    driver.cancel(db)  # again where it came between two statements
                    wait([coming], LEAVING_SECONDS)

    def _page(self, db: Connection, after: str | None) -> Page:
        with db.begin():
            return study.page(db, self.sources, self.since, after, self.upto)


def until(deadline: float) -> Callable[[], bool]:
    """Whether this moment of the monotonic clock is past."""
    return lambda: time.monotonic() > deadline


def halved(
    do: Callable[[Sequence[T]], Done], alone: Callable[[T, str], Done], items: Sequence[T]
) -> list[Done]:
    """Do all at once; where an item's data raise, by halves, until it is `alone` with the reason.

    >>> halved(lambda some: [1 / each for each in some], lambda one, why: (one, why), [1, 0, 4])
    [[1.0], (0, 'ZeroDivisionError: division by zero'), [0.25]]
    """
    try:
        return [do(items)]
    except Exception as error:  # one learner's data must not keep the others from what is theirs
        if _concerns_all(error):
            raise
        if len(items) == 1:
            return [alone(items[0], reason(error))]
        middle = len(items) // 2
        return [*halved(do, alone, items[:middle]), *halved(do, alone, items[middle:])]


def reason(error: Exception) -> str:
    """What a learner's data raised, in a line."""
    told = first_line(error) if isinstance(error, DBAPIError) else str(error)
    return f"{type(error).__name__}: {told}"[:500]


def _concerns_all(error: Exception) -> bool:
    """Whether it is not a learner's data that raised."""
    if isinstance(error, DBAPIError):
        return may_pass(error) or explained(error) is not None
    return isinstance(error, ItemwellError | PoolTimeout)
