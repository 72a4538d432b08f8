"""A shard: the active learners of a range of ids, a page and a batch at a time.

Whoever does it, a run or a worker of the queue, does this, and may do it again: a step that stands
for the same date stays as it is.
"""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from itemwell.abreast import abreast, batched
from itemwell.recommend.batch import Desk, Under, give
from itemwell.recommend.practice import shelves
from itemwell.recommend.report import Report
from itemwell.recommend.rules import VERSION, Course
from itemwell.store import study
from itemwell.store.recommendations import Refresh
from itemwell.store.studied import titles
from itemwell.store.study import Sources

AT_ONCE = 1_000
"""Learners of a transaction: about half a second, so that whoever has to stop can."""


class Shard(NamedTuple):
    """Learners after one id and up to another, None for no bound, and the moment they are told for."""

    after: str | None
    upto: str | None
    at: datetime
    on: date
    active_days: float
    retention: float
    run_id: int | None = None

    @property
    def since(self) -> datetime:
        """Who did nothing since is not told anything."""
        return self.at - timedelta(days=self.active_days)


class Place(NamedTuple):
    """Where shards are worked: the bank and the names of its inputs."""

    bank: Engine
    sources: Sources

    def desk(self, shard: Shard) -> Desk:
        """What the shard is worked with, as the bank stands."""
        with self.bank.connect() as db:
            shelf_by_type = shelves(study.published(db))
            course = Course(shard.at, titles(db, self.sources), shelf_by_type, shard.retention)
        refresh = Refresh(shard.at, shard.on, VERSION, shard.run_id)
        return Desk(self.bank, self.sources, course, refresh)


def until(deadline: float) -> Callable[[], bool]:
    """Whether this moment of the monotonic clock is past."""
    return lambda: time.monotonic() > deadline


def work(place: Place, shard: Shard, under: Under, report: Report) -> Shard | None:
    """Tell the shard's learners their next steps, counted in `report`; the part that is left over.

    Nothing is left unless `under` was over before the end.
    """
    desk, after = place.desk(shard), shard.after
    while not under.over():
        with desk.bank.connect() as db:
            page = study.page(db, desk.sources, shard.since, after, shard.upto)
        batches = batched([each.user_id for each in page.learners], AT_ONCE)
        done = abreast(lambda batch: give(desk, batch, under), batches, under.over, report.add)
        if done < len(batches):
            return shard._replace(after=batches[done - 1][-1] if done else after)
        report.looked_at += page.looked_at
        under.tell(report.looked_at)
        if page.upto is None:
            return None
        after = page.upto
    return shard._replace(after=after)
