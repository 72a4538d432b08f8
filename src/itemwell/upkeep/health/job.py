"""The job: look -> judge -> keep. Without a run it is a probe, which writes nothing."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine

from itemwell.errors import Exit, ItemwellError, Outcome
from itemwell.schedule import JOBS
from itemwell.sentry.event import line
from itemwell.store import figures, health, records, schema, server
from itemwell.store.connect import transact
from itemwell.store.health import Look
from itemwell.store.runs import Run
from itemwell.upkeep.health.judge import OK, clock, judged
from itemwell.upkeep.monitor.limits import Limits


def look(bank: Engine, limits: Limits, redact: Callable[[str], str] = str) -> list[Look]:
    """Every component as it is now. Where the schema is not ours nothing behind it is looked at."""
    begun = time.monotonic()
    with bank.connect() as db:
        db.exec_driver_sql("SELECT 1")
    looks = [Look("bank", "healthy", _since(begun), OK)]
    begun = time.monotonic()
    try:
        schema.require(bank)
    except ItemwellError as error:
        return [*looks, Look("schema", "unhealthy", _since(begun), str(error))]
    looks.append(Look("schema", "healthy", _since(begun), OK))
    begun = time.monotonic()
    looks.append(clock(server.clock(bank) - time.time()))
    looks += transact(bank, lambda db: _judge(db, limits))
    took = _since(begun)
    return [
        each._replace(
            component=redact(each.component),
            message=line(each.message, redact),
            response_time_ms=each.response_time_ms or took,
        )
        for each in looks
    ]


def run(bank: Engine, under: Run, limits: Limits, redact: Callable[[str], str]) -> list[Look]:
    """Look and keep what was seen. What is ill is no failure of this run: monitor tells of it."""
    looks = look(bank, limits, redact)
    transact(bank, lambda db: health.keep(db, looks, records.trace(db, under)))
    under.counts = {
        status: sum(each.status == status for each in looks)
        for status in ("healthy", "degraded", "unhealthy")
    }
    ended = outcome(looks)
    under.outcome = ended._replace(exit=Exit.OK)
    return looks


def outcome(looks: Sequence[Look]) -> Outcome:
    """FAILED where a component is unhealthy; the words are what health checks have always said."""
    ill = [each for each in looks if each.status == "unhealthy"]
    if ill:
        told = "; ".join(f"{each.component}: {each.message}" for each in ill)
        return Outcome(Exit.FAILED, "unhealthy", told, "see: itemwell doctor")
    weak = [each.component for each in looks if each.status == "degraded"]
    if weak:
        return Outcome(Exit.OK, "degraded", f"{OK}, but degraded: {', '.join(weak)}")
    return Outcome(Exit.OK, "healthy", OK)


def _judge(db: Connection, limits: Limits) -> list[Look]:
    return list(judged(figures.read(db, tuple(JOBS)), limits, health.vendors(db)))


def _since(begun: float) -> int:
    return max(int(1000 * (time.monotonic() - begun)), 1)
