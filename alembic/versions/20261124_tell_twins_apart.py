"""Tell twins apart: what nominates a question's neighbours, its vectors, and what was decided of pairs.

The forms of a question have a sequence of their own, written under the lock of twins, so that its
order is that of commits: whoever has read up to a number has missed none. A vector is bytes, which
every server holds; the index over vectors is derived from them where the server can, and is no
part of the schema. Questions of before have no forms: `itemwell dedup backfill` writes them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_tell_twins_apart"
down_revision = "20261123_ask_models"


def upgrade() -> None:
    op.create_table(
        "question_forms",
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("loose", sa.Text(), nullable=False, comment="of stem and stimulus; nominates"),
        sa.Column("key_form", sa.Text(), nullable=False, comment="of the right answer; nominates"),
        sa.Column(
            "stimulus", sa.Text(), nullable=False, comment="which one it is after; empty: none"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_question_forms_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_forms")),
        sa.UniqueConstraint("seq", name=op.f("uq_question_forms_seq")),
    )
    op.create_index(op.f("ix_question_forms_loose"), "question_forms", ["loose"])
    op.create_index(op.f("ix_question_forms_key_form"), "question_forms", ["key_form"])
    op.create_index(op.f("ix_question_forms_stimulus"), "question_forms", ["stimulus"])
    op.create_table(
        "question_vectors",
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "embedder", sa.Text(), nullable=False, comment="vendor:model@revision/dimensions"
        ),
        sa.Column("text_hash", sa.Text(), nullable=False, comment="SHA-256 of what was embedded"),
        sa.Column(
            "vector",
            sa.LargeBinary(),
            nullable=False,
            comment="float16, little-endian, of length 1",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question_forms.question_id"],
            name=op.f("fk_question_vectors_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", "embedder", name=op.f("pk_question_vectors")),
    )
    op.create_index(op.f("ix_question_vectors_text_hash"), "question_vectors", ["text_hash"])
    op.create_table(
        "dedup_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger()),
        sa.Column("slot_id", sa.BigInteger()),
        sa.Column("signature", sa.Text(), nullable=False, comment="of the candidate"),
        sa.Column("question_id", sa.BigInteger(), comment="the candidate, where it was kept"),
        sa.Column("neighbour_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "candidate",
            postgresql.JSONB(),
            nullable=False,
            comment="its stem, key, stimulus and type",
        ),
        sa.Column("embedder", sa.Text(), nullable=False),
        sa.Column("cosine", sa.Double(), comment="null: there was none"),
        sa.Column("jaccard", sa.Double(), nullable=False),
        sa.Column("masked", sa.Double(), nullable=False),
        sa.Column("key_relation", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False, comment="rule, or vendor and model"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("corrected", sa.Text(), comment="what a person says that the pair is"),
        sa.Column("corrected_by", sa.Text()),
        sa.Column("corrected_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "verdict IN ('duplicate', 'isomorph', 'variant', 'grey', 'new')",
            name=op.f("ck_dedup_decisions_verdict"),
        ),
        sa.CheckConstraint(
            "corrected IN ('duplicate', 'isomorph', 'variant', 'new')",
            name=op.f("ck_dedup_decisions_corrected"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f("fk_dedup_decisions_run_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["generation_slots.id"],
            name=op.f("fk_dedup_decisions_slot_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_dedup_decisions_question_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["neighbour_id"],
            ["questions.id"],
            name=op.f("fk_dedup_decisions_neighbour_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dedup_decisions")),
    )
    for column in ("run_id", "slot_id", "question_id", "neighbour_id", "signature"):
        op.create_index(op.f(f"ix_dedup_decisions_{column}"), "dedup_decisions", [column])
    op.create_table(
        "enemies",
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_enemies_order")),
        sa.CheckConstraint("kind IN ('isomorph', 'variant')", name=op.f("ck_enemies_kind")),
        sa.ForeignKeyConstraint(
            ["one_id"], ["questions.id"], name=op.f("fk_enemies_one_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["questions.id"], name=op.f("fk_enemies_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_enemies")),
    )
    op.create_index(op.f("ix_enemies_other_id"), "enemies", ["other_id"])
    op.create_table(
        "dedup_thresholds",
        sa.Column("embedder", sa.Text(), nullable=False),
        sa.Column(
            "values",
            postgresql.JSONB(),
            nullable=False,
            comment="the bank's own thresholds of the rule",
        ),
        sa.Column(
            "figures",
            postgresql.JSONB(),
            nullable=False,
            comment="what they did to the pairs held out",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("embedder", name=op.f("pk_dedup_thresholds")),
    )


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS vector_index")  # derived, and in the way of what it points at
    for table in (
        "dedup_thresholds",
        "enemies",
        "dedup_decisions",
        "question_vectors",
        "question_forms",
    ):
        op.drop_table(table)
