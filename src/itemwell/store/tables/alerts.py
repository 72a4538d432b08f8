"""What operators are told once: what is wrong, since when, and that it is well again."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, text

from itemwell.store.tables.columns import identity, json_object, metadata, moment, now, one_of

ALERT_STATUSES = ("open", "acknowledged", "resolved")
SEVERITIES = ("info", "warning", "critical")

monitoring_alerts = Table(
    "monitoring_alerts",
    metadata,
    identity(),
    now("timestamp"),
    Column("alert_type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="open"),
    Column("key", Text, nullable=False, comment="what it is about: one at a time is not resolved"),
    Column("job", Text),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    json_object("details"),
    json_object("metadata"),
    moment("last_seen_at", nullable=False, server_default=text("clock_timestamp()")),
    moment("acknowledged_at"),
    Column("acknowledged_by", Text),
    moment("resolved_at"),
    moment("told_at", comment="when the channels took it; null: not yet"),
    moment("told_resolved_at", comment="when they were told that it is well again"),
    one_of("status", ALERT_STATUSES),
    one_of("severity", SEVERITIES),
    Index(
        "uq_monitoring_alerts_key",
        "key",
        unique=True,
        postgresql_where=text("status <> 'resolved'"),
    ),
    Index(None, "timestamp"),
    Index(None, "run_id"),
)
