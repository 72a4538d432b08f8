"""What tells twins apart: forms, vectors, and what was decided of pairs."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from itemwell.store.tables.columns import identity, metadata, moment, now, one_of

VERDICTS = ("duplicate", "isomorph", "variant", "grey", "new")
CORRECTIONS = ("duplicate", "isomorph", "variant", "new")
ENEMY_KINDS = ("isomorph", "variant")

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
    identity(),
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
    now("created_at"),
    Column("corrected", Text, comment="what a person says that the pair is"),
    Column("corrected_by", Text),
    moment("corrected_at"),
    one_of("verdict", VERDICTS),
    one_of("corrected", CORRECTIONS),
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
    one_of("kind", ENEMY_KINDS),
    Index(None, "other_id"),
)

dedup_thresholds = Table(
    "dedup_thresholds",
    metadata,
    Column("embedder", Text, primary_key=True),
    Column("values", JSONB, nullable=False, comment="the bank's own thresholds of the rule"),
    Column("figures", JSONB, nullable=False, comment="what they did to the pairs held out"),
    now("created_at"),
)
