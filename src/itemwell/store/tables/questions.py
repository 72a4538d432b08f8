"""Questions, the slots they were written for, and the drafts that were refused."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from itemwell.bank import QUESTION_STATUSES
from itemwell.store.tables.columns import (
    finite,
    identity,
    json_object,
    metadata,
    moment,
    now,
    one_of,
)

SLOT_STATES = ("open", "kept", "given_up")

generation_slots = Table(
    "generation_slots",
    metadata,
    identity(),
    Column("run_id", ForeignKey("job_runs.id", ondelete="CASCADE"), nullable=False),
    Column("question_type", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("ordinal", Integer, nullable=False, comment="its place in the order that planned it"),
    Column("seed", Text, nullable=False, comment="with the attempt it gives the same draft again"),
    Column("state", Text, nullable=False, server_default="open"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reason", Text, comment="why the last attempt was refused"),
    now("created_at"),
    now("updated_at"),
    Column(
        "source",
        Text,
        nullable=False,
        server_default="templates",
        comment="who writes for it: templates, models, or models with the material's digest",
    ),
    Column(
        "deaths", Integer, nullable=False, server_default="0", comment="of runs that had it open"
    ),
    Column("died_with", BigInteger, comment="the run whose death was counted last"),
    one_of("state", SLOT_STATES),
    Index(None, "run_id"),
    Index("ix_generation_slots_open", "id", postgresql_where=text("state = 'open'")),
)

questions = Table(
    "questions",
    metadata,
    identity(),
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
    json_object("features"),
    Column("signature", Text, nullable=False, comment="of stem, stimulus, options and key"),
    Column("skeleton", Text, nullable=False, comment="shared by isomorphs: enemies in one exam"),
    Column("verified", JSONB, nullable=False, comment="which gates passed this very content"),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Column("slot_id", ForeignKey("generation_slots.id", ondelete="SET NULL"), unique=True),
    now("created_at"),
    now("updated_at"),
    Column("citation", JSONB(none_as_null=True)),
    Column("irt_difficulty", Double),
    Column("irt_discrimination", Double),
    Column("irt_se_difficulty", Double),
    Column("irt_se_discrimination", Double),
    moment("irt_calibrated_at"),
    Column("irt_calibration_id", BigInteger, comment="the calibration these values are of"),
    one_of("status", QUESTION_STATUSES),
    CheckConstraint("jsonb_array_length(options) BETWEEN 2 AND 6", name="options"),
    *map(finite, ("irt_difficulty", "irt_se_difficulty", "irt_se_discrimination")),
    CheckConstraint(
        "irt_discrimination > 0 AND irt_discrimination < 'Infinity'", name="irt_discrimination"
    ),
    Index(None, "signature", unique=True),
    Index(None, "skeleton"),
    Index(None, "created_at"),
    Index(None, "question_type", "difficulty", "status"),
    Index(None, "family", postgresql_where=text("status <> 'retired'")),
    Index(None, "run_id"),
)

question_faces = Table(
    "question_faces",
    metadata,
    Column(
        "question_id",
        BigInteger,
        ForeignKey("questions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("signature", Text, nullable=False, comment="its first 16 characters"),
    Column("in_use", Boolean, nullable=False),
    Column("head", Text, nullable=False, comment="JSON up to the options"),
    Column("options", ARRAY(Text), nullable=False),
    comment="what a learner sees of a question; kept by a trigger",
)

refusals = Table(
    "refusals",
    metadata,
    identity(),
    Column("run_id", ForeignKey("job_runs.id", ondelete="CASCADE"), nullable=False),
    Column("slot_id", ForeignKey("generation_slots.id", ondelete="CASCADE")),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("draft", JSONB, nullable=False),
    now("created_at"),
    Index(None, "run_id"),
    Index(None, "slot_id"),
)
