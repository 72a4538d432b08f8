"""What health looks at in the bank, and what it found."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import bindparam


class Look(NamedTuple):
    """One component: healthy, degraded or unhealthy, and why."""

    component: str
    status: str
    response_time_ms: int
    message: str


class Vendor(NamedTuple):
    """A vendor's last calls: how many, how many failed, and how the last one failed."""

    name: str
    calls: int
    failed: int
    last_kind: str | None
    last_at: datetime


def vendors(db: Connection) -> list[Vendor]:
    """Their record of the last 8 days, at most 100 calls each."""
    return [Vendor(*row) for row in db.execute(_VENDORS)]


def keep(db: Connection, looks: list[Look], about: dict[str, Any]) -> None:
    """Write down what was found, with what it is `about`: the run, and what began it."""
    rows = [
        {
            "component": each.component,
            "status": each.status,
            "ms": each.response_time_ms,
            "details": {"message": each.message},
            "about": about,
        }
        for each in looks
    ]
    db.execute(_KEEP, rows)


def latest(db: Connection) -> list[dict[str, Any]]:
    """The last that was found of each component."""
    return [dict(row) for row in db.execute(_LATEST).mappings()]


_VENDORS = text("""
    SELECT vendor, count(*), count(*) FILTER (WHERE state = 'failed'),
        (array_agg(error_kind ORDER BY ended_at DESC) FILTER (WHERE state = 'failed'))[1], max(ended_at)
    FROM (SELECT vendor, state, error_kind, ended_at, row_number() OVER
            (PARTITION BY vendor ORDER BY ended_at DESC) AS place
        FROM llm_calls WHERE state <> 'asked' AND created_at > clock_timestamp() - interval '8 days') AS call
    WHERE place <= 100 GROUP BY vendor ORDER BY vendor
""")
_KEEP = text(
    "INSERT INTO health_checks (component, status, response_time_ms, details, metadata)"
    " VALUES (:component, :status, :ms, :details, :about)"
).bindparams(bindparam("details", type_=JSONB), bindparam("about", type_=JSONB))
_LATEST = text(
    "SELECT DISTINCT ON (component) timestamp, component, status, response_time_ms, details"
    " FROM health_checks WHERE timestamp > clock_timestamp() - interval '1 day'"
    " ORDER BY component, timestamp DESC"
)
