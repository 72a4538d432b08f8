"""One schedule in the dialects of the platforms. Pure: a line of cron goes in, theirs comes out.

Cron runs a job when day of month *or* weekday fits, where both are restricted and neither begins with
`*`; else both have to. Most dialects want both to fit, or refuse it: such a line becomes two, or is
refused here. Names, and steps from a number on, are written out: not every dialect knows them.
"""

import re
from datetime import timedelta
from typing import NamedTuple

from itemwell.errors import ConfigError
from itemwell.install.timing import shortest_period

WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
LETTERS = {day.upper(): number for number, day in enumerate(WEEKDAYS)}
UTC = frozenset({"UTC", "Etc/UTC"})
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
LAST = (59, 23, 31, 12, 6)
"""The highest number of each field."""

PART = re.compile(r"(?:\*|\d+(?:-\d+)?)(?:/\d+)?")


class Fields(NamedTuple):
    """The five fields of a line of cron."""

    minute: str
    hour: str
    day: str
    month: str
    weekday: str

    @property
    def either_day(self) -> bool:
        """Whether cron runs on the day of the month and on the weekday, whichever comes."""
        return not (self.day.startswith("*") or self.weekday.startswith("*"))


def fields(cron: str) -> Fields:
    """The fields of `cron` in numbers. Raises ConfigError where there are not five, or one is none of these."""
    parts = cron.upper().split()
    if len(parts) == len(LAST):
        month, weekday = _numbered(parts[3], MONTHS, 1), _numbered(parts[4], [*LETTERS], 0)
        numbers = [*parts[:3], month, weekday]
        if all(PART.fullmatch(part) for field in numbers for part in field.split(",")):
            return Fields(*map(_closed, numbers, LAST))
    raise ConfigError(
        f"the schedule {cron!r} is not five fields of cron, of numbers, names, `*`, `,`, `-` and `/`",
        "write it like 0 2 * * 0",
    )


def _numbered(field: str, names: list[str], first: int) -> str:
    """`JAN-MAR` as `1-3`; what is no name stays."""
    return re.sub(
        "|".join(names), lambda found: str(names.index(found[0]) + first), field
    )  # fmt: skip


def _closed(field: str, last: int) -> str:
    """`5/15` as `5-59/15`, which Debian's cron reads too."""
    return re.sub(r"(?<![-\d])(\d+)/", rf"\1-{last}/", field)


def written(cron: str) -> str:
    """The line in numbers, as every cron reads it.

    >>> written("5/15 2 * JAN-MAR sun")
    '5-59/15 2 * 1-3 0'
    """
    return " ".join(fields(cron))


def oncalendar(cron: str, zone: str = "UTC") -> list[str]:
    """Calendar events of systemd, which together come exactly when cron would.

    >>> oncalendar("0 2 * * 0")
    ['Sun *-*-* 02:00:00 UTC']
    >>> oncalendar("0 0 1 * 1")
    ['*-*-01 00:00:00 UTC', 'Mon *-*-* 00:00:00 UTC']
    """
    line = fields(cron)
    time = f"{_calendar(line.hour)}:{_calendar(line.minute)}:00 {zone}"
    month, day = _calendar(line.month, first=1), _calendar(line.day, first=1)
    weekdays = ",".join(WEEKDAYS[number] for number in weekday_numbers(line.weekday))
    if line.either_day:
        return [f"*-{month}-{day} {time}", f"{weekdays} *-{month}-* {time}"]
    return [
        f"{weekdays} *-{month}-{day} {time}" if line.weekday != "*" else f"*-{month}-{day} {time}"
    ]


def eventbridge(cron: str) -> str:
    """Amazon's six fields: one of the days is `?`, Sunday is SUN, the last is the year.

    >>> eventbridge("0 2 * * 0")
    'cron(0 2 ? * SUN *)'
    >>> eventbridge("*/15 * * * *")
    'cron(0/15 * * * ? *)'
    """
    line = _one_day(cron, "EventBridge")
    minute, hour = (_from_start(part, 0) for part in (line.minute, line.hour))
    day, month = (_from_start(part, 1) for part in (line.day, line.month))
    if line.weekday == "*":
        return f"cron({minute} {hour} {day} {month} ? *)"
    names = ",".join(WEEKDAYS[number].upper() for number in weekday_numbers(line.weekday))
    return f"cron({minute} {hour} ? {month} {names} *)"


