"""Runs of jobs, and the leases they hold."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, SmallInteger, Table, Text

from itemwell.store.tables.columns import identity, json_object, metadata, moment, now, one_of

RUN_STATUSES = ("running", "success", "partial", "failed", "skipped", "stopped", "stale")

job_runs = Table(
    "job_runs",
    metadata,
    identity(),
    Column("job_id", Text, nullable=False, comment="the kind of work: generate, calibrate, ..."),
    Column("status", Text, nullable=False),
    now("started_at"),
    moment("completed_at"),
    moment("heartbeat_at"),
    Column("processing_time_ms", BigInteger),
    Column("exit_status", SmallInteger),
    Column("reason", Text),
    Column("error_message", Text),
    json_object("counts"),
    json_object("metadata"),
    one_of("status", RUN_STATUSES),
    Index(None, "job_id", "started_at"),
)

job_leases = Table(
    "job_leases",
    metadata,
    Column("lease", Text, primary_key=True),
    Column("token", BigInteger, nullable=False, comment="fencing: grows with each holder"),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL"), comment="null: free"),
    json_object("holder"),
    moment("expires_at", nullable=False),
    Index(None, "run_id"),
)
