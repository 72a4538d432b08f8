"""The report's documents: read -> figures. Nothing is written to the bank, and no run is begun."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from itemwell.errors import ConfigError
from itemwell.report import read
from itemwell.report.figures import document
from itemwell.report.figures.status import Told
from itemwell.report.glance import require_something
from itemwell.store.report import snapshot


def of_bank(bank: Engine, told: Told, days: int, now: datetime | None) -> dict[str, Any]:
    """The bank over the last `days` days up to `now`, by default the server's clock.

    Raises ConfigError where the bank is empty.
    """
    with snapshot(bank) as db:
        found = read.bank(db, told.table, days, now)
    require_something(found.glance)
    return document.whole(found, told, days)


def of_run(bank: Engine, told: Told, run_id: int, now: datetime | None) -> dict[str, Any]:
    """One run. Raises ConfigError where there is none of this id."""
    with snapshot(bank) as db:
        found = read.run(db, run_id, now)
    if found is None:
        raise ConfigError(f"there is no run {run_id}", "see: itemwell runs")
    return document.of_run(found, told)
