"""What learners answered, and the item parameters that calibrations made of it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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
from sqlalchemy.dialects.postgresql import ARRAY

from itemwell.store.tables.columns import (
    finite,
    identity,
    json_object,
    metadata,
    moment,
    now,
    one_of,
)

CALIBRATION_STATUSES = ("running", "success", "failed", "skipped")
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

responses = Table(
    "responses",
    metadata,
    identity(),
    Column("user_id", Text, nullable=False),
    # No foreign key: an application's answer is never refused because its question is missing
    # here. Calibration counts such answers and leaves them out.
    Column("question_id", BigInteger, nullable=False),
    Column("is_correct", Boolean, nullable=False),
    Column("selected_option", Text),
    Column("response_time_ms", Integer),
    now("answered_at"),
    now("created_at"),
    UniqueConstraint("user_id", "question_id", "answered_at"),
    comment="one answer a row; the same answer twice is one, so that an import can be repeated",
)

irt_calibration_runs = Table(
    "irt_calibration_runs",
    metadata,
    identity(),
    now("started_at"),
    moment("completed_at"),
    Column("status", Text, nullable=False),
    Column("items_calibrated", Integer, nullable=False, server_default="0"),
    Column("items_skipped", Integer, nullable=False, server_default="0"),
    Column("mean_difficulty", Double),
    Column("mean_discrimination", Double),
    Column("new_responses_count", BigInteger, nullable=False, server_default="0"),
    Column("error_message", Text),
    Column("run_id", ForeignKey("job_runs.id", ondelete="SET NULL")),
    Column("model", Text, comment="2pl or 1pl"),
    Column("responses_count", BigInteger, comment="rows that the snapshot held"),
    Column("last_response_id", BigInteger, comment="the highest id in it"),
    moment("published_at"),
    Column(
        "restored_from",
        BigInteger,
        comment="the calibration whose parameters this one put in force again",
    ),
    json_object("report"),
    one_of("status", CALIBRATION_STATUSES),
    Index(None, "started_at"),
    Index(None, "run_id"),
)

item_parameters = Table(
    "item_parameters",
    metadata,
    Column(
        "calibration_id",
        BigInteger,
        ForeignKey("irt_calibration_runs.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("question_id", BigInteger, primary_key=True, autoincrement=False),
    Column("difficulty", Double),
    Column("discrimination", Double),
    Column("se_difficulty", Double),
    Column("se_discrimination", Double),
    Column("covariance", Double, comment="of the two estimates"),
    Column("responses", BigInteger, nullable=False, comment="answers that the fit used"),
    Column("p_value", Double, comment="share of right answers"),
    Column("point_biserial", Double, comment="corrected: with the rest, without this item"),
    Column("infit", Double),
    Column("outfit", Double),
    Column("fit_p", Double),
    Column("anchor", Boolean, nullable=False, server_default=text("false")),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("published", Boolean, nullable=False),
    Column("reason", Text, comment="why it was not published"),
    *map(finite, FIGURES),
    CheckConstraint(
        "NOT published OR (difficulty IS NOT NULL AND discrimination IS NOT NULL"
        " AND discrimination > 0)",
        name="published",
    ),
    Index(None, "question_id"),
)
