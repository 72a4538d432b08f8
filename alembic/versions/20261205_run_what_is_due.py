"""Run what is due: the jobs as all hosts see them, each due run once, and SQL to ask for one.

A row of `due_runs` is a run that was due or asked for; `(job, scheduled_for)` is unique, so however
many hosts plan, each due moment is there once. The functions bear the names that users' SQL and
pg_cron call. They only queue: no function starts a program or knows a secret, and those that change
something are executed by the role `itemwell_scheduler` and the bank's owner alone.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261205_run_what_is_due"
down_revision = "20261205_raise_alerts"

SQL = Path(__file__).parents[1] / "sql" / revision


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    clock = sa.text("clock_timestamp()")
    empty = sa.text("'{}'::jsonb")
    op.create_table(
        "scheduled_jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, comment="in pg_cron; empty: none"),
        sa.Column(
            "function", sa.Text(), nullable=False, comment="that asks for a run; empty: none"
        ),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "planned_until", moment, nullable=False, comment="what was due by then is in due_runs"
        ),
        sa.Column("next_due", moment),
        sa.Column("looked_at", moment, comment="when run-due last planned it"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduled_jobs")),
    )
    op.create_table(
        "due_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("scheduled_for", moment, nullable=False),
        sa.Column("trigger_type", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text()),
        sa.Column("requested_at", moment, server_default=clock, nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="the fencing token too",
        ),
        sa.Column("not_before", moment),
        sa.Column("holder", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.Column("expires_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("exit_status", sa.SmallInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("run_id", sa.BigInteger(), comment="of job_runs, the last attempt's"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'missed', 'dead')",
            name=op.f("ck_due_runs_state"),
        ),
        sa.CheckConstraint(
            "trigger_type IN ('scheduled', 'manual')", name=op.f("ck_due_runs_trigger_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_runs")),
        sa.UniqueConstraint("job", "scheduled_for", name=op.f("uq_due_runs_job_scheduled_for")),
    )
    op.create_index(
        "ix_due_runs_open",
        "due_runs",
        ["scheduled_for"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "sweeper_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("timestamp", moment, server_default=clock, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("records_processed", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("error_details", sa.Text()),
        sa.Column("metadata", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.CheckConstraint("status IN ('success', 'failed')", name=op.f("ck_sweeper_logs_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeper_logs")),
    )
    op.create_index(op.f("ix_sweeper_logs_timestamp"), "sweeper_logs", ["timestamp"])
    for name in ("first_rows", "ask", "tell", "toggle", "access"):
        _execute(name)


def downgrade() -> None:
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("sweeper_logs")
    op.drop_table("due_runs")
    op.drop_table("scheduled_jobs")
    _execute("drop_role")


def _execute(name: str) -> None:
    """A file of statements. What FIXED_PATH stands for is known only in the bank itself."""
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    path = f"SET search_path = pg_catalog, {schema}, pg_temp"
    statements = (SQL / f"{name}.sql").read_text("utf-8").replace("FIXED_PATH", path)
    # Past SQLAlchemy and without parameters: the text is many statements, with % in them.
    op.get_bind().connection.driver_connection.execute(statements)


SIGNATURES = (
    "get_scheduler_health()",
    "initialize_scheduler()",
    "toggle_cron_job(text, boolean)",
    "get_cron_job_status()",
    "manage_cron_jobs()",
    "scheduled_job_records()",
    "trigger_content_automation()",
    "trigger_sweeper()",
    "trigger_monitoring()",
    "trigger_metrics_collection()",
    "trigger_health_checks()",
    "trigger_cleanup()",
    "queue_run(text)",
    "scheduler_access()",
)
