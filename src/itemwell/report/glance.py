"""What jobs and stock rest on, read at one moment: all of the status, and the first part of the report."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from itemwell.errors import ConfigError
from itemwell.report.figures.stock import USE_DAYS
from itemwell.report.figures.strips import slots
from itemwell.schedule import Job
from itemwell.store import report
from itemwell.store.report import Begun, Cell, Known, Met


class Glance(NamedTuple):
    """What jobs and stock look like at `now`."""

    now: datetime
    about: Mapping[str, Any]
    known: Mapping[str, Known]
    begun: Sequence[Begun]
    cells: Sequence[Cell]
    met: Sequence[Met]


def read(db: Connection, table: Mapping[str, Job], now: datetime | None = None) -> Glance:
    """`now` is the server's clock where none is given."""
    about = report.about(db)
    now = now or about["now"]
    since = {name: (slots(job, now) or [now])[0] for name, job in table.items()}
    return Glance(
        now,
        about,
        report.known_jobs(db, list(table)),
        report.begun(db, since),
        report.cells(db),
        report.met(db, now - timedelta(USE_DAYS)),
    )


def require_something(glance: Glance) -> None:
    """Raise ConfigError where the bank is empty: there is nothing to tell."""
    if not glance.about["questions"] and not glance.about["runs"]:
        raise ConfigError("the bank is empty: no question, no run", "run: itemwell generate")
