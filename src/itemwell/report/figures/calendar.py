"""52 weeks of runs, day by day. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

WEEKS = 52
FAILED = frozenset({"failed", "stale"})


def first_day(today: date) -> date:
    """The Monday that the calendar begins with."""
    return today - timedelta(days=today.weekday(), weeks=WEEKS - 1)


def calendar(rows: Iterable[tuple[date, str, int]], today: date) -> dict[str, Any]:
    """Each day that saw a run, and each week: how many, and how many of them failed.

    A day is well where none failed, and bad where half of them or more did.
    """
    days: dict[date, Counter[str]] = defaultdict(Counter)
    for day, status, number in rows:
        days[day]["runs"] += number
        days[day]["failed"] += number if status in FAILED else 0
    first = first_day(today)
    weeks = [first + timedelta(weeks=n) for n in range(WEEKS)]
    told = [_day(day, days[day]) for day in sorted(days)]
    return {
        "first": first.isoformat(),
        "last": today.isoformat(),
        "runs": sum(each["runs"] for each in told),
        "failed": sum(each["failed"] for each in told),
        "days_without": (today - first).days + 1 - len(told),
        "days": told,
        "weeks": [_week(monday, days) for monday in weeks],
    }


def _day(day: date, of_day: Counter[str]) -> dict[str, Any]:
    runs, failed = of_day["runs"], of_day["failed"]
    state = "well" if not failed else "bad" if 2 * failed >= runs else "some failed"
    return {"day": day.isoformat(), "runs": runs, "failed": failed, "state": state}


def _week(monday: date, days: dict[date, Counter[str]]) -> dict[str, Any]:
    mine = [days[monday + timedelta(n)] for n in range(7) if monday + timedelta(n) in days]
    return {
        "week_of": monday.isoformat(),
        "runs": sum(each["runs"] for each in mine),
        "failed": sum(each["failed"] for each in mine),
    }
