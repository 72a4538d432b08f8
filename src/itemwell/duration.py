"""Lengths of time as people write them."""

import re

DAYS_LONGEST = 7
SECONDS_IN = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds(written: str) -> float:
    """The length in seconds, above 0 and at most a week. Raises ValueError for another.

    >>> [seconds(written) for written in ("90", "90s", "1.5m", "2h")]
    [90.0, 90.0, 90.0, 7200.0]
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", written)
    length = float(match[1]) * SECONDS_IN[match[2]] if match else 0.0
    if not 0 < length <= DAYS_LONGEST * 86_400:
        raise ValueError(f"{written!r} is not a duration such as 90s, 10m or 2h")
    return length
