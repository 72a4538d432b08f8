"""Local days as half-open ranges of instants: which one is over, which are due.

A day begins with the first instant at which its date's midnight is reached and ends where the next
one begins, so that every instant belongs to exactly one day, also of a zone whose clock skips
midnight or shows it twice. A date that a zone skipped altogether has no day.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from itemwell.errors import ConfigError

ONE = timedelta(days=1)
SECOND = timedelta(seconds=1)


class Day(NamedTuple):
    """A date of a zone. `end` is the first instant that is not in it."""

    date: date
    start: datetime
    end: datetime


def zone_of(name: str) -> ZoneInfo:
    """The zone of this IANA name. Raises ConfigError where there is none.

    >>> zone_of("Europe/Budapest").key
    'Europe/Budapest'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        told = f"there is no time zone {name!r}"
        raise ConfigError(told, "use an IANA name such as Europe/Budapest") from error


@lru_cache(1 << 16)
def begins(zone: ZoneInfo, day: date) -> datetime:
    """The first instant of a date, in UTC. Of a date that the zone skipped: that of the next one.

    >>> begins(zone_of("Europe/Budapest"), date(2026, 3, 29)).isoformat()
    '2026-03-28T23:00:00+00:00'
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    found = midnight.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return found  # the first of two, where the clock shows it twice
    # The clock jumps over midnight. By its older time it came at `found`, which is after the jump.
    before, after = midnight.replace(fold=1).astimezone(UTC) - SECOND, found
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        if middle.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset():
            after = middle
        else:
            before = middle
    return after


def day_of(zone: ZoneInfo, day: date) -> Day | None:
    """The day of a date; None where the zone skipped it."""
    start, end = begins(zone, day), begins(zone, day + ONE)
    return Day(day, start, end) if start < end else None


def holding(zone: ZoneInfo, instant: datetime) -> Day:
    """The day that `instant` is in."""
    day = instant.astimezone(zone).date()
    while begins(zone, day) > instant:
        day -= ONE
    while begins(zone, day + ONE) <= instant:
        day += ONE
    found = day_of(zone, day)
    assert found is not None
    return found


def closed(zone: ZoneInfo, now: datetime) -> Day:
    """The last day that is over.

    >>> closed(zone_of("UTC"), datetime(2026, 11, 29, tzinfo=UTC)).date.isoformat()
    '2026-11-28'
    """
    day = holding(zone, now).date - ONE
    while (found := day_of(zone, day)) is None:
        day -= ONE
    return found


def between(zone: ZoneInfo, first: date, last: date) -> list[Day]:
    """The days of these dates, those that there are."""
    dates = (first + place * ONE for place in range((last - first).days + 1))
    return [found for found in (day_of(zone, each) for each in dates) if found]


def due(zone: ZoneInfo, now: datetime, covered: datetime | None, most: int) -> list[Day]:
    """The days that closed since `covered`, the last `most` of them; the last closed one at any rate.

    Without `covered` that one alone: a bank's first run does not go back.
    """
    last = closed(zone, now)
    first = closed(zone, covered).date + ONE if covered else last.date
    first = max(min(first, last.date), last.date - (most - 1) * ONE)
    return between(zone, first, last.date)


@lru_cache(1 << 12)
def window(zone: ZoneInfo, day: date, length: int) -> tuple[datetime, ...]:
    """The beginnings of the `length` days that end with a date's, and the end of that: length + 1."""
    first = day - (length - 1) * ONE
    return tuple(begins(zone, first + place * ONE) for place in range(length + 1))
