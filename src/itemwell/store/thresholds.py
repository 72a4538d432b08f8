"""A bank's own thresholds, by embedder. Where it has none, those of the program are in force."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from itemwell.similar.decide import Thresholds
from itemwell.store.tables import dedup_thresholds

KNOWN = frozenset(each.name for each in fields(Thresholds))


def own(db: Connection) -> dict[str, Thresholds]:
    """The thresholds that this bank has set, by the identity of the embedder."""
    return {row["embedder"]: row["values"] for row in listed(db)}


def listed(db: Connection) -> list[dict[str, Any]]:
    """The same with their figures and when they were set."""
    rows = db.execute(select(dedup_thresholds).order_by(dedup_thresholds.c.embedder)).mappings()
    return [dict(row) | {"values": _thresholds(row["values"])} for row in rows]


def put(db: Connection, embedder: str, values: Thresholds, figures: dict[str, Any]) -> None:
    """Set the thresholds of an embedder in this bank, in place of those of before."""
    row = {"values": asdict(values), "figures": figures, "created_at": func.clock_timestamp()}
    statement = insert(dedup_thresholds).values(embedder=embedder, **row)
    db.execute(statement.on_conflict_do_update(index_elements=["embedder"], set_=row))


def reset(db: Connection, embedder: str) -> bool:
    """Take them back. False where there were none."""
    mine = dedup_thresholds.c.embedder == embedder
    return db.execute(delete(dedup_thresholds).where(mine)).rowcount == 1


def _thresholds(values: dict[str, float]) -> Thresholds:
    return Thresholds(**{name: value for name, value in values.items() if name in KNOWN})
