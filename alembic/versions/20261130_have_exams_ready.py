"""Have exams ready: learners, the exams that wait for them, attempts, and the functions that hand out.

An exam holds references, not content: which question, of which wording, its options in which order.
`claim_exam` hands out the content, without keys. Learners may see that their exams are there, but
not the references: `scored` is not for them, and a signature lets one try which key it was made
with. Whose exams a session may see is decided here, by the database.

A setting (`itemwell.user_id`, or the claims of a token) says who the learner is only where the
session was opened by a member of `itemwell_app`, such as a web server's login: any session may set
it. Everybody else is the learner that the session logged in as.

Roles belong to the whole server, and creating them is a right that an operator may not have.
`exam_access()` makes those that are missing where it may, and grants to those that there are; it can
be called again when an administrator has made them.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261130_have_exams_ready"
down_revision = "20261129_calibrate_items"

TABLES = ("question_faces", "learners", "pre_generated_exams", "exam_attempts")
FUNCTIONS = (
    "exam_caller()",
    "exam_role_has(name, text)",
    "exam_learner()",
    "exam_require_self(text)",
    "question_face(bigint, text, jsonb, jsonb)",
    "face_question()",
    "exam_content(jsonb, boolean)",
    "exam_mended(jsonb, jsonb)",
    "claim_exam(text, text)",
    "start_attempt(bigint)",
    "read_attempt(bigint)",
    "finish_attempt(bigint, jsonb)",
    "exam_keys(bigint)",
    "exam_access()",
)

SQL = Path(__file__).parents[1] / "sql" / revision
DEFINITIONS = ("who", "faces", "content", "mended", "claim", "attempts", "keys", "access")


def upgrade() -> None:
    _create_tables()
    for name in DEFINITIONS:
        _execute(name)
    for table in ("pre_generated_exams", "exam_attempts"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"""
            CREATE POLICY own_rows ON {table} FOR SELECT USING (
                user_id = (SELECT exam_learner())
                OR (SELECT exam_role_has(exam_caller(), 'itemwell_app')))
        """)
    op.execute("SELECT exam_access()")


def downgrade() -> None:
    for trigger in ("face_new", "face_changed"):
        op.execute(f"DROP TRIGGER {trigger} ON questions")
    for table in reversed(TABLES):
        op.drop_table(table)
    for function in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {function}")
    _execute("drop_roles")


def _create_tables() -> None:
    op.create_table(
        "question_faces",
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.Text(), nullable=False, comment="its first 16 characters"),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False, comment="JSON up to the options"),
        sa.Column("options", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_question_faces_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_faces")),
        comment="what a learner sees of a question; kept by a trigger",
    )
    op.create_table(
        "learners",
        sa.Column("user_id", sa.Text(), nullable=False),
        _now("last_active_at"),
        _now("created_at"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_learners")),
        comment="who answers without a row here is a learner too",
    )
    op.create_table(
        "pre_generated_exams",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("exam_type", sa.Text(), nullable=False),
        sa.Column(
            "questions",
            postgresql.JSONB(),
            nullable=False,
            comment="references, in the order of the exam",
        ),
        _now("generated_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _now("created_at"),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column(
            "spares",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
            comment="take the place of questions that were retired since",
        ),
        sa.Column("seed", sa.Text(), nullable=False, comment="the same exam kept twice is one"),
        sa.Column("run_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["job_runs.id"],
            name=op.f("fk_pre_generated_exams_run_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_generated_exams")),
        sa.UniqueConstraint(
            "user_id",
            "exam_type",
            "seed",
            name=op.f("uq_pre_generated_exams_user_id_exam_type_seed"),
        ),
    )
    op.create_index(
        "idx_pre_gen_exams_user_type_unused",
        "pre_generated_exams",
        ["user_id", "exam_type", "used"],
        postgresql_where=sa.text("used = false"),
    )
    op.create_index("idx_pre_gen_exams_expires", "pre_generated_exams", ["expires_at"])
    op.create_index("idx_pre_gen_exams_used_created", "pre_generated_exams", ["used", "created_at"])
    op.create_index(op.f("ix_pre_generated_exams_run_id"), "pre_generated_exams", ["run_id"])
    op.create_table(
        "exam_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("exam_id", sa.BigInteger(), nullable=False, comment="handed out once"),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("exam_type", sa.Text(), nullable=False),
        sa.Column(
            "questions", postgresql.JSONB(), nullable=False, comment="references, as handed out"
        ),
        _now("claimed_at"),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("score", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_attempts")),
        sa.UniqueConstraint("exam_id", name=op.f("uq_exam_attempts_exam_id")),
    )
    op.create_index(op.f("ix_exam_attempts_user_id"), "exam_attempts", ["user_id"])


def _now(name: str) -> sa.Column[sa.DateTime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )


def _execute(name: str) -> None:
    """A file of statements. What FIXED_PATH stands for is known only in the bank itself."""
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    path = f"SET search_path = pg_catalog, {schema}, pg_temp"
    statements = (SQL / f"{name}.sql").read_text("utf-8").replace("FIXED_PATH", path)
    # Past SQLAlchemy and without parameters: the text is many statements, with % in them.
    op.get_bind().connection.driver_connection.execute(statements)
