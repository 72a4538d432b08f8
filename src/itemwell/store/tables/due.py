"""What is due: the jobs as all hosts see them, each run that was due or asked for, what was swept."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from itemwell.store.tables.columns import identity, json_object, metadata, moment, now, one_of

DUE_STATES = ("waiting", "running", "done", "missed", "dead")

scheduled_jobs = Table(
    "scheduled_jobs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False, comment="in pg_cron; empty: none"),
    Column("function", Text, nullable=False, comment="that asks for a run; empty: none"),
    Column("cron", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("needs", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    moment("planned_until", nullable=False, comment="what was due by then is in due_runs"),
    moment("next_due"),
    moment("looked_at", comment="when run-due last planned it"),
)

due_runs = Table(
    "due_runs",
    metadata,
    identity(),
    Column("job", Text, nullable=False),
    moment("scheduled_for", nullable=False),
    Column("trigger_type", Text, nullable=False),
    Column("asked_by", Text),
    now("requested_at"),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column(
        "attempts", Integer, nullable=False, server_default="0", comment="the fencing token too"
    ),
    moment("not_before"),
    json_object("holder"),
    moment("expires_at"),
    moment("ended_at"),
    Column("exit_status", SmallInteger),
    Column("reason", Text),
    Column("run_id", BigInteger, comment="of job_runs, the last attempt's"),
    one_of("state", DUE_STATES),
    one_of("trigger_type", ("scheduled", "manual")),
    UniqueConstraint("job", "scheduled_for"),
    Index("ix_due_runs_open", "scheduled_for", postgresql_where=text("ended_at IS NULL")),
)

sweeper_logs = Table(
    "sweeper_logs",
    metadata,
    identity(),
    now("timestamp"),
    Column("action", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("records_processed", Integer, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("error_details", Text),
    json_object("metadata"),
    one_of("status", ("success", "failed")),
    Index(None, "timestamp"),
)
