"""Lay the bank: questions, the slots that runs fill, the drafts they refused, and runs with their leases.

Names of constraints follow the convention of `store/tables/` from this first migration on, so
that later ones can name what they change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_lay_the_bank"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "job_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "job_id",
            sa.Text(),
            nullable=False,
            comment="the kind of work: generate, calibrate, ...",
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True)),
        sa.Column("processing_time_ms", sa.BigInteger()),
        sa.Column("exit_status", sa.SmallInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column(
            "counts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "metadata", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.CheckConstraint(
            "status IN ('running', 'success', 'partial', 'failed', 'skipped', 'stopped', 'stale')",
            name=op.f("ck_job_runs_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index(op.f("ix_job_runs_job_id_started_at"), "job_runs", ["job_id", "started_at"])
    op.create_table(
        "generation_slots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("question_type", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column(
            "ordinal",
            sa.Integer(),
            nullable=False,
            comment="its place in the order that planned it",
        ),
        sa.Column(
            "seed",
            sa.Text(),
            nullable=False,
            comment="with the attempt it gives the same draft again",
        ),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), comment="why the last attempt was refused"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('open', 'kept', 'given_up')", name=op.f("ck_generation_slots_state")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f("fk_generation_slots_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation_slots")),
    )
    op.create_index(
        "ix_generation_slots_open",
        "generation_slots",
        ["id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_generation_slots_run_id"), "generation_slots", ["run_id"])
    op.create_table(
        "job_leases",
        sa.Column("lease", sa.Text(), nullable=False),
        sa.Column(
            "token", sa.BigInteger(), nullable=False, comment="fencing: grows with each holder"
        ),
        sa.Column("run_id", sa.BigInteger(), comment="null: free"),
        sa.Column(
            "holder", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f("fk_job_leases_run_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("lease", name=op.f("pk_job_leases")),
    )
    op.create_index(op.f("ix_job_leases_run_id"), "job_leases", ["run_id"])
    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("question_type", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text()),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("stimulus", postgresql.JSONB(none_as_null=True)),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), comment="the item model that computed it"),
        sa.Column(
            "features", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "signature", sa.Text(), nullable=False, comment="of stem, stimulus, options and key"
        ),
        sa.Column(
            "skeleton",
            sa.Text(),
            nullable=False,
            comment="shared by isomorphs: enemies in one exam",
        ),
        sa.Column(
            "verified",
            postgresql.JSONB(),
            nullable=False,
            comment="which gates passed this very content",
        ),
        sa.Column("run_id", sa.BigInteger()),
        sa.Column("slot_id", sa.BigInteger()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('quarantined', 'pretest', 'active', 'watch', 'retired')",
            name=op.f("ck_questions_status"),
        ),
        sa.CheckConstraint(
            "jsonb_array_length(options) BETWEEN 2 AND 6", name=op.f("ck_questions_options")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f("fk_questions_run_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["generation_slots.id"],
            name=op.f("fk_questions_slot_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("slot_id", name=op.f("uq_questions_slot_id")),
    )
    op.create_index(op.f("ix_questions_created_at"), "questions", ["created_at"])
    op.create_index(
        op.f("ix_questions_family"),
        "questions",
        ["family"],
        postgresql_where=sa.text("status <> 'retired'"),
    )
    op.create_index(
        op.f("ix_questions_question_type_difficulty_status"),
        "questions",
        ["question_type", "difficulty", "status"],
    )
    op.create_index(op.f("ix_questions_run_id"), "questions", ["run_id"])
    op.create_index(op.f("ix_questions_signature"), "questions", ["signature"], unique=True)
    op.create_index(op.f("ix_questions_skeleton"), "questions", ["skeleton"])
    op.create_table(
        "refusals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_id", sa.BigInteger()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("draft", postgresql.JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f("fk_refusals_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["generation_slots.id"],
            name=op.f("fk_refusals_slot_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
    )
    op.create_index(op.f("ix_refusals_run_id"), "refusals", ["run_id"])
    op.create_index(op.f("ix_refusals_slot_id"), "refusals", ["slot_id"])


def downgrade() -> None:
    for table in ("refusals", "questions", "job_leases", "generation_slots", "job_runs"):
        op.drop_table(table)
