"""A shard: the active learners of a range of ids, a page and a batch at a time.

Whoever does it, a run or a worker of the queue, does this, and may do it again: a day that is stored
with the same figures stays as it is. One whose figures are others now, because data came late, is
changed and says when; a closed day is closed for learners, not for the truth about it.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Engine

from itemwell.abreast import abreast, batched
from itemwell.snapshot.ability import Items
from itemwell.snapshot.batch import Desk, Under, close
from itemwell.snapshot.due import Calendar, Span
from itemwell.snapshot.report import Report
from itemwell.store import study
from itemwell.store.study import Sources

AT_ONCE = 1_000
"""Learners of a transaction: some tenths of a second, so that whoever has to stop can."""


class Shard(NamedTuple):
    """Learners after one id and up to another, None for no bound, and the days to close for them."""

    after: str | None
    upto: str | None
    span: Span
    site: str
    run_id: int | None = None


class Place(NamedTuple):
    """Where shards are worked: the bank and the names of its inputs."""

    bank: Engine
    sources: Sources

    def desk(self, shard: Shard) -> Desk:
        """What the shard is worked with, as the bank stands."""
        with self.bank.connect() as db:
            items = Items.of(study.published(db))
        return Desk(self.bank, self.sources, items, Calendar(shard.site, shard.span), shard.run_id)


def until(deadline: float) -> Callable[[], bool]:
    """Whether this moment of the monotonic clock is past."""
    return lambda: time.monotonic() > deadline


def work(place: Place, shard: Shard, under: Under, report: Report) -> Shard | None:
    """Close the days of the shard's learners, counted in `report`; the part that is left over.

    Nothing is left unless `under` was over before the end.
    """
    desk, after = place.desk(shard), shard.after
    while not under.over():
        with desk.bank.connect() as db:
            page = study.page(db, desk.sources, desk.calendar.since(), after, shard.upto)
        batches = batched(page.learners, AT_ONCE)
        done = abreast(lambda batch: close(desk, batch, under), batches, under.over, report.add)
        if done < len(batches):
            return shard._replace(after=batches[done - 1][-1].user_id if done else after)
        report.looked_at += page.looked_at
        under.tell(report.looked_at)
        if page.upto is None:
            return None
        after = page.upto
    return shard._replace(after=after)
