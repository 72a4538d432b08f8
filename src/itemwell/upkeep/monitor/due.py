"""Which alerts which channel is to be told now: pure, so that it can be asked about any moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from itemwell.settings.hours import Hours
from itemwell.store.alerts import Stored

WITHIN_DAYS = 7
"""So long a channel that was down is told later that something is well again."""


class When(NamedTuple):
    """The moment, the hours in which only critical alerts are told, and after how long one is repeated."""

    now: datetime
    quiet: Hours | None = None
    repeat: timedelta | None = None


def untold(channel: str, alerts: Sequence[Stored], when: When) -> list[Stored]:
    """What `channel` does not know yet, the oldest first."""
    return [alert for alert in alerts if _is_due(channel, alert, when)]


def _is_due(channel: str, alert: Stored, when: When) -> bool:
    told = alert.told.get(channel)
    quiet = when.quiet is not None and when.quiet.hold(when.now)
    if quiet and alert.severity != "critical":
        return False
    if alert.status == "resolved":  # well again is news to those alone who heard of it
        return told is not None and channel not in alert.told_resolved
    if told is None:
        return True
    if when.repeat is None or alert.status == "acknowledged":
        return False
    return when.now - datetime.fromisoformat(told) >= when.repeat
