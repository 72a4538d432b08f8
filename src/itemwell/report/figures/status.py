"""The document of the status: jobs and stock. The report's begins with the same. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from itemwell.bank import Stratum
from itemwell.report.figures.headline import of_bank
from itemwell.report.figures.stock import stock
from itemwell.report.figures.strips import jobs
from itemwell.report.glance import Glance
from itemwell.schedule import Job


class Told(NamedTuple):
    """What the composition root tells: settings and what follows from them."""

    table: Mapping[str, Job]
    targets: Mapping[Stratum, int]
    critical_share: float
    test_length: int  # questions
    bank: str  # where it is; no password
    settings: Sequence[Mapping[str, Any]] = ()  # name, value, from
    prices: Sequence[Mapping[str, Any]] = ()  # vendor, model, input, output
    versions: Sequence[Mapping[str, Any]] = ()  # of, version
    redact: Callable[[str], str] = str  # takes secrets out of a text


def status(read: Glance, told: Told) -> dict[str, Any]:
    """The strip and the heat map."""
    about = read.about
    listed = jobs(told.table, read.known, read.begun, read.now)
    held = stock(read.cells, told.targets, read.met, told.critical_share)
    return {
        "as_of": moment(read.now),
        "headline": of_bank(listed, held),
        "bank": {"where": told.bank}
        | {name: about[name] for name in ("questions", "active", "responses", "runs", "alerts")},
        "jobs": listed,
        "stock": held,
    }


def moment(at: datetime) -> str:
    """ISO 8601 to the second, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
