"""A shard: the active learners of a range of ids, a page and a batch at a time.

Whoever does it, a run or a worker of the queue, does this, and may do it again: a step that stands
for the same date stays as it is.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from itemwell.bank import Learner
from itemwell.recommend.batch import Desk, Done, give
from itemwell.recommend.memory import once
from itemwell.recommend.practice import shelves
from itemwell.recommend.report import Report
from itemwell.recommend.rules import VERSION, Course
from itemwell.store import study
from itemwell.store.recommendations import Refresh
from itemwell.store.studied import HISTORY, titles
from itemwell.store.study import Sources
from itemwell.walk import Range, Under


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
        recalls = once(shard.retention, HISTORY.days)
        refresh = Refresh(shard.at, shard.on, VERSION, shard.run_id)
        return Desk(self.bank, self.sources, course, recalls, refresh)

    def range(self, shard: Shard) -> Range:
        """The shard's learners."""
        return Range(self.bank, self.sources, shard.since, shard.after, shard.upto)


def work(place: Place, shard: Shard, under: Under, report: Report) -> Shard | None:
    """Tell the shard's learners their next steps, counted in `report`; the part that is left over.

    Nothing is left unless `under` was over before the end.
    """
    desk = place.desk(shard)

    def tell(batch: Sequence[Learner]) -> list[Done]:
        return give(desk, [each.user_id for each in batch], under)

    left = place.range(shard).walk(tell, under, report)
    return left and shard._replace(after=left.after)
