"""Which days are due in which zone."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from itemwell import days
from itemwell.days import Day
from itemwell.snapshot.formula import WINDOW


class Span(NamedTuple):
    """Which days are to be closed: those of dates, or those that closed since `covered` until `now`."""

    now: datetime
    covered: datetime | None
    most: int
    first: date | None = None
    last: date | None = None


@dataclass
class Calendar:
    """The days that are to be closed in each zone. Those of a date that is not over yet are not."""

    site: str
    span: Span
    _known: dict[str, list[Day]] = field(default_factory=dict)

    def days(self, zone: str) -> list[Day]:
        """The days of a zone, the first first. Raises ConfigError where there is no such zone."""
        if zone not in self._known:
            self._known[zone] = self._of(days.zone_of(zone))
        return self._known[zone]

    def since(self) -> datetime:
        """No window of any zone begins before: zones differ by at most 26 hours."""
        found = self.days(self.site) or [days.closed(days.zone_of(self.site), self.span.now)]
        return found[0].start - days.ONE * (WINDOW + 1)

    def _of(self, zone: ZoneInfo) -> list[Day]:
        span = self.span
        if span.first is None or span.last is None:
            return days.due(zone, span.now, span.covered, span.most)
        return [day for day in days.between(zone, span.first, span.last) if day.end <= span.now]
