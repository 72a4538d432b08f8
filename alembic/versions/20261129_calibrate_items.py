"""Calibrate items: what learners answered, the runs of calibration, and the parameters they made.

An answer has no foreign key to its question: an application's answers are never refused because a
question is missing here. It is unique by learner, question and moment, so that an import can be
repeated. `item_parameters` keeps what each calibration found; `questions` carries what is in force.
Both refuse NaN and infinity, which double precision takes silently.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_calibrate_items"
down_revision = "20261124_tell_twins_apart"

IN_FORCE = ("irt_difficulty", "irt_discrimination", "irt_se_difficulty", "irt_se_discrimination")
FIGURES = (
    "difficulty",
    "discrimination",
    "se_difficulty",
    "se_discrimination",
    "covariance",
    "p_value",
    "point_biserial",
    "infit",
    "outfit",
    "fit_p",
)


def upgrade() -> None:
    op.create_table(
        "responses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("is_correct", sa.Boolean(), nullable=False),
        sa.Column("selected_option", sa.Text()),
        sa.Column("response_time_ms", sa.Integer()),
        _now("answered_at"),
        _now("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sa.UniqueConstraint(
            "user_id",
            "question_id",
            "answered_at",
            name=op.f("uq_responses_user_id_question_id_answered_at"),
        ),
        comment="one answer a row; the same answer twice is one, so that an import can be repeated",
    )
    op.create_table(
        "irt_calibration_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _now("started_at"),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("items_calibrated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("items_skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mean_difficulty", sa.Double()),
        sa.Column("mean_discrimination", sa.Double()),
        sa.Column("new_responses_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.Column("run_id", sa.BigInteger()),
        sa.Column("model", sa.Text(), comment="2pl or 1pl"),
        sa.Column("responses_count", sa.BigInteger(), comment="rows that the snapshot held"),
        sa.Column("last_response_id", sa.BigInteger(), comment="the highest id in it"),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column(
            "restored_from",
            sa.BigInteger(),
            comment="the calibration whose parameters this one put in force again",
        ),
        sa.Column(
            "report", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.CheckConstraint(
            "status IN ('running', 'success', 'failed', 'skipped')",
            name=op.f("ck_irt_calibration_runs_status"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["job_runs.id"],
            name=op.f("fk_irt_calibration_runs_run_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_irt_calibration_runs")),
    )
    for column in ("started_at", "run_id"):
        op.create_index(op.f(f"ix_irt_calibration_runs_{column}"), "irt_calibration_runs", [column])
    op.create_table(
        "item_parameters",
        sa.Column("calibration_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("difficulty", sa.Double()),
        sa.Column("discrimination", sa.Double()),
        sa.Column("se_difficulty", sa.Double()),
        sa.Column("se_discrimination", sa.Double()),
        sa.Column("covariance", sa.Double(), comment="of the two estimates"),
        sa.Column(
            "responses", sa.BigInteger(), nullable=False, comment="answers that the fit used"
        ),
        sa.Column("p_value", sa.Double(), comment="share of right answers"),
        sa.Column(
            "point_biserial", sa.Double(), comment="corrected: with the rest, without this item"
        ),
        sa.Column("infit", sa.Double()),
        sa.Column("outfit", sa.Double()),
        sa.Column("fit_p", sa.Double()),
        sa.Column("anchor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "flags",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), comment="why it was not published"),
        *(_finite(column, op.f(f"ck_item_parameters_{column}")) for column in FIGURES),
        sa.CheckConstraint(
            "NOT published OR (difficulty IS NOT NULL AND discrimination IS NOT NULL"
            " AND discrimination > 0)",
            name=op.f("ck_item_parameters_published"),
        ),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["irt_calibration_runs.id"],
            name=op.f("fk_item_parameters_calibration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calibration_id", "question_id", name=op.f("pk_item_parameters")),
    )
    op.create_index(op.f("ix_item_parameters_question_id"), "item_parameters", ["question_id"])
    for column in IN_FORCE:
        op.add_column("questions", sa.Column(column, sa.Double()))
    op.add_column("questions", sa.Column("irt_calibrated_at", sa.DateTime(timezone=True)))
    op.add_column(
        "questions",
        sa.Column(
            "irt_calibration_id", sa.BigInteger(), comment="the calibration these values are of"
        ),
    )
    for column in IN_FORCE:
        least = "0" if column == "irt_discrimination" else "'-Infinity'"
        op.create_check_constraint(
            op.f(f"ck_questions_{column}"),
            "questions",
            f"{column} > {least} AND {column} < 'Infinity'",
        )


def downgrade() -> None:
    for column in (*IN_FORCE, "irt_calibrated_at", "irt_calibration_id"):
        op.drop_column("questions", column)
    for table in ("item_parameters", "irt_calibration_runs", "responses"):
        op.drop_table(table)


def _now(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )


def _finite(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} > '-Infinity' AND {column} < 'Infinity'", name=name)
