"""Settings: exams and learners."""

from typing import Any

from pydantic import BaseModel, Field, field_validator

from itemwell.blueprint import blueprints_of
from itemwell.errors import ConfigError
from itemwell.settings.values import TableName, ZoneName


class OfLearners(BaseModel):
    """Exams, days and next steps of learners, and where the application keeps what they do."""

    blueprints: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Exam types of your own, and changes of diagnostic and practice: questions, pretest, content,"
        ' difficulty, abilities, exposure, valid_days, kept_days: {"final": {"questions": 40, "exposure": 0.5}}.',
    )
    active_within_days: float = Field(
        30, gt=0, le=3_650, description="Learners idle for longer get no exams ahead of time."
    )
    time_zone: ZoneName = Field(
        "UTC",
        description="Whose days a learner's are who has no zone of his own: an IANA name such as Europe/Budapest.",
    )
    snapshot_backfill_days: int = Field(
        31,
        ge=1,
        le=366,
        description="How many closed days a snapshot makes up for at the most, after an outage.",
    )
    recommend_within_days: float = Field(
        60, gt=0, le=3_650, description="Learners idle for longer are recommended nothing."
    )
    recommend_retention: float = Field(
        0.9,
        gt=0.5,
        lt=1,
        description="A lesson is to be reviewed when the chance that it is remembered falls below this.",
    )
    lessons_table: TableName = Field(
        "lessons",
        description="Lessons: this table, or a view of the application's with its columns, schema.name.",
    )
    lesson_progress_table: TableName = Field(
        "lesson_progress", description="The same of what learners did of which lesson."
    )
    quiz_attempts_table: TableName = Field(
        "quiz_attempts", description="The same of their quizzes and exercises."
    )
    study_sessions_table: TableName = Field(
        "study_sessions", description="The same of when they studied."
    )

    @field_validator("blueprints", mode="after")
    @classmethod
    def _that_add_up(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        try:
            blueprints_of(value)
        except ConfigError as error:
            raise ValueError(f"{error}: {error.next_step}") from error
        return value
