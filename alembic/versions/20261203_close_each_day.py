"""Close each day: what learners studied, and one row for each learner's local day that is over.

The inputs refuse nothing that an application says of its learners; what is broken is found by the
snapshot, which names the learner and goes on with the rest. The one promise they make is that an
import can be repeated: a lesson of a learner is one row, and so is an attempt or a session that
carries the application's own id.

`performance_snapshots` keeps the names that dashboards select, and beside them what one needs to
believe a figure a year later: the formula's version, the zone and both ends of the day, and whose
item parameters the abilities rest on. An index by learner and time holds all that a snapshot reads
of an input: a learner's rows of a month lie all over the table, and fetching each costs ten times as
much.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261203_close_each_day"
down_revision = "20261202_count_exposure"

INPUTS = ("lessons", "lesson_progress", "quiz_attempts", "study_sessions")
READ_BY = (
    ("lesson_progress", "completed_at", ["started_at", "score", "time_spent_seconds", "lesson_id"]),
    ("quiz_attempts", "completed_at", ["started_at", "score", "kind", "lesson_id", "id"]),
    ("study_sessions", "started_at", ["ended_at", "seconds"]),
)


def upgrade() -> None:
    op.add_column(
        "learners", sa.Column("time_zone", sa.Text(), comment="IANA name; null: the site's")
    )
    _create_inputs()
    _create_snapshots()


def downgrade() -> None:
    for table in ("snapshot_refusals", "performance_snapshots", *reversed(INPUTS)):
        op.drop_table(table)
    op.drop_column("learners", "time_zone")


def _create_inputs() -> None:
    op.create_table(
        "lessons",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), comment="in the course"),
        sa.Column("question_type", sa.Text()),
        sa.Column("minutes", sa.Integer(), comment="that it usually takes"),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
    )
    op.create_table(
        "lesson_progress",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("lesson_id", sa.Text(), nullable=False),
        _now("started_at"),
        _moment("completed_at"),
        sa.Column("score", sa.Double(), comment="0 to 100"),
        sa.Column("time_spent_seconds", sa.Integer(), server_default="0", nullable=False),
        _now("updated_at"),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_lesson_progress_lesson_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "lesson_id", name=op.f("pk_lesson_progress")),
    )
    op.create_table(
        "quiz_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("lesson_id", sa.Text()),
        sa.Column("question_type", sa.Text()),
        sa.Column("kind", sa.Text(), server_default="quiz", nullable=False),
        sa.Column("score", sa.Double(), comment="0 to 100"),
        _now("started_at"),
        _moment("completed_at"),
        sa.Column(
            "external_id", sa.Text(), comment="the application's; the same attempt twice is one"
        ),
        sa.CheckConstraint("kind IN ('quiz', 'exercise')", name=op.f("ck_quiz_attempts_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempts")),
        sa.UniqueConstraint(
            "user_id", "external_id", name=op.f("uq_quiz_attempts_user_id_external_id")
        ),
    )
    op.create_table(
        "study_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        _now("started_at"),
        _moment("ended_at"),
        sa.Column(
            "seconds", sa.Integer(), comment="of study in it; null: from its start to its end"
        ),
        sa.Column(
            "external_id", sa.Text(), comment="the application's; the same session twice is one"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_sessions")),
        sa.UniqueConstraint(
            "user_id", "external_id", name=op.f("uq_study_sessions_user_id_external_id")
        ),
    )
    for table, time, also in READ_BY:
        name = op.f(f"ix_{table}_user_id_{time}")
        op.create_index(name, table, ["user_id", time], postgresql_include=also)


def _create_snapshots() -> None:
    op.create_table(
        "performance_snapshots",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("snapshot_date", sa.Date(), nullable=False, comment="the learner's local day"),
        sa.Column("pace_score", sa.Double(), comment="0 to 100 over 30 days; null: see reason"),
        sa.Column(
            "quiz_average", sa.Double(), comment="0 to 100 over 30 days; null: no quiz in them"
        ),
        sa.Column("lessons_completed_count", sa.Integer(), nullable=False, comment="on this day"),
        sa.Column("time_spent_seconds", sa.Integer(), nullable=False, comment="on this day"),
        sa.Column("pace_label", sa.Text()),
        sa.Column("reason", sa.Text(), comment="why there is no pace"),
        sa.Column("formula", sa.Text(), nullable=False, comment="version of what the figures mean"),
        sa.Column(
            "abilities",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "calibration_id",
            sa.BigInteger(),
            comment="whose item parameters the abilities rest on",
        ),
        sa.Column("time_zone", sa.Text(), nullable=False),
        _moment("day_start", nullable=False),
        _moment("day_end", nullable=False, comment="the first moment that is not in the day"),
        _now("created_at"),
        _moment("changed_at", comment="null: as it was first; else later data changed it"),
        sa.Column("run_id", sa.BigInteger(), comment="no foreign key: it would be looked up a row"),
        sa.CheckConstraint(
            "pace_label IN ('ACCELERATED', 'FAST', 'MEDIUM', 'SLOW')",
            name=op.f("ck_performance_snapshots_pace_label"),
        ),
        sa.CheckConstraint(
            "pace_score BETWEEN 0 AND 100", name=op.f("ck_performance_snapshots_pace_score")
        ),
        sa.CheckConstraint(
            "quiz_average BETWEEN 0 AND 100", name=op.f("ck_performance_snapshots_quiz_average")
        ),
        sa.CheckConstraint(
            "(pace_score IS NULL) = (reason IS NOT NULL)",
            name=op.f("ck_performance_snapshots_reason"),
        ),
        sa.CheckConstraint("day_start < day_end", name=op.f("ck_performance_snapshots_day")),
        sa.PrimaryKeyConstraint("user_id", "snapshot_date", name=op.f("pk_performance_snapshots")),
    )
    op.create_index(
        op.f("ix_performance_snapshots_snapshot_date"), "performance_snapshots", ["snapshot_date"]
    )
    op.create_table(
        "snapshot_refusals",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="what of the learner's data is broken"
        ),
        _now("noted_at"),
        sa.Column("run_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["job_runs.id"],
            name=op.f("fk_snapshot_refusals_run_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_snapshot_refusals")),
        comment="learners without a snapshot in the last run that looked at them",
    )
    op.create_index(op.f("ix_snapshot_refusals_run_id"), "snapshot_refusals", ["run_id"])


def _moment(name: str, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def _now(name: str) -> sa.Column:
    return _moment(name, server_default=sa.text("clock_timestamp()"), nullable=False)
