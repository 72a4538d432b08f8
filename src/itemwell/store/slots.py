"""Slots: what a run set out to write, one row a question. Open slots of a dead run are taken over."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, insert, text, update

from itemwell.bank import Draft, Slot, Stratum, as_dict, from_dict
from itemwell.errors import Rejected
from itemwell.store.batches import WITHIN
from itemwell.store.tables import generation_slots, refusals

CONTINUED_WITHIN = timedelta(hours=20)
"""So long the same order is a new try of one that ended early: less than a daily schedule's step."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run of the same order that ended before it was met."""

    run_id: int
    status: str
    kept: int  # by it, and by those that it continued
    spent: Decimal  # US dollars, likewise
    waits: bool = False  # it handed its asks in as batches


def unfinished(db: Connection, lease: str, order: dict[str, Any]) -> Unfinished | None:
    """The last run of this order under this lease, where it ended before the order was met.

    One that died may have met its order and not lived to tell: it is not to be paid for again.
    """
    asked = {"lease": lease, "order": json.dumps(order)}
    within = {"within": CONTINUED_WITHIN, "batches_within": WITHIN}
    row = db.execute(_UNFINISHED, {**asked, **within}).first()
    return Unfinished(*row) if row else None


def left_open(
    db: Connection,
    strata: Iterable[Stratum],
    limit: int,
    *,
    source: str = "templates",
    run_id: int | None = None,
) -> list[tuple[int, Slot]]:
    """Open slots of these strata and source whose run has ended, with that run's id, the oldest first.

    Those that wait for batches are left to their own order, which goes on with run `run_id`. They
    are locked for this transaction, so that two runs never take over the same one. Those of `run_id`
    are waited for, first of all, where another run looks at them: passed over they were planned anew.
    """
    named = [str(stratum) for stratum in strata]
    asked = {"strata": named, "limit": limit, "source": source, "mine": run_id}
    asked |= {"batches_within": WITHIN}
    if run_id is not None:
        db.execute(_LOCK_OPEN, {"mine": run_id})
    return [(row.run_id, _slot(row)) for row in db.execute(_LEFT_OPEN, asked)]


def take_over(db: Connection, run_id: int, slots: Sequence[Slot]) -> None:
    """Make `slots` those of this run."""
    ids = [slot.id for slot in slots]
    mine = generation_slots.c.id.in_(ids)
    db.execute(
        update(generation_slots)
        .where(mine)
        .values(run_id=run_id, updated_at=func.clock_timestamp())
    )


