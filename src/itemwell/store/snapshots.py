"""Snapshots: reading them, and noting who got none; see `closing.py` for how they are made."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from itemwell.bank import Snapshot

COVERED = "covered_until"
"""What the row of a run over all learners tells: every day that closed before it has its snapshots."""


def refuse(
    db: Connection, reason_by_user: Mapping[str, str], sound: Sequence[str], run_id: int | None
) -> None:
    """Note whose data are broken, and forget it of the `sound` ones."""
    db.execute(_MENDED, {"users": list(sound)})
    asked = {"users": list(reason_by_user), "reasons": list(reason_by_user.values())}
    db.execute(_REFUSE, asked | {"run_id": run_id})


def count_in(db: Connection, run_id: int, counts: Mapping[str, int]) -> tuple[int, int, float]:
    """Add what a worker did to the counts of the run that left it to him.

    So far: snapshots that stand, errors, and the seconds since the run was begun.
    """
    rows = db.execute(_COUNT_IN, {"run_id": run_id, "counts": dict(counts)}).all()
    return tuple(rows[0]) if rows else (0, 0, 0.0)


def covered_until(db: Connection) -> datetime | None:
    """The moment up to which all closed days have their snapshots; None where nothing tells."""
    found = db.scalar(_COVERED, {"fact": COVERED})
    return datetime.fromisoformat(found) if found else None


def recent(db: Connection, user_id: str, limit: int = 30) -> list[Snapshot]:
    """A learner's last snapshots, the newest first."""
    return list(_read(db.execute(_RECENT, {"user_id": user_id, "limit": limit})))


def refusal(db: Connection, user_id: str) -> str | None:
    """Why the last run that looked at the learner gave him none; None where it did."""
    found: str | None = db.scalar(_REFUSAL, {"user_id": user_id})
    return found


def _read(rows: Any) -> Iterator[Snapshot]:
    return (Snapshot(*row) for row in rows)


_TEXTS = ARRAY(Text)
_MENDED = text("DELETE FROM snapshot_refusals WHERE user_id = ANY(:users)").bindparams(
    bindparam("users", type_=_TEXTS)
)
_REFUSE = text("""
    INSERT INTO snapshot_refusals (user_id, reason, run_id)
    SELECT user_id, reason, :run_id FROM unnest(:users, :reasons) AS given (user_id, reason)
    ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET reason = excluded.reason, run_id = excluded.run_id,
        noted_at = clock_timestamp()
""").bindparams(
    bindparam("users", type_=_TEXTS),
    bindparam("reasons", type_=_TEXTS),
    bindparam("run_id", type_=BigInteger),
)
_COUNT_IN = text("""
    UPDATE job_runs SET counts = counts || (
        SELECT jsonb_object_agg(key, value::bigint + coalesce((counts ->> key)::bigint, 0))
        FROM jsonb_each_text(:counts))
    WHERE id = :run_id
    RETURNING (counts ->> 'success')::bigint, (counts ->> 'errors')::bigint,
        date_part('epoch', clock_timestamp() - started_at)
""").bindparams(bindparam("counts", type_=JSONB))
_COVERED = text(
    "SELECT metadata ->> :fact FROM job_runs WHERE job_id = 'snapshot' AND metadata ? :fact"
    " ORDER BY id DESC LIMIT 1"
)
_RECENT = text(
    f"SELECT {', '.join(Snapshot._fields)} FROM performance_snapshots"
    " WHERE user_id = :user_id ORDER BY snapshot_date DESC LIMIT :limit"
)
_REFUSAL = text("SELECT reason FROM snapshot_refusals WHERE user_id = :user_id")
