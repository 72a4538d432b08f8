"""Ask models: every call to one is a row before it is made, and what it cost is counted by day.

A call's row stands before its money is spent, at the worst price, so that a kill leaves a trace of
what may have been billed. Sums by day and vendor are a table of their own: a budget is checked
before each call, and must not read all the calls of a month for it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_ask_models"
down_revision = "20261122_lay_the_bank"


def upgrade() -> None:
    op.add_column(
        "generation_slots",
        sa.Column(
            "source",
            sa.Text(),
            server_default="templates",
            nullable=False,
            comment="who writes for it: templates, models, or models with the material's digest",
        ),
    )
    op.add_column("questions", sa.Column("citation", postgresql.JSONB(none_as_null=True)))
    op.create_table(
        "llm_spending",
        sa.Column("day", sa.Date(), nullable=False, comment="in UTC"),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("usd", sa.Numeric(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", "vendor", name=op.f("pk_llm_spending")),
    )
    op.create_table(
        "llm_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.BigInteger()),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vendor_batch_id", sa.Text(), comment="null: handed in, the answer is not known"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('preparing', 'submitted', 'collected', 'failed')",
            name=op.f("ck_llm_batches_state"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f("fk_llm_batches_run_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_batches")),
    )
    op.create_index(op.f("ix_llm_batches_run_id"), "llm_batches", ["run_id"])
    op.create_table(
        "llm_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.BigInteger()),
        sa.Column("slot_id", sa.BigInteger()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column(
            "seat", sa.Integer(), nullable=False, comment="tells the solvers of one draft apart"
        ),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="signature of the draft that was looked at",
        ),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("finish", sa.Text()),
        sa.Column("error_kind", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("perhaps_billed", sa.Boolean(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger()),
        sa.Column("cached_tokens", sa.BigInteger()),
        sa.Column("output_tokens", sa.BigInteger()),
        sa.Column("reasoning_tokens", sa.BigInteger()),
        sa.Column("usage_estimated", sa.Boolean()),
        sa.Column(
            "price_usd",
            sa.Numeric(),
            comment="at its worst while the call is under way; null: unknown, and allowed",
        ),
        sa.Column("latency_ms", sa.BigInteger()),
        sa.Column("vendor_request_id", sa.Text()),
        sa.Column("notes", sa.Text()),
        sa.Column("batch_id", sa.Uuid()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('asked', 'answered', 'failed')", name=op.f("ck_llm_calls_state")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["llm_batches.id"],
            name=op.f("fk_llm_calls_batch_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f("fk_llm_calls_run_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"],
            ["generation_slots.id"],
            name=op.f("fk_llm_calls_slot_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_calls")),
    )
    op.create_index(op.f("ix_llm_calls_slot_id_attempt"), "llm_calls", ["slot_id", "attempt"])
    op.create_index(op.f("ix_llm_calls_run_id"), "llm_calls", ["run_id"])
    op.create_index(op.f("ix_llm_calls_batch_id"), "llm_calls", ["batch_id"])
    op.create_index(op.f("ix_llm_calls_created_at"), "llm_calls", ["created_at"])


def downgrade() -> None:
    for table in ("llm_calls", "llm_batches", "llm_spending"):
        op.drop_table(table)
    op.drop_column("questions", "citation")
    op.drop_column("generation_slots", "source")
