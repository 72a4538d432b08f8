"""Learners in files, CSV or JSON lines: user_id; last_active_at and time_zone where known."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import compress
from typing import BinaryIO, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from itemwell.errors import ConfigError
from itemwell.interchange.responses import jsonl, long
from itemwell.interchange.responses.cells import MISSING, Raw, Wrong, each, moments, user_id
from itemwell.interchange.responses.lines import Refused, header_of
from itemwell.interchange.responses.table import cells_of, delimiter_of

COLUMNS = ("user_id", "last_active_at", "time_zone")
FORMATS = ("csv", "jsonl")


class Parsed(NamedTuple):
    """Learners, when each was active last (ISO 8601), where (None: not told), and what was refused."""

    user_ids: Sequence[str]
    moments: Sequence[str]
    zones: Sequence[str | None]
    refused: list[Refused]


def rows(file: BinaryIO, form: str | None = None) -> tuple[str, Iterator[Raw]]:
    """The format of `file`, guessed where none is given, and its rows.

    Raises ConfigError for what is no text, or has no column user_id.
    """
    header = header_of(file)
    form = form or ("jsonl" if header.lstrip().startswith("{") else "csv")
    if form == "jsonl":
        return form, jsonl.objects(file, COLUMNS)
    delimiter = delimiter_of(header)
    names = [name.strip().lower() for name in cells_of(header, delimiter)]
    for name in COLUMNS:
        if names.count(name) > 1:
            raise ConfigError(f"the file's header names {name} twice", "name it once")
    if "user_id" not in names:
        raise ConfigError("the file's header lacks user_id", "see: itemwell learners import --help")
    return form, long.raw(file, delimiter, names)


def parsed(raw: Raw, now: datetime, latest: datetime) -> Parsed:
    """The rows of `raw` that the bank can take; who is not said to have been active is it `now`."""
    wrong: dict[int, tuple[str, str]] = {}
    size = len(raw.numbers)
    given = {name: raw.columns.get(name, [""] * size) for name in COLUMNS}
    user_ids = each(given["user_id"], user_id, wrong)
    active = each(given["last_active_at"], moments("last_active_at", now, latest), wrong)
    zones = each(given["time_zone"], _zone, wrong)
    refused = [
        Refused(raw.numbers[place], reason, what, raw.texts[place])
        for place, (reason, what) in wrong.items()
    ]
    kept = [place not in wrong for place in range(size)]
    return Parsed(
        list(compress(user_ids, kept)),
        list(compress(active, kept)),
        [zone or None for zone in compress(zones, kept)],
        sorted(raw.refused + refused),
    )


def _zone(cell: str) -> str:
    """The name of a time zone; empty where the cell tells none."""
    name = cell.strip()
    if name.lower() in MISSING:
        return ""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong("time_zone is no IANA name") from None
