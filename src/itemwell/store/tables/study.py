"""What learners studied: lessons, how far each came, quizzes and exercises, and sessions.

The application writes these rows, and none is refused for what it says: a score that is no number or
a session that ends before it begins costs its own learner a snapshot, which names it, and not the
application its row. Where the application has such tables already, views take the place of these.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from itemwell.store.tables.columns import identity, metadata, moment, now, one_of

QUIZ_KINDS = ("quiz", "exercise")


def covering(moment: str, *also: str) -> Index:
    """By learner and time, with all that a snapshot and a recommendation read: a learner's rows lie apart in the table."""
    return Index(None, "user_id", moment, postgresql_include=also)


lessons = Table(
    "lessons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("position", Integer, comment="in the course"),
    Column("question_type", Text),
    Column("minutes", Integer, comment="that it usually takes"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    now("created_at"),
)

lesson_progress = Table(
    "lesson_progress",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("lesson_id", ForeignKey("lessons.id"), primary_key=True),
    now("started_at"),
    moment("completed_at"),
    Column("score", Double, comment="0 to 100"),
    Column("time_spent_seconds", Integer, nullable=False, server_default="0"),
    now("updated_at"),
    covering("completed_at", "started_at", "score", "time_spent_seconds", "lesson_id"),
)

quiz_attempts = Table(
    "quiz_attempts",
    metadata,
    identity(),
    Column("user_id", Text, nullable=False),
    # No foreign key: a quiz may belong to no lesson, or to one that the application took away.
    Column("lesson_id", Text),
    Column("question_type", Text),
    Column("kind", Text, nullable=False, server_default="quiz"),
    Column("score", Double, comment="0 to 100"),
    now("started_at"),
    moment("completed_at"),
    Column("external_id", Text, comment="the application's; the same attempt twice is one"),
    one_of("kind", QUIZ_KINDS),
    UniqueConstraint("user_id", "external_id"),
    covering("completed_at", "started_at", "score", "kind", "lesson_id", "id"),
)

study_sessions = Table(
    "study_sessions",
    metadata,
    identity(),
    Column("user_id", Text, nullable=False),
    now("started_at"),
    moment("ended_at"),
    Column("seconds", Integer, comment="of study in it; null: from its start to its end"),
    Column("external_id", Text, comment="the application's; the same session twice is one"),
    UniqueConstraint("user_id", "external_id"),
    covering("started_at", "ended_at", "seconds"),
)
