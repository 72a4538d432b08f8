"""Alerts: one a key until it is resolved, however often it is noted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, TextClause, bindparam, text
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


def note(db: Connection, alert: Alert, by: int) -> bool:
    """Open it, or note that it is still there, with the words of now; True where it is new.

    `by` is the run that notes it: a new alert tells whether a schedule or a person began that.
    """
    given = {name: getattr(alert, name) for name in Alert.__slots__}
    return bool(db.scalar(_NOTE, given | {"details": dict(alert.details), "by": by}))


def resolve(db: Connection, key: str) -> bool:
    """It is well again; False where nothing was open."""
    return db.execute(_RESOLVE, {"key": key}).rowcount > 0


# xmax is 0 in a new row.
_NOTE = text("""
    INSERT INTO monitoring_alerts AS alert
        (key, alert_type, severity, message, job, run_id, details, metadata)
    VALUES (:key, :alert_type, :severity, :message, :job, :run_id, :details, jsonb_build_object(
        'trigger_type', (SELECT metadata->>'trigger_type' FROM job_runs WHERE id = :by)))
    ON CONFLICT (key) WHERE status <> 'resolved' DO UPDATE SET
        (severity, message, run_id, details, last_seen_at)
        = (excluded.severity, excluded.message, coalesce(excluded.run_id, alert.run_id),
            excluded.details, clock_timestamp())
    RETURNING xmax = 0
""").bindparams(
    bindparam("details", type_=JSONB),
    bindparam("run_id", type_=BigInteger),
)
_RESOLVE = text("""
    UPDATE monitoring_alerts SET status = 'resolved', resolved_at = clock_timestamp()
    WHERE key = :key AND status <> 'resolved'
""")


class Stored(NamedTuple):
    """An alert as the bank has it. `told` and `told_resolved` say which channels took it, and when."""

    id: int
    timestamp: datetime
    alert_type: str
    severity: str
    message: str
    status: str
    key: str
    job: str | None
    run_id: int | None
    last_seen_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    told: dict[str, str]
    told_resolved: dict[str, str]


def listed(db: Connection, *, also_resolved: bool = False, limit: int = 1_000) -> list[Stored]:
    """What is not resolved, or everything; the newest first."""
    return [Stored(*row) for row in db.execute(_LISTED, {"all": also_resolved, "limit": limit})]


def to_tell(db: Connection, within_days: int) -> list[Stored]:
    """What channels may not know of yet: all that is open, and what was resolved lately; by age."""
    return [Stored(*row) for row in db.execute(_TO_TELL, {"days": within_days})]


def open_keys(db: Connection, types: Collection[str]) -> list[str]:
    """The keys of these types that are not resolved."""
    return list(db.scalars(_OPEN_KEYS, {"types": list(types)}))


def acknowledge(db: Connection, alert_id: int, by: str) -> str | None:
    """Somebody knows of it. The status that it has then; None where there is none of this number."""
    status: str | None = db.scalar(_ACKNOWLEDGE, {"id": alert_id, "by": by})
    return status or db.scalar(
        text("SELECT status FROM monitoring_alerts WHERE id = :id"), {"id": alert_id}
    )


def note_told(
    db: Connection, alert_id: int, channels: Collection[str], *, resolved: bool, whole: bool
) -> None:
    """These channels took it; `whole`: with them all have."""
    given = {"id": alert_id, "names": list(channels), "whole": whole}
    db.execute(_TOLD_RESOLVED if resolved else _TOLD, given)


_FIELDS = (
    "id, timestamp, alert_type, severity, message, status, key, job, run_id, last_seen_at,"
    " acknowledged_at, acknowledged_by, resolved_at, coalesce(metadata->'told', '{}'),"
    " coalesce(metadata->'told_resolved', '{}')"
)
_LISTED = text(
    f"SELECT {_FIELDS} FROM monitoring_alerts WHERE :all OR status <> 'resolved'"
    " ORDER BY id DESC LIMIT :limit"
)
_TO_TELL = text(
    f"SELECT {_FIELDS} FROM monitoring_alerts WHERE status <> 'resolved'"
    " OR resolved_at > clock_timestamp() - make_interval(days => :days) ORDER BY id"
)
_OPEN_KEYS = text(
    "SELECT key FROM monitoring_alerts WHERE status <> 'resolved' AND alert_type = ANY(:types)"
)
_ACKNOWLEDGE = text(
    "UPDATE monitoring_alerts SET status = 'acknowledged', acknowledged_at = clock_timestamp(),"
    " acknowledged_by = :by WHERE id = :id AND status = 'open' RETURNING status"
)


def _told_as(name: str, column: str) -> TextClause:
    return text(f"""
        UPDATE monitoring_alerts SET
            {column} = CASE WHEN :whole THEN clock_timestamp() ELSE {column} END,
            metadata = jsonb_set(metadata, '{{{name}}}', coalesce(metadata->'{name}', '{{}}') || (
                SELECT jsonb_object_agg(name, clock_timestamp())
                FROM unnest(CAST(:names AS text[])) AS name))
        WHERE id = :id
    """)


_TOLD = _told_as("told", "told_at")
_TOLD_RESOLVED = _told_as("told_resolved", "told_resolved_at")
