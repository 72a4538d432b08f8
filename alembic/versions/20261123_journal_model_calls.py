"""Journal every model call before it is read, and tell slots of models from those of item models.

A paid answer must survive a kill: it is a row before anything is made of it, and the next run finds
it by slot, attempt, stage and seat.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_journal_model_calls"
down_revision = "20261122_lay_the_bank"


def upgrade() -> None:
    op.create_table(
        "llm_calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger()),
        sa.Column("slot_id", sa.BigInteger()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False, comment="which of several solvers"),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), comment="what arrived, as it arrived"),
        sa.Column("finish", sa.Text()),
        sa.Column("error_kind", sa.Text(), comment="null: an answer"),
        sa.Column("error_message", sa.Text()),
        sa.Column("perhaps_billed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("input_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cached_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reasoning_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("usage_estimated", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "price_usd", sa.Numeric(precision=14, scale=8), server_default="0", nullable=False
        ),
        sa.Column("latency_ms", sa.Integer()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
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
    op.create_index(op.f("ix_llm_calls_created_at"), "llm_calls", ["created_at"])
    op.create_index(op.f("ix_llm_calls_run_id"), "llm_calls", ["run_id"])
    op.create_index(
        op.f("ix_llm_calls_slot_id_attempt_stage"), "llm_calls", ["slot_id", "attempt", "stage"]
    )
    op.add_column(
        "generation_slots",
        sa.Column(
            "source", sa.Text(), server_default="templates", nullable=False, comment="or models"
        ),
    )


def downgrade() -> None:
    op.drop_column("generation_slots", "source")
    op.drop_table("llm_calls")
