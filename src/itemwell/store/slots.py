"""Slots: what a run set out to write, one row a question. Open slots of a dead run are taken over."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, text, update

from itemwell.bank import Draft, Slot, Stratum, as_dict
from itemwell.errors import Rejected
from itemwell.store.tables import generation_slots, refusals

CONTINUED_WITHIN = timedelta(days=1)
"""How long the same order counts as a new try of one that ended early, and not as a new one."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run of the same order that ended before it was met."""

    run_id: int
    status: str
    kept: int  # by it, and by those that it continued


def unfinished(db: Connection, run_id: int, order: dict[str, Any]) -> Unfinished | None:
    """The run before `run_id`, where it had the same order and left some of it open, or died.

    One that died may have met its order and not lived to tell: it is not to be paid for again.
    """
    given = {"run_id": run_id, "order": json.dumps(order), "within": CONTINUED_WITHIN}
    row = db.execute(_UNFINISHED, given).first()
    return Unfinished(*row) if row else None


def left_open(db: Connection, strata: Iterable[Stratum]) -> list[Slot]:
    """Open slots of these strata whose run has ended, the oldest first, locked for this transaction."""
    rows = db.execute(_LEFT_OPEN, {"strata": [str(stratum) for stratum in strata]})
    return [
        Slot(
            row.id, Stratum(row.question_type, row.difficulty), row.ordinal, row.seed, row.attempts
        )
        for row in rows
    ]


def take_over(db: Connection, run_id: int, slots: Sequence[Slot]) -> None:
    """Make `slots` those of this run."""
    ids = [slot.id for slot in slots]
    mine = generation_slots.c.id.in_(ids)
    db.execute(
        update(generation_slots)
        .where(mine)
        .values(run_id=run_id, updated_at=func.clock_timestamp())
    )


def add(db: Connection, run_id: int, strata: Sequence[Stratum], seed: str) -> list[Slot]:
    """New open slots, one for each of `strata`, in their order."""
    if not strata:
        return []
    rows = [
        {**stratum._asdict(), "run_id": run_id, "ordinal": ordinal, "seed": seed}
        for ordinal, stratum in enumerate(strata)
    ]
    added = db.execute(
        insert(generation_slots).returning(generation_slots.c.id, sort_by_parameter_order=True),
        rows,
    )
    return [
        Slot(row.id, stratum, ordinal, seed)
        for ordinal, (row, stratum) in enumerate(zip(added, strata, strict=True))
    ]


def refuse(db: Connection, run_id: int, slot: Slot, draft: Draft, refusal: Rejected) -> None:
    """Store a refused draft with its reason, and count the attempt."""
    told = {"stage": refusal.stage, "reason": refusal.reason, "draft": as_dict(draft)}
    db.execute(insert(refusals).values(run_id=run_id, slot_id=slot.id, **told))
    _change(db, slot, attempts=slot.attempts + 1, reason=str(refusal))


def give_up(db: Connection, slot: Slot) -> None:
    """Close a slot whose attempts are spent: its last reason stays."""
    _change(db, slot, state="given_up")


def _change(db: Connection, slot: Slot, **values: Any) -> None:
    mine = generation_slots.c.id == slot.id
    db.execute(
        update(generation_slots).where(mine).values(updated_at=func.clock_timestamp(), **values)
    )


def states_of(db: Connection, run_id: int) -> dict[str, int]:
    """How many slots of a run are in each state."""
    return {row.state: row.number for row in db.execute(_STATES, {"run_id": run_id})}


def refusals_of(db: Connection, run_id: int) -> list[dict[str, Any]]:
    """Why drafts of a run were refused, the commonest reason first, with one refused stem each."""
    return [dict(row) for row in db.execute(_REFUSALS, {"run_id": run_id}).mappings()]


_UNFINISHED = text("""
    SELECT last.id, last.status,
           (SELECT count(*) FROM questions WHERE run_id = last.id)
           + coalesce((last.metadata ->> 'kept_before')::int, 0)
    FROM (SELECT * FROM job_runs
          WHERE job_id = 'generate' AND id < :run_id AND status <> 'skipped' AND metadata ? 'order'
          ORDER BY id DESC LIMIT 1) AS last
    WHERE last.status <> 'running'
      AND last.started_at > clock_timestamp() - :within
      AND last.metadata -> 'order' = CAST(:order AS jsonb)
      AND (last.status = 'stale'
           OR EXISTS (SELECT 1 FROM generation_slots WHERE run_id = last.id AND state = 'open'))
""")
_LEFT_OPEN = text("""
    SELECT slot.id, slot.question_type, slot.difficulty, slot.ordinal, slot.seed, slot.attempts
    FROM generation_slots AS slot JOIN job_runs AS run ON run.id = slot.run_id
    WHERE slot.state = 'open' AND run.status <> 'running'
      AND slot.question_type || '/' || slot.difficulty = ANY(:strata)
    ORDER BY slot.id FOR UPDATE OF slot SKIP LOCKED
""")

_STATES = text(
    "SELECT state, count(*) AS number FROM generation_slots WHERE run_id = :run_id GROUP BY state"
)
_REFUSALS = text("""
    SELECT stage, reason, count(*) AS drafts, min(draft ->> 'stem') AS stem
    FROM refusals WHERE run_id = :run_id GROUP BY stage, reason ORDER BY drafts DESC, stage, reason
""")
