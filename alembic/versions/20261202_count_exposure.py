"""Count exposure as exams come and go, and put an exam's content together by its questions' index.

How often a question is in exams was read from the exams themselves, a million of them for each page
that others kept meanwhile. Triggers count instead, in the transaction that keeps or removes, whoever
does it; an exam's questions never change while it is stored. What expired counts until it is removed.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "20261202_count_exposure"
down_revision = "20261201_queue_exams"

SQL = Path(__file__).parents[1] / "sql"
FUNCTIONS = ("hold_desks", "count_exposure", "forget_exposure")
TRIGGERS = ("hold_desks", "count_kept", "count_removed", "count_none")


def upgrade() -> None:
    op.add_column(
        "exam_desks",
        sa.Column(
            "exams",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="that there are of it; kept by a trigger",
        ),
    )
    op.create_table(
        "exam_exposure",
        sa.Column("exam_type", sa.Text(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("exams", sa.BigInteger(), nullable=False, comment="that it is in"),
        sa.PrimaryKeyConstraint("exam_type", "question_id", name=op.f("pk_exam_exposure")),
        comment="kept by a trigger",
        postgresql_with={"fillfactor": 50},  # each page of exams changes thousands of rows in place
    )
    _execute(f"{revision}/counters")
    _execute(f"{revision}/content")


def downgrade() -> None:
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger} ON pre_generated_exams")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("exam_exposure")
    op.drop_column("exam_desks", "exams")
    _execute("20261130_have_exams_ready/content")


def _execute(name: str) -> None:
    """A file of statements. What FIXED_PATH stands for is known only in the bank itself."""
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    path = f"SET search_path = pg_catalog, {schema}, pg_temp"
    statements = (SQL / f"{name}.sql").read_text("utf-8").replace("FIXED_PATH", path)
    # Past SQLAlchemy and without parameters: the text is many statements, with % in them.
    op.get_bind().connection.driver_connection.execute(statements)
