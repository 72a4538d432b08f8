"""Snapshots: keeping closed days, and reading them. A page a statement."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    DateTime,
    Double,
    Integer,
    Text,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from itemwell.bank import Snapshot

COVERED = "covered_until"
"""What the row of a run over all learners tells: every day that closed before it has its snapshots."""


class Kept(NamedTuple):
    """Snapshots that are new, that later data changed, and that stay as they were."""

    new: int
    changed: int
    same: int


def keep(
    db: Connection, snapshots: Sequence[Snapshot], run_id: int | None, calibration_id: int | None
) -> Kept:
    """Store snapshots. One whose figures are stored already stays as it is, its times and run too."""
    if not snapshots:
        return Kept(0, 0, 0)
    columns: dict[str, Sequence[Any]] = dict(
        zip(Snapshot._fields, zip(*snapshots, strict=True), strict=True)
    )
    columns["abilities"] = [json.dumps(each) for each in columns["abilities"]]
    given = {name: list(column) for name, column in columns.items()}
    rows = db.execute(_KEEP, given | {"run_id": run_id, "calibration_id": calibration_id})
    new = [row.new for row in rows]
    return Kept(sum(new), len(new) - sum(new), len(snapshots) - len(new))


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


_FIGURES = (
    "pace_score", "quiz_average", "lessons_completed_count", "time_spent_seconds", "pace_label",
    "reason", "formula", "abilities", "time_zone", "day_start", "day_end",
)  # fmt: skip
_ARRAYS: dict[str, Any] = {
    "user_id": Text, "snapshot_date": Date, "pace_score": Double, "quiz_average": Double,
    "lessons_completed_count": Integer, "time_spent_seconds": Integer, "pace_label": Text,
    "reason": Text, "formula": Text, "abilities": Text, "time_zone": Text,
    "day_start": DateTime(timezone=True), "day_end": DateTime(timezone=True),
}  # fmt: skip
# xmax is 0 in a new row. The calibration alone makes no change: a later one may find the same.
_KEEP = text(f"""
    INSERT INTO performance_snapshots ({", ".join(_ARRAYS)}, calibration_id, run_id)
    SELECT {", ".join("abilities::jsonb" if name == "abilities" else name for name in _ARRAYS)},
        :calibration_id, :run_id
    FROM unnest({", ".join(f":{name}" for name in _ARRAYS)}) AS made ({", ".join(_ARRAYS)})
    ORDER BY user_id, snapshot_date
    ON CONFLICT (user_id, snapshot_date) DO UPDATE SET
        ({", ".join(_FIGURES)}, calibration_id, run_id, changed_at)
        = ({", ".join(f"excluded.{name}" for name in _FIGURES)}, excluded.calibration_id,
            excluded.run_id, clock_timestamp())
        WHERE ({", ".join(f"performance_snapshots.{name}" for name in _FIGURES)})
            IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _FIGURES)})
    RETURNING xmax = 0 AS new
""").bindparams(
    *(bindparam(name, type_=ARRAY(kind)) for name, kind in _ARRAYS.items()),
    bindparam("calibration_id", type_=BigInteger),
    bindparam("run_id", type_=BigInteger),
)
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
    f"SELECT {', '.join(_ARRAYS)} FROM performance_snapshots"
    " WHERE user_id = :user_id ORDER BY snapshot_date DESC LIMIT :limit"
)
_REFUSAL = text("SELECT reason FROM snapshot_refusals WHERE user_id = :user_id")
