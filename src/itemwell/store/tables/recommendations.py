"""Each learner's next steps, standing and past, with what they rest on and what came of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from itemwell.store.tables.columns import identity, json_object, metadata, moment, now

adaptive_recommendations = Table(
    "adaptive_recommendations",
    metadata,
    identity(),
    Column("user_id", Text, nullable=False),
    Column("recommendation_type", Text, nullable=False, comment="the rule"),
    Column("subject", Text, comment="a lesson or a question type"),
    Column("priority", SmallInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    json_object("evidence"),
    Column("rules", Text, nullable=False, comment="version of the rules"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    now("created_at"),
    moment("as_of", nullable=False, comment="what was known by then"),
    Column("refresh_date", Date, nullable=False, comment="the site's local date of as_of"),
    moment("expires_at", nullable=False),
    moment("ended_at", comment="when it was made inactive"),
    moment("dismissed_at", comment="when the learner did not want it"),
    moment("followed_at", comment="when the learner did it; null: not, or not yet"),
    Column("improved", Boolean, comment="was the learner better afterwards? null: nothing tells"),
    moment("judged_at", comment="from then on followed_at and improved stay"),
    Column("run_id", BigInteger, comment="no foreign key: it would be looked up a row"),
    CheckConstraint("jsonb_typeof(evidence) = 'object'", name="evidence"),
    UniqueConstraint("user_id", "refresh_date", "recommendation_type"),
    Index(
        "uq_adaptive_recommendations_active",
        "user_id",
        "recommendation_type",
        unique=True,
        postgresql_where=text("is_active"),
    ),
    Index(None, "user_id", postgresql_where=text("judged_at IS NULL")),
    Index(None, "as_of"),
)
