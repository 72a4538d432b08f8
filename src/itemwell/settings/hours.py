"""Hours of each day, in a zone."""

import re
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

FORM = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)(?: (\S+))?")


class Hours(NamedTuple):
    """From `begin` to before `end`, over midnight where that is earlier, by the clocks of `zone`."""

    begin: time
    end: time
    zone: ZoneInfo

    def hold(self, moment: datetime) -> bool:
        """Whether `moment` is among them.

        >>> night = quiet_hours("22:00-07:00 Europe/Budapest")
        >>> [night.hold(datetime.fromisoformat(f"2026-11-29T{hour}:30Z")) for hour in ("20", "21", "06")]
        [False, True, False]
        """
        clock = moment.astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


def quiet_hours(value: str) -> Hours:
    """The hours that `value` names. Raises ValueError where it names none."""
    found = FORM.fullmatch(value.strip())
    try:
        if found:
            zone = ZoneInfo(found[3] or "UTC")
            return Hours(time.fromisoformat(found[1]), time.fromisoformat(found[2]), zone)
    except (ValueError, KeyError, OSError):
        pass
    raise ValueError("must look like 22:00-07:00 Europe/Budapest")
