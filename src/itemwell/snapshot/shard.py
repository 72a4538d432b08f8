"""A shard: the active learners of a range of ids, a page and a batch at a time.

Whoever does it, a run or a worker of the queue, does this, and may do it again: a day that is stored
with the same figures stays as it is. One whose figures are others now, because data came late, is
changed and says when; a closed day is closed for learners, not for the truth about it.
"""

from typing import NamedTuple

from sqlalchemy import Engine

from itemwell.snapshot.ability import Items
from itemwell.snapshot.batch import Desk, close
from itemwell.snapshot.due import Calendar, Span
from itemwell.snapshot.report import Report
from itemwell.store import study
from itemwell.store.study import Sources
from itemwell.walk import Range, Under


class Shard(NamedTuple):
    """Learners after one id and up to another, None for no bound, and the days to close for them."""

    after: str | None
    upto: str | None
    span: Span
    site: str
    run_id: int | None = None

    @property
    def calendar(self) -> Calendar:
        """The days to close, zone by zone."""
        return Calendar(self.site, self.span)


class Place(NamedTuple):
    """Where shards are worked: the bank and the names of its inputs."""

    bank: Engine
    sources: Sources

    def desk(self, shard: Shard) -> Desk:
        """What the shard is worked with, as the bank stands."""
        with self.bank.connect() as db:
            items = Items.of(study.published(db))
        return Desk(self.bank, self.sources, items, shard.calendar, shard.run_id)

    def range(self, shard: Shard) -> Range:
        """The shard's learners."""
        return Range(self.bank, self.sources, shard.calendar.since(), shard.after, shard.upto)


def work(place: Place, shard: Shard, under: Under, report: Report) -> Shard | None:
    """Close the days of the shard's learners, counted in `report`; the part that is left over.

    Nothing is left unless `under` was over before the end.
    """
    desk = place.desk(shard)
    left = place.range(shard).walk(lambda batch: close(desk, batch, under), under, report)
    return left and shard._replace(after=left.after)
