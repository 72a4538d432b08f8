"""Each learner's closed days, and who got none because of broken data."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from itemwell.store.tables.columns import json_object, metadata, moment, now, one_of

PACE_LABELS = ("ACCELERATED", "FAST", "MEDIUM", "SLOW")

performance_snapshots = Table(
    "performance_snapshots",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("snapshot_date", Date, primary_key=True, comment="the learner's local day"),
    Column("pace_score", Double, comment="0 to 100 over 30 days; null: see reason"),
    Column("quiz_average", Double, comment="0 to 100 over 30 days; null: no quiz in them"),
    Column("lessons_completed_count", Integer, nullable=False, comment="on this day"),
    Column("time_spent_seconds", Integer, nullable=False, comment="on this day"),
    Column("pace_label", Text),
    Column("reason", Text, comment="why there is no pace"),
    Column("formula", Text, nullable=False, comment="version of what the figures mean"),
    json_object("abilities"),
    Column("calibration_id", BigInteger, comment="whose item parameters the abilities rest on"),
    Column("time_zone", Text, nullable=False),
    moment("day_start", nullable=False),
    moment("day_end", nullable=False, comment="the first moment that is not in the day"),
    now("created_at"),
    moment("changed_at", comment="null: as it was first; else later data changed it"),
    Column("run_id", BigInteger, comment="no foreign key: it would be looked up a row"),
    one_of("pace_label", PACE_LABELS),
    *(
        CheckConstraint(f"{column} BETWEEN 0 AND 100", name=column)
        for column in ("pace_score", "quiz_average")
    ),
    CheckConstraint("(pace_score IS NULL) = (reason IS NOT NULL)", name="reason"),
    CheckConstraint("day_start < day_end", name="day"),
    Index(None, "snapshot_date"),
)

snapshot_refusals = Table(
    "snapshot_refusals",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("reason", Text, nullable=False, comment="what of the learner's data is broken"),
    now("noted_at"),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Index(None, "run_id"),
    comment="learners without a snapshot in the last run that looked at them",
)
