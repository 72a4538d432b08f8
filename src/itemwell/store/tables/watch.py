"""What was seen of the bank and its jobs: health, figures, and what was cleaned up."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text

from itemwell.store.tables.columns import finite, identity, json_object, metadata, now, one_of

HEALTH = ("healthy", "degraded", "unhealthy")
CLEANUP_STATUSES = ("success", "failed", "stopped")

health_checks = Table(
    "health_checks",
    metadata,
    identity(),
    now("timestamp"),
    Column("component", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("response_time_ms", Integer, nullable=False),
    json_object("details"),
    json_object("metadata"),
    one_of("status", HEALTH),
    Index(None, "timestamp"),
)

metrics_data = Table(
    "metrics_data",
    metadata,
    identity(),
    now("timestamp"),
    Column(
        "metric_type", Text, nullable=False, comment="what it is about: generate, bank, job ..."
    ),
    Column("metric_name", Text, nullable=False),
    Column("metric_value", Double, nullable=False),
    Column("metric_unit", Text, nullable=False),
    json_object("labels"),
    json_object("metadata"),
    finite("metric_value"),
    Index(None, "timestamp"),
    Index(None, "metric_name", "timestamp"),
)

cleanup_logs = Table(
    "cleanup_logs",
    metadata,
    identity(),
    now("timestamp"),
    Column("operation_type", Text, nullable=False, comment="delete, archive_and_delete or vacuum"),
    Column("table_name", Text, nullable=False),
    Column("records_processed", BigInteger, nullable=False, comment="that were old enough"),
    Column("records_deleted", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    json_object("metadata"),
    one_of("status", CLEANUP_STATUSES),
    Index(None, "timestamp"),
)
