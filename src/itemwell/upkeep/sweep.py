"""Take up what died: silent -> retry or dead letter -> log.

A row counts as dead when its lease ran out, where it has none after ten minutes without a heartbeat,
or at once where its process was on this machine and is gone. A live worker that is slow beats, and is
left alone. What a dead run left open (slots, drafts) belongs to the next run of its job, which takes it
up by itself; it is counted here how often, and given up after three runs that died with it.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from itemwell.errors import Exit, Outcome
from itemwell.store import sweeps
from itemwell.store.connect import first_line, transact

AT_A_TIME = 50

ACTIONS: dict[str, Callable[[Connection, int], sweeps.Swept]] = {
    "close_stale_runs": sweeps.runs,
    "release_due_runs": sweeps.due_runs,
    "retry_queue_jobs": sweeps.queue_jobs,
    "count_lost_slots": sweeps.slots,
}


class Done(NamedTuple):
    """What one action came to."""

    action: str
    status: str
    records: int
    dead: int  # of them, to the dead letter
    error: str | None


def run(bank: Engine, about: Mapping[str, Any], *, limit: int = AT_A_TIME) -> list[Done]:
    """Each action in a transaction of its own, at most `limit` rows of each; what it came to.

    One that fails is logged and lets the others go on.
    """
    return [_do(bank, action, about, limit) for action in ACTIONS]


def outcome(done: list[Done]) -> Outcome:
    """0 where every action went through, 1 where some did, 2 where none."""
    failed = [each for each in done if each.status == "failed"]
    taken = sum(each.records for each in done)
    dead = sum(each.dead for each in done)
    told = f"{taken} taken up, {dead} of them to the dead letter"
    if not failed:
        return Outcome(Exit.OK, "done", told if taken else "nothing was stale")
    names = "; ".join(f"{each.action}: {each.error}" for each in failed)
    exit_ = Exit.FAILED if len(failed) == len(done) else Exit.PARTIAL
    return Outcome(exit_, "failed", f"{told}; {names}")


def _do(bank: Engine, action: str, about: Mapping[str, Any], limit: int) -> Done:
    begun = time.monotonic()
    try:
        swept = transact(bank, lambda db: ACTIONS[action](db, limit))
        done = Done(action, "success", swept.records, swept.dead, None)
    except DBAPIError as error:
        done = Done(action, "failed", 0, 0, first_line(error))
    row = sweeps.Log(*done, duration_ms=round(1000 * (time.monotonic() - begun)), about=about)
    transact(bank, lambda db: sweeps.note(db, row))
    return done