def add(
    db: Connection, run_id: int, strata: Sequence[Stratum], seed: str, *, source: str = "templates"
) -> list[Slot]:
    """New open slots, one for each of `strata`, in their order."""
    if not strata:
        return []
    rows = [
        {**stratum._asdict(), "run_id": run_id, "ordinal": ordinal, "seed": seed, "source": source}
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


def refuse(db: Connection, run_id: int, slot: Slot, draft: Draft | None, refusal: Rejected) -> None:
    """Store a refused draft with its reason, and count the attempt; once, however often it is called.

    The draft is None where an author wrote nothing that could be one.
    """
    counted = _change(db, slot, attempts=slot.attempts + 1, reason=str(refusal))
    if counted:
        told = {
            "stage": refusal.stage,
            "reason": refusal.reason,
            "draft": as_dict(draft) if draft else {},
        }
        db.execute(insert(refusals).values(run_id=run_id, slot_id=slot.id, **told))


def give_up(db: Connection, slot: Slot) -> None:
    """Close a slot whose attempts are spent: its last reason stays."""
    _change(db, slot, state="given_up")


def last_refusals(db: Connection, slots: Iterable[Slot]) -> dict[int, tuple[Draft, Rejected]]:
    """The draft that was refused last for each of these slots, and why; slots without one left out."""
    rows = db.execute(_LAST_REFUSALS, {"ids": [slot.id for slot in slots if slot.attempts]})
    return {
        row.slot_id: (from_dict(row.draft), Rejected(row.stage, row.reason))
        for row in rows
        if row.draft
    }


def refusals_for(db: Connection, slot_id: int) -> list[dict[str, Any]]:
    """Every refusal of one slot, oldest first."""
    rows = db.execute(_REFUSALS_FOR, {"slot_id": slot_id})
    return [dict(row) for row in rows.mappings()]


def behind(db: Connection, question_id: int) -> dict[str, Any] | None:
    """The slot that a question fills; None where it came from a file, or with its run is gone."""
    row = db.execute(_BEHIND, {"question_id": question_id}).mappings().first()
    return dict(row) if row else None


def states_of(db: Connection, run_id: int) -> dict[str, int]:
    """How many slots of a run are in each state."""
    return {row.state: row.number for row in db.execute(_STATES, {"run_id": run_id})}


def refusals_of(db: Connection, run_id: int) -> list[dict[str, Any]]:
    """Why drafts of a run were refused, the commonest reason first, with one refused stem each."""
    return [dict(row) for row in db.execute(_REFUSALS, {"run_id": run_id}).mappings()]


def _change(db: Connection, slot: Slot, **values: Any) -> bool:
    """Change the slot, unless this attempt was counted before."""
    table = generation_slots
    mine = (table.c.id == slot.id) & (table.c.attempts == slot.attempts)
    changed = db.execute(
        update(table).where(mine).values(updated_at=func.clock_timestamp(), **values)
    )
    return changed.rowcount == 1


def _slot(row: Row[Any]) -> Slot:
    stratum = Stratum(row.question_type, row.difficulty)
    return Slot(row.id, stratum, row.ordinal, row.seed, row.attempts)


_UNFINISHED = text("""
    SELECT last.id, last.status,
           (SELECT count(*) FROM questions WHERE run_id = last.id)
           + coalesce((last.metadata ->> 'kept_before')::int, 0),
           (SELECT coalesce(sum(price_usd), 0) FROM llm_calls WHERE run_id = last.id)
           + coalesce((last.metadata ->> 'spent_before')::numeric, 0),
           last.reason IS NOT DISTINCT FROM 'submitted' OR EXISTS (
               SELECT 1 FROM llm_calls AS call JOIN llm_batches AS batch ON batch.id = call.batch_id
               WHERE call.run_id = last.id AND call.state = 'asked'
                 AND batch.state IN ('preparing', 'submitted'))
    FROM (SELECT * FROM job_runs
          WHERE job_id = 'generate' AND started_at > clock_timestamp()
              - CASE WHEN metadata ? 'batch' OR reason = 'submitted' THEN CAST(:batches_within AS interval)
                     ELSE CAST(:within AS interval) END
            AND metadata ->> 'lease' = :lease AND metadata -> 'order' = CAST(:order AS jsonb)
          ORDER BY id DESC LIMIT 1) AS last
    WHERE last.status IN ('stale', 'stopped') OR last.status = 'success' AND last.reason = 'submitted'
       OR last.status IN ('failed', 'partial') AND last.reason <> 'exhausted'
""")
_LOCK_OPEN = text(
    "SELECT id FROM generation_slots WHERE run_id = :mine AND state = 'open' ORDER BY id FOR UPDATE"
)
_LEFT_OPEN = text("""
    SELECT slot.id, slot.run_id, slot.question_type, slot.difficulty, slot.ordinal, slot.seed, slot.attempts
    FROM generation_slots AS slot JOIN job_runs AS run ON run.id = slot.run_id
    WHERE slot.state = 'open' AND run.status <> 'running' AND slot.source = :source
      AND slot.question_type || '/' || slot.difficulty = ANY(:strata)
      AND (run.id = CAST(:mine AS bigint) OR run.reason IS DISTINCT FROM 'submitted'
           OR run.started_at < clock_timestamp() - CAST(:batches_within AS interval))
      AND (run.id = CAST(:mine AS bigint) OR NOT EXISTS (
          SELECT 1 FROM llm_calls AS call JOIN llm_batches AS batch ON batch.id = call.batch_id
          WHERE call.slot_id = slot.id AND call.state = 'asked'
            AND batch.state IN ('preparing', 'submitted')
            AND batch.created_at > clock_timestamp() - CAST(:batches_within AS interval)))
    ORDER BY slot.id LIMIT :limit FOR UPDATE OF slot SKIP LOCKED
""")
_LAST_REFUSALS = text("""
    SELECT DISTINCT ON (slot_id) slot_id, stage, reason, draft FROM refusals
    WHERE slot_id = ANY(:ids) ORDER BY slot_id, id DESC
""")
_REFUSALS_FOR = text(
    "SELECT stage, reason, draft, created_at FROM refusals WHERE slot_id = :slot_id ORDER BY id"
)
_BEHIND = text("""
    SELECT slot.id, slot.run_id, slot.ordinal, slot.seed, slot.attempts, slot.source, slot.created_at
    FROM generation_slots AS slot JOIN questions AS question ON question.slot_id = slot.id
    WHERE question.id = :question_id
""")
_STATES = text(
    "SELECT state, count(*) AS number FROM generation_slots WHERE run_id = :run_id GROUP BY state"
)
_REFUSALS = text("""
    SELECT stage, reason, count(*) AS drafts, min(draft ->> 'stem') AS stem
    FROM refusals WHERE run_id = :run_id GROUP BY stage, reason ORDER BY drafts DESC, stage, reason
""")
