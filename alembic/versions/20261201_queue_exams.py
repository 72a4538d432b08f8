"""Queue work for many processes: Procrastinate's own schema, why its jobs failed, who counts exposure.

The schema is the SQL that the package ships; pyproject.toml pins its version, and a test its text,
so that every bank gets the same one: a later version comes with a migration that executes the steps
between the two. Procrastinate keeps no reasons: `queue_failures` has one a failed attempt.

`exam_desks` has a number an exam type that grows with each transaction that keeps exams. Whoever
read exposure at one number keeps only while it is still that: exposure is counted by one at a time,
and nobody gets two exams, whatever processes take part.
"""

from importlib import resources

import sqlalchemy as sa
from alembic import op

revision = "20261201_queue_exams"
down_revision = "20261130_have_exams_ready"


def upgrade() -> None:
    shipped = resources.files("procrastinate.sql").joinpath("schema.sql").read_text("utf-8")
    # Past SQLAlchemy and without parameters: the text is many statements, with % in them.
    op.get_bind().connection.driver_connection.execute(shipped)
    op.create_table(
        "queue_failures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False, comment="of procrastinate_jobs"),
        sa.Column(
            "failed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_failures")),
    )
    op.create_index(op.f("ix_queue_failures_job_id"), "queue_failures", ["job_id"])
    op.create_table(
        "exam_desks",
        sa.Column("exam_type", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="grows as exams are kept"),
        sa.PrimaryKeyConstraint("exam_type", name=op.f("pk_exam_desks")),
    )


def downgrade() -> None:
    op.drop_table("exam_desks")
    op.drop_table("queue_failures")
    op.execute(DROP)


DROP = r"""
    DO $$
    DECLARE
        name text;
    BEGIN
        DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs,
            procrastinate_workers CASCADE;
        FOR name IN SELECT oid::regprocedure FROM pg_proc
            WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\_%'
        LOOP
            EXECUTE 'DROP FUNCTION ' || name;
        END LOOP;
        FOR name IN SELECT oid::regtype FROM pg_type
            WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\_%'
        LOOP
            EXECUTE 'DROP TYPE ' || name;
        END LOOP;
    END $$
"""
