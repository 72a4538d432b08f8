"""Watch over the bank: what health, metrics and cleanup found and did.

The columns are those that operators' SELECTs name. Rows are many and small, and cleanup takes them
out by `timestamp`: each table has an index on it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261206_watch_over_the_bank"
down_revision = "20261205_run_what_is_due"


def upgrade() -> None:
    _create(
        "health_checks",
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("response_time_ms", sa.Integer(), nullable=False),
        _json("details"),
        _json("metadata"),
        sa.CheckConstraint(
            "status IN ('healthy', 'degraded', 'unhealthy')", name=op.f("ck_health_checks_status")
        ),
    )
    _create(
        "metrics_data",
        sa.Column(
            "metric_type",
            sa.Text(),
            nullable=False,
            comment="what it is about: generate, bank, job ...",
        ),
        sa.Column("metric_name", sa.Text(), nullable=False),
        sa.Column("metric_value", sa.Double(), nullable=False),
        sa.Column("metric_unit", sa.Text(), nullable=False),
        _json("labels"),
        _json("metadata"),
        sa.CheckConstraint(
            "metric_value > '-Infinity' AND metric_value < 'Infinity'",
            name=op.f("ck_metrics_data_metric_value"),
        ),
    )
    op.create_index(
        op.f("ix_metrics_data_metric_name_timestamp"), "metrics_data", ["metric_name", "timestamp"]
    )
    _create(
        "cleanup_logs",
        sa.Column(
            "operation_type",
            sa.Text(),
            nullable=False,
            comment="delete, archive_and_delete or vacuum",
        ),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column(
            "records_processed", sa.BigInteger(), nullable=False, comment="that were old enough"
        ),
        sa.Column("records_deleted", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        _json("metadata"),
        sa.CheckConstraint(
            "status IN ('success', 'failed', 'stopped')", name=op.f("ck_cleanup_logs_status")
        ),
    )


def downgrade() -> None:
    for table in ("cleanup_logs", "metrics_data", "health_checks"):
        op.drop_table(table)


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "timestamp",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_timestamp"), table, ["timestamp"])


def _json(name: str) -> sa.Column:
    return sa.Column(
        name, postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
    )
