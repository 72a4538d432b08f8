"""The job: read -> measure -> keep -> hand on."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, Engine

from itemwell.errors import Exit, Outcome
from itemwell.schedule import JOBS
from itemwell.sentry.secrets import cleaned
from itemwell.store import figures, measures, records
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.upkeep.metrics import otlp, textfile
from itemwell.upkeep.metrics.measure import Measure, measured

log = structlog.get_logger()


class Places(NamedTuple):
    """Where measures go besides the bank, and what takes out of them what must not be said."""

    textfile: Path | None = None
    otlp: str | None = None
    redact: Callable[[str], str] = str


def run(bank: Engine, under: Run, targets: Mapping[str, int], places: Places) -> list[Measure]:
    """Measure, keep and hand on. A file that cannot be written makes the run partial.

    An endpoint that does not take them changes nothing.
    """
    found = transact(bank, lambda db: _keep(db, under, targets, places.redact))
    under.counts = {"measures": len(found)}
    under.outcome = Outcome(Exit.OK, "done", f"{len(found)} measures kept")
    if places.otlp and (problem := otlp.send(places.otlp, found)):
        log.warning(f"OTLP_ENDPOINT was not told: {problem}")
    try:
        if places.textfile:
            textfile.write(places.textfile, textfile.text(found))
    except OSError as error:
        told = f"{len(found)} measures kept; METRICS_TEXTFILE cannot be written: {error.strerror}"
        under.outcome = Outcome(Exit.PARTIAL, "file", told)
    return found


def _keep(
    db: Connection, under: Run, targets: Mapping[str, int], redact: Callable[[str], str]
) -> list[Measure]:
    read = measured(figures.read(db, tuple(JOBS)), targets)
    found = [each._replace(labels=cleaned(each.labels, redact)) for each in read]
    measures.keep(db, found, records.trace(db, under))
    return found