def six_fields(cron: str) -> str:
    """What Azure Functions read (NCRONTAB): seconds come first.

    >>> six_fields("0 2 * * 7")
    '0 0 2 * * 0'
    """
    line = _one_day(cron, "Azure Functions")
    return " ".join(("0", *line[:4], plain_weekdays(line.weekday)))


def plain(cron: str) -> str:
    """The line for platforms that know neither names nor 7 for Sunday, and want one kind of day."""
    line = _one_day(cron, "this platform")
    return " ".join((*line[:4], plain_weekdays(line.weekday)))


def in_utc(cron: str, zone: str) -> str:
    """The line in numbers, for schedulers that know no zone. Raises ConfigError for any but UTC."""
    if zone not in UTC:
        raise ConfigError(
            f"this scheduler runs in UTC alone, and {cron!r} is in {zone}",
            "put the schedule in UTC, or use systemd, kubernetes, aws or gcp",
        )
    return written(cron)


def every_minutes(cron: str, minutes: int) -> str:
    """The line as it is. Raises ConfigError where it runs more often than the platform does."""
    if shortest_period(cron) < timedelta(minutes=minutes):
        raise ConfigError(
            f"this platform starts nothing more often than every {minutes} minutes, and {cron!r} is",
            "let it run less often, or use systemd, cron or kubernetes",
        )
    return cron


def kubernetes(cron: str) -> str:
    """The line for Kubernetes, whose Sunday is 0 alone, and which runs on either day wherever both have numbers.

    >>> kubernetes("0 2 1 * 7")
    '0 2 1 * 0'
    """
    line = fields(cron)
    if not line.either_day and line.day != "*" and line.weekday != "*":
        raise _both_days("Kubernetes", cron)
    return " ".join((*line[:4], plain_weekdays(line.weekday)))


def plain_weekdays(field: str) -> str:
    """The weekdays as numbers from 0, Sunday, with commas; `*` stays."""
    return field if field == "*" else ",".join(map(str, weekday_numbers(field)))


def weekday_numbers(field: str) -> list[int]:
    """0 for Sunday to 6, in order, each once.

    >>> weekday_numbers("5-7")
    [0, 5, 6]
    """
    numbers = _numbered(field.upper(), [*LETTERS], 0)
    return sorted({number % 7 for part in numbers.split(",") for number in _span(part)})


def _span(part: str) -> range:
    """The numbers of `*/2`, `1-5`, `1-5/2`, `6-0`, `7`."""
    body, _, step = part.partition("/")
    first, _, last = ("0", "-", "6") if body == "*" else body.partition("-")
    low = int(first)
    high = int(last) if last else (6 if step else low)
    return range(low, (7 if high < low and high == 0 else high) + 1, int(step or 1))


def _one_day(cron: str, where: str) -> Fields:
    line = fields(cron)
    if line.day != "*" and line.weekday != "*":
        raise _both_days(where, cron)
    return line


def _both_days(where: str, cron: str) -> ConfigError:
    return ConfigError(
        f"{where} cannot run {cron!r}: it restricts day of month and weekday at once",
        "restrict one of them in the schedule",
    )


def _from_start(field: str, first: int) -> str:
    """Amazon's steps begin at a number, and have no end: `*/15` is `0/15`, `5-20/5` is `5,10,15,20`."""
    return ",".join(_step(part, first) for part in field.split(","))


def _step(part: str, first: int) -> str:
    if "-" in part and "/" in part:
        low, high, step = map(int, re.split("[-/]", part))
        return ",".join(map(str, range(low, high + 1, step)))
    return re.sub(r"^\*/", f"{first}/", part)


def _calendar(field: str, first: int = 0) -> str:
    """A field of numbers as systemd writes it: two digits, `..` for spans, steps from a number."""
    return ",".join(_calendar_part(part, first) for part in field.split(","))


def _calendar_part(part: str, first: int) -> str:
    body, _, step = part.partition("/")
    if body == "*":
        return f"{first:02}/{step}" if step else "*"
    low, _, high = body.partition("-")
    if not high:
        return f"{int(low):02}/{step}" if step else f"{int(low):02}"
    return f"{int(low):02}..{int(high):02}" + (f"/{step}" if step else "")
