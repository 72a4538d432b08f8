"""The tables. `alembic check` holds them equal to the migrations.

Names and columns that users' SQL relies on (questions, job_runs) are an interface: add, never rename.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from itemwell.bank import QUESTION_STATUSES

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RUN_STATUSES = ("running", "success", "partial", "failed", "skipped", "stopped", "stale")
SLOT_STATES = ("open", "kept", "given_up")
CALL_STATES = ("asked", "answered", "failed")
BATCH_STATES = ("preparing", "submitted", "collected", "failed")
VERDICTS = ("duplicate", "isomorph", "variant", "grey", "new")
CORRECTIONS = ("duplicate", "isomorph", "variant", "new")
ENEMY_KINDS = ("isomorph", "variant")

DERIVED = frozenset({"vector_index"})
"""Tables made on demand from others (see `store/index.py`): no migration knows them, and no backup."""


def is_kept(name: str | None, kind: str, _parents: object = None) -> bool:
    """Whether migrations answer for what has this name; alembic asks it as `include_name`."""
    return kind != "table" or name not in DERIVED


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _moment(name: str, **options: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), **options)


def _now(name: str) -> Column[Any]:
    """The server's clock, and the moment itself, not that of the transaction's begin."""
    return _moment(name, nullable=False, server_default=func.clock_timestamp())


def _object(name: str) -> Column[Any]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"))


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


job_runs = Table(
    "job_runs",
    metadata,
    _id(),
    Column("job_id", Text, nullable=False, comment="the kind of work: generate, calibrate, ..."),
    Column("status", Text, nullable=False),
    _now("started_at"),
    _moment("completed_at"),
    _moment("heartbeat_at"),
    Column("processing_time_ms", BigInteger),
    Column("exit_status", SmallInteger),
    Column("reason", Text),
    Column("error_message", Text),
    _object("counts"),
    _object("metadata"),
    _one_of("status", RUN_STATUSES),
    Index(None, "job_id", "started_at"),
)

job_leases = Table(
    "job_leases",
    metadata,
    Column("lease", Text, primary_key=True),
    Column("token", BigInteger, nullable=False, comment="fencing: grows with each holder"),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL"), comment="null: free"),
    _object("holder"),
    _moment("expires_at", nullable=False),
    Index(None, "run_id"),
)

generation_slots = Table(
    "generation_slots",
    metadata,
    _id(),
    Column("run_id", ForeignKey("job_runs.id", ondelete="CASCADE"), nullable=False),
    Column("question_type", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("ordinal", Integer, nullable=False, comment="its place in the order that planned it"),
    Column("seed", Text, nullable=False, comment="with the attempt it gives the same draft again"),
    Column("state", Text, nullable=False, server_default="open"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reason", Text, comment="why the last attempt was refused"),
    _now("created_at"),
    _now("updated_at"),
    Column(
        "source",
        Text,
        nullable=False,
        server_default="templates",
        comment="who writes for it: templates, models, or models with the material's digest",
    ),
    _one_of("state", SLOT_STATES),
    Index(None, "run_id"),
    Index("ix_generation_slots_open", "id", postgresql_where=text("state = 'open'")),
)

questions = Table(
    "questions",
    metadata,
    _id(),
    Column("question_type", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_reason", Text),
    Column("stem", Text, nullable=False),
    Column("stimulus", JSONB(none_as_null=True)),
    Column("options", JSONB, nullable=False),
    Column("key", Text, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("family", Text, comment="the item model that computed it"),
    _object("features"),
    Column("signature", Text, nullable=False, comment="of stem, stimulus, options and key"),
    Column("skeleton", Text, nullable=False, comment="shared by isomorphs: enemies in one exam"),
    Column("verified", JSONB, nullable=False, comment="which gates passed this very content"),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Column("slot_id", ForeignKey("generation_slots.id", ondelete="SET NULL"), unique=True),
    _now("created_at"),
    _now("updated_at"),
    Column("citation", JSONB(none_as_null=True)),
    _one_of("status", QUESTION_STATUSES),
    CheckConstraint("jsonb_array_length(options) BETWEEN 2 AND 6", name="options"),
    Index(None, "signature", unique=True),
    Index(None, "skeleton"),
    Index(None, "created_at"),
    Index(None, "question_type", "difficulty", "status"),
    Index(None, "family", postgresql_where=text("status <> 'retired'")),
    Index(None, "run_id"),
)

refusals = Table(
    "refusals",
    metadata,
    _id(),
    Column("run_id", ForeignKey("job_runs.id", ondelete="CASCADE"), nullable=False),
    Column("slot_id", ForeignKey("generation_slots.id", ondelete="CASCADE")),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("draft", JSONB, nullable=False),
    _now("created_at"),
    Index(None, "run_id"),
    Index(None, "slot_id"),
)

question_forms = Table(
    "question_forms",
    metadata,
    Column(
        "question_id",
        BigInteger,
        ForeignKey("questions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("seq", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("loose", Text, nullable=False, comment="of stem and stimulus; nominates"),
    Column("key_form", Text, nullable=False, comment="of the right answer; nominates"),
    Column("stimulus", Text, nullable=False, comment="which one it is after; empty: none"),
    Index(None, "loose"),
    Index(None, "key_form"),
    Index(None, "stimulus"),
)

question_vectors = Table(
    "question_vectors",
    metadata,
    Column(
        "question_id",
        BigInteger,
        ForeignKey("question_forms.question_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("embedder", Text, primary_key=True, comment="vendor:model@revision/dimensions"),
    Column("text_hash", Text, nullable=False, comment="SHA-256 of what was embedded"),
    Column("vector", LargeBinary, nullable=False, comment="float16, little-endian, of length 1"),
    Index(None, "text_hash"),
)

dedup_decisions = Table(
    "dedup_decisions",
    metadata,
    _id(),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Column("slot_id", ForeignKey("generation_slots.id", ondelete="SET NULL")),
    Column("signature", Text, nullable=False, comment="of the candidate"),
    Column(
        "question_id",
        ForeignKey("questions.id", ondelete="SET NULL"),
        comment="the candidate, where it was kept",
    ),
    Column("neighbour_id", ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
    Column("candidate", JSONB, nullable=False, comment="its stem, key, stimulus and type"),
    Column("embedder", Text, nullable=False),
    Column("cosine", Double, comment="null: there was none"),
    Column("jaccard", Double, nullable=False),
    Column("masked", Double, nullable=False),
    Column("key_relation", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("decided_by", Text, nullable=False, comment="rule, or vendor and model"),
    _now("created_at"),
    Column("corrected", Text, comment="what a person says that the pair is"),
    Column("corrected_by", Text),
    _moment("corrected_at"),
    _one_of("verdict", VERDICTS),
    _one_of("corrected", CORRECTIONS),
    Index(None, "run_id"),
    Index(None, "slot_id"),
    Index(None, "question_id"),
    Index(None, "neighbour_id"),
    Index(None, "signature"),
)

enemies = Table(
    "enemies",
    metadata,
    Column("one_id", BigInteger, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "other_id", BigInteger, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("kind", Text, nullable=False),
    CheckConstraint("one_id < other_id", name="order"),
    _one_of("kind", ENEMY_KINDS),
    Index(None, "other_id"),
)

dedup_thresholds = Table(
    "dedup_thresholds",
    metadata,
    Column("embedder", Text, primary_key=True),
    Column("values", JSONB, nullable=False, comment="the bank's own thresholds of the rule"),
    Column("figures", JSONB, nullable=False, comment="what they did to the pairs held out"),
    _now("created_at"),
)

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
    _now("created_at"),
    _moment("ended_at"),
    _one_of("state", BATCH_STATES),
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
    _now("created_at"),
    _moment("ended_at"),
    _one_of("state", CALL_STATES),
    Index(None, "slot_id", "attempt"),
    Index(None, "run_id"),
    Index(None, "batch_id"),
    Index(None, "created_at"),
)
