"""Calls to models: what was asked, answered and spent."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
)

from itemwell.store.tables.columns import metadata, moment, now, one_of

CALL_STATES = ("asked", "answered", "failed")
BATCH_STATES = ("preparing", "submitted", "collected", "failed")

llm_spending = Table(
    "llm_spending",
    metadata,
    Column("day", Date, primary_key=True, comment="in UTC"),
    Column("vendor", Text, primary_key=True),
    Column("usd", Numeric, nullable=False, server_default="0"),
)

llm_batches = Table(
    "llm_batches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Column("vendor", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("vendor_batch_id", Text, comment="null: handed in, the answer is not known"),
    Column("state", Text, nullable=False),
    Column("asks", Integer, nullable=False),
    Column("error_message", Text),
    now("created_at"),
    moment("ended_at"),
    one_of("state", BATCH_STATES),
    Index(None, "run_id"),
)

llm_calls = Table(
    "llm_calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Column("slot_id", ForeignKey("generation_slots.id", ondelete="SET NULL")),
    Column("attempt", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("seat", Integer, nullable=False, comment="tells the solvers of one draft apart"),
    Column("subject", Text, nullable=False, comment="signature of the draft that was looked at"),
    Column("vendor", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text),
    Column("finish", Text),
    Column("error_kind", Text),
    Column("error_message", Text),
    Column("perhaps_billed", Boolean, nullable=False),
    Column("input_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("usage_estimated", Boolean),
    Column(
        "price_usd",
        Numeric,
        comment="at its worst while the call is under way; null: unknown, and allowed",
    ),
    Column("latency_ms", BigInteger),
    Column("vendor_request_id", Text),
    Column("notes", Text),
    Column("batch_id", ForeignKey("llm_batches.id", ondelete="SET NULL")),
    now("created_at"),
    moment("ended_at"),
    one_of("state", CALL_STATES),
    Index(None, "slot_id", "attempt"),
    Index(None, "run_id"),
    Index(None, "batch_id"),
    Index(None, "created_at"),
)
