"""Batches at the vendors: their rows go with the rows of their calls, and are there before they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, insert, text, update

from itemwell.bank import Call
from itemwell.store import calls
from itemwell.store.calls import Limits
from itemwell.store.tables import llm_batches


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that is not collected yet. Without `vendor_id` nobody knows whether it was handed in."""

    id: UUID
    vendor: str
    model: str
    vendor_id: str | None
    asks: int
    created_at: datetime
    age: timedelta  # by the server's clock


class Waiting(NamedTuple):
    """An order whose run left asks with a vendor, or died over that."""

    run_id: int
    lease: str
    order: Mapping[str, Any]


class UnderWay(NamedTuple):
    """What a run waits for."""

    asks: int
    batches: int
    oldest: datetime | None


def prepare(
    db: Connection, batch_id: UUID, wanted: Sequence[Call], limits: Limits
) -> list[str | None]:
    """Open the calls of a new batch; for each, the limit that does not allow it, or None.

    Where none is allowed there is no batch. Can be repeated blindly.
    """
    first = wanted[0]
    told = {"run_id": first.run_id, "vendor": first.vendor, "model": first.model}
    if not db.scalar(_KNOWN, {"id": batch_id}):
        new = insert(llm_batches).values(id=batch_id, state="preparing", asks=0, **told)
        db.execute(new)
    short = calls.open_all(db, wanted, limits)
    opened = short.count(None)
    mine = llm_batches.c.id == batch_id
    if opened:
        db.execute(update(llm_batches).where(mine).values(asks=opened))
    else:
        db.execute(delete(llm_batches).where(mine))
    return short


def submitted(db: Connection, batch_id: UUID, vendor_id: str) -> None:
    """Remember the vendor's id."""
    _change(db, batch_id, state="submitted", vendor_batch_id=vendor_id)


def end(
    db: Connection, batch_id: UUID, ended: Sequence[Call], *, failed: str | None = None
) -> None:
    """Close the last calls of a batch and the batch with them: collected, or failed and why."""
    if ended:
        calls.close_all(db, ended)
    state = "collected" if failed is None else "failed"
    message = failed and failed[:2_000]
    _change(db, batch_id, state=state, error_message=message, ended_at=func.clock_timestamp())


def open_ones(db: Connection) -> list[Batch]:
    """The batches that are not collected yet, oldest first."""
    return [Batch(*row) for row in db.execute(_OPEN_ONES)]


def vendor_ids(db: Connection, vendor: str) -> set[str]:
    """The vendor's ids of all batches of it that this bank knows."""
    return set(db.scalars(_VENDOR_IDS, {"vendor": vendor}))


def asks_under_way(db: Connection, slot_ids: Iterable[int]) -> list[Row[Any]]:
    """Where the asks for these slots belong that are with a vendor: slot, attempt, stage, seat, subject."""
    return list(db.execute(_ASKS_UNDER_WAY, {"ids": list(slot_ids)}))


def take_over(db: Connection, run_id: int, new_run_id: int) -> Decimal:
    """Make the calls that a run has with a vendor those of another run; what they may cost."""
    moved = db.scalars(_TAKE_OVER, {"run_id": run_id, "new_run_id": new_run_id})
    return sum((usd for usd in moved if usd is not None), Decimal(0))


def under_way(db: Connection, run_id: int) -> UnderWay:
    """What is with a vendor for this run."""
    return UnderWay(*db.execute(_UNDER_WAY, {"run_id": run_id}).one())


def waiting(db: Connection) -> list[Waiting]:
    """The orders of batches that a run ought to go on with, the oldest first."""
    return [Waiting(*row) for row in db.execute(_WAITING, {"within": WITHIN})]


def _change(db: Connection, batch_id: UUID, **values: Any) -> None:
    """Change a batch that is not collected yet."""
    mine = (llm_batches.c.id == batch_id) & llm_batches.c.state.in_(["preparing", "submitted"])
    db.execute(update(llm_batches).where(mine).values(**values))


WITHIN = timedelta(days=3)
"""So long an order of batches waits to be gone on with: each of its rounds may take a day."""

_KNOWN = text("SELECT 1 FROM llm_batches WHERE id = :id")
_OPEN_ONES = text("""
    SELECT id, vendor, model, vendor_batch_id, asks, created_at, clock_timestamp() - created_at
    FROM llm_batches WHERE state IN ('preparing', 'submitted') ORDER BY created_at, id
""")
_VENDOR_IDS = text(
    "SELECT vendor_batch_id FROM llm_batches WHERE vendor = :vendor AND vendor_batch_id IS NOT NULL"
)
_OPEN_CALLS = """
    FROM llm_calls AS call JOIN llm_batches AS batch ON batch.id = call.batch_id
    WHERE call.state = 'asked' AND batch.state IN ('preparing', 'submitted')
"""
_ASKS_UNDER_WAY = text(
    f"SELECT call.slot_id, call.attempt, call.stage, call.seat, call.subject {_OPEN_CALLS}"
    " AND call.slot_id = ANY(:ids)"
)
_TAKE_OVER = text("""
    UPDATE llm_calls SET run_id = :new_run_id
    WHERE run_id = :run_id AND state = 'asked' AND batch_id IS NOT NULL RETURNING price_usd
""")
_UNDER_WAY = text(
    f"SELECT count(*), count(DISTINCT batch.id), min(batch.created_at) {_OPEN_CALLS}"
    " AND call.run_id = :run_id"
)
_WAITING = text("""
    SELECT id, metadata ->> 'lease', metadata -> 'order' FROM (
        SELECT DISTINCT ON (metadata ->> 'lease', metadata -> 'order') * FROM job_runs
        WHERE job_id = 'generate' AND metadata ? 'order' AND started_at > clock_timestamp() - :within
        ORDER BY metadata ->> 'lease', metadata -> 'order', id DESC
    ) AS last
    WHERE status = 'success' AND reason = 'submitted'
       OR metadata ? 'batch' AND (status IN ('stale', 'stopped')
                                  OR status IN ('failed', 'partial') AND reason <> 'exhausted')
    ORDER BY id
""")
