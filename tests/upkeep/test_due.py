"""When a channel is told: once, after quiet hours, and again where that is wished."""

from datetime import UTC, datetime, timedelta

import pytest

from itemwell.settings.hours import quiet_hours
from itemwell.store.alerts import Stored
from itemwell.upkeep.monitor.due import When, untold

NIGHT = datetime(2026, 11, 29, 23, tzinfo=UTC)
DAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
QUIET = quiet_hours("22:00-07:00")
EARLIER = {"mail": (DAY - timedelta(hours=5)).isoformat()}


def an_alert(severity="warning", status="open", told=None, told_resolved=None):
    return Stored(
        1, DAY, "x", severity, "x", status, "x", None, None, DAY, None, None, None,
        told or {}, told_resolved or {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("alert", "when", "due"),
    [
        (an_alert(), When(DAY, QUIET), True),
        (an_alert(), When(NIGHT, QUIET), False),
        (an_alert("critical"), When(NIGHT, QUIET), True),
        (an_alert(told=EARLIER), When(DAY), False),
        (an_alert(told=EARLIER), When(DAY, repeat=timedelta(hours=4)), True),
        (an_alert(told=EARLIER), When(DAY, repeat=timedelta(hours=6)), False),
        (
            an_alert(status="acknowledged", told=EARLIER),
            When(DAY, repeat=timedelta(hours=4)),
            False,
        ),
        (an_alert(status="resolved"), When(DAY), False),
        (an_alert(status="resolved", told=EARLIER), When(DAY), True),
        (an_alert(status="resolved", told=EARLIER, told_resolved=EARLIER), When(DAY), False),
        (an_alert(told={"slack": DAY.isoformat()}), When(DAY), True),
    ],
)
def test_a_channel_is_told(alert, when, due):
    assert (untold("mail", [alert], when) == [alert]) is due
