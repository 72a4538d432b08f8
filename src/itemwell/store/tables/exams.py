"""Learners, the exams that wait for them, and the attempts that were made of exams."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB

from itemwell.store.tables.columns import identity, metadata, moment, now

learners = Table(
    "learners",
    metadata,
    Column("user_id", Text, primary_key=True),
    now("last_active_at"),
    now("created_at"),
    Column("time_zone", Text, comment="IANA name; null: the site's"),
    comment="who answers without a row here is a learner too",
)

exam_desks = Table(
    "exam_desks",
    metadata,
    Column("exam_type", Text, primary_key=True),
    Column("version", BigInteger, nullable=False, comment="grows as exams are kept"),
    Column(
        "exams",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="that there are of it; kept by a trigger",
    ),
)

exam_exposure = Table(
    "exam_exposure",
    metadata,
    Column("exam_type", Text, primary_key=True),
    Column("question_id", BigInteger, primary_key=True, autoincrement=False),
    Column("exams", BigInteger, nullable=False, comment="that it is in"),
    comment="kept by a trigger",
    postgresql_with={"fillfactor": 50},
)

pre_generated_exams = Table(
    "pre_generated_exams",
    metadata,
    identity(),
    Column("user_id", Text, nullable=False),
    Column("exam_type", Text, nullable=False),
    Column("questions", JSONB, nullable=False, comment="references, in the order of the exam"),
    now("generated_at"),
    moment("expires_at", nullable=False),
    Column("used", Boolean, nullable=False, server_default=text("false")),
    now("created_at"),
    moment("used_at"),
    Column(
        "spares",
        JSONB,
        nullable=False,
        server_default=text("'[]'::jsonb"),
        comment="take the place of questions that were retired since",
    ),
    Column("seed", Text, nullable=False, comment="the same exam kept twice is one"),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Unique("user_id", "exam_type", "seed"),
    Index(
        "idx_pre_gen_exams_user_type_unused",
        "user_id",
        "exam_type",
        "used",
        postgresql_where=text("used = false"),
    ),
    Index("idx_pre_gen_exams_expires", "expires_at"),
    Index("idx_pre_gen_exams_used_created", "used", "created_at"),
    Index(None, "run_id"),
)

exam_attempts = Table(
    "exam_attempts",
    metadata,
    identity(),
    # No foreign key: the attempt outlives its exam, and knows which one it was.
    Column("exam_id", BigInteger, nullable=False, unique=True, comment="handed out once"),
    Column("user_id", Text, nullable=False),
    Column("exam_type", Text, nullable=False),
    Column("questions", JSONB, nullable=False, comment="references, as handed out"),
    now("claimed_at"),
    moment("started_at"),
    moment("finished_at"),
    Column("score", JSONB(none_as_null=True)),
    Index(None, "user_id"),
)
