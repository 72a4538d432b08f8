"""Alerts: one a key until it is resolved, however often it is noted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB


@dataclass(frozen=True, slots=True)
class Alert:
    """What is wrong. `key` says what it is about, so that the same trouble is one alert."""

    key: str
    alert_type: str
    severity: str  # info, warning or critical
    message: str
    job: str | None = None
    run_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    trigger: str = "scheduled"


def note(db: Connection, alert: Alert) -> bool:
    """Open it, or note that it is still there, with the words of now; True where it is new."""
    given = {name: getattr(alert, name) for name in Alert.__slots__}
    given |= {"details": dict(alert.details), "metadata": {"trigger_type": given.pop("trigger")}}
    return bool(db.scalar(_NOTE, given))


def resolve(db: Connection, key: str) -> bool:
    """It is well again; False where nothing was open."""
    return db.execute(_RESOLVE, {"key": key}).rowcount > 0


# xmax is 0 in a new row.
_NOTE = text("""
    INSERT INTO monitoring_alerts AS alert
        (key, alert_type, severity, message, job, run_id, details, metadata)
    VALUES (:key, :alert_type, :severity, :message, :job, :run_id, :details, :metadata)
    ON CONFLICT (key) WHERE status <> 'resolved' DO UPDATE SET
        (severity, message, run_id, details, last_seen_at)
        = (excluded.severity, excluded.message, coalesce(excluded.run_id, alert.run_id),
            excluded.details, clock_timestamp())
    RETURNING xmax = 0
""").bindparams(
    bindparam("details", type_=JSONB),
    bindparam("metadata", type_=JSONB),
    bindparam("run_id", type_=BigInteger),
)
_RESOLVE = text("""
    UPDATE monitoring_alerts SET status = 'resolved', resolved_at = clock_timestamp()
    WHERE key = :key AND status <> 'resolved'
""")
