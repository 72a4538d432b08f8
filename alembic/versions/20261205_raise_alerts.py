"""Raise alerts: one row from the moment that something is wrong until it is well again.

`key` is what the trouble is about. The database lets one row of a key be open, so that ten hosts
that find the same trouble make one alert.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261205_raise_alerts"
down_revision = "20261204_recommend_next_steps"

TABLE = "monitoring_alerts"
WORDS = {
    "status": ("open", "acknowledged", "resolved"),
    "severity": ("info", "warning", "critical"),
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _moment("timestamp", server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("alert_type", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column(
            "key",
            sa.Text(),
            nullable=False,
            comment="what it is about: one at a time is not resolved",
        ),
        sa.Column("job", sa.Text()),
        sa.Column("run_id", sa.BigInteger()),
        _json("details"),
        _json("metadata"),
        _moment("last_seen_at", server_default=sa.text("clock_timestamp()"), nullable=False),
        _moment("acknowledged_at"),
        sa.Column("acknowledged_by", sa.Text()),
        _moment("resolved_at"),
        _moment("told_at", comment="when the channels took it; null: not yet"),
        _moment("told_resolved_at", comment="when they were told that it is well again"),
        *(
            sa.CheckConstraint(
                f"{column} IN ({', '.join(map(repr, words))})", name=op.f(f"ck_{TABLE}_{column}")
            )
            for column, words in WORDS.items()
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["job_runs.id"], name=op.f(f"fk_{TABLE}_run_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(
        f"uq_{TABLE}_key",
        TABLE,
        ["key"],
        unique=True,
        postgresql_where=sa.text("status <> 'resolved'"),
    )
    for column in ("timestamp", "run_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])


def downgrade() -> None:
    op.drop_table(TABLE)


def _moment(name: str, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def _json(name: str) -> sa.Column:
    return sa.Column(
        name, postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
    )
