"""The tables, by noun. `alembic check` holds them equal to the migrations.

Names and columns that users' SQL relies on (questions, job_runs, responses, irt_calibration_runs)
are an interface: add, never rename.
"""

from itemwell.store.tables.alerts import ALERT_STATUSES, SEVERITIES, monitoring_alerts
from itemwell.store.tables.answers import (
    CALIBRATION_STATUSES,
    irt_calibration_runs,
    item_parameters,
    responses,
)
from itemwell.store.tables.calls import (
    BATCH_STATES,
    CALL_STATES,
    llm_batches,
    llm_calls,
    llm_spending,
)
from itemwell.store.tables.columns import metadata
from itemwell.store.tables.due import DUE_STATES, due_runs, scheduled_jobs, sweeper_logs
from itemwell.store.tables.exams import (
    exam_attempts,
    exam_desks,
    exam_exposure,
    learners,
    pre_generated_exams,
)
from itemwell.store.tables.questions import (
    SLOT_STATES,
    generation_slots,
    question_faces,
    questions,
    refusals,
)
from itemwell.store.tables.queue import PROCRASTINATE, queue_failures
from itemwell.store.tables.recommendations import adaptive_recommendations
from itemwell.store.tables.runs import RUN_STATUSES, job_leases, job_runs
from itemwell.store.tables.snapshots import PACE_LABELS, performance_snapshots, snapshot_refusals
from itemwell.store.tables.study import (
    QUIZ_KINDS,
    lesson_progress,
    lessons,
    quiz_attempts,
    study_sessions,
)
from itemwell.store.tables.twins import (
    CORRECTIONS,
    ENEMY_KINDS,
    VERDICTS,
    dedup_decisions,
    dedup_thresholds,
    enemies,
    question_forms,
    question_vectors,
)
from itemwell.store.tables.watch import HEALTH, cleanup_logs, health_checks, metrics_data

__all__ = [
    "ALERT_STATUSES",
    "BATCH_STATES",
    "CALIBRATION_STATUSES",
    "CALL_STATES",
    "CORRECTIONS",
    "DERIVED",
    "DUE_STATES",
    "ENEMY_KINDS",
    "HEALTH",
    "PACE_LABELS",
    "PROCRASTINATE",
    "QUIZ_KINDS",
    "RUN_STATUSES",
    "SEVERITIES",
    "SLOT_STATES",
    "VERDICTS",
    "adaptive_recommendations",
    "cleanup_logs",
    "dedup_decisions",
    "dedup_thresholds",
    "due_runs",
    "enemies",
    "exam_attempts",
    "exam_desks",
    "exam_exposure",
    "generation_slots",
    "health_checks",
    "irt_calibration_runs",
    "is_kept",
    "item_parameters",
    "job_leases",
    "job_runs",
    "learners",
    "lesson_progress",
    "lessons",
    "llm_batches",
    "llm_calls",
    "llm_spending",
    "metadata",
    "metrics_data",
    "monitoring_alerts",
    "performance_snapshots",
    "pre_generated_exams",
    "question_faces",
    "question_forms",
    "question_vectors",
    "questions",
    "queue_failures",
    "quiz_attempts",
    "refusals",
    "responses",
    "scheduled_jobs",
    "snapshot_refusals",
    "study_sessions",
    "sweeper_logs",
]

DERIVED = frozenset({"vector_index"})
"""Tables made on demand from others (see `store/index.py`): no migration knows them, and no backup."""


def is_kept(name: str | None, kind: str, _parents: object = None) -> bool:
    """Whether migrations answer for what has this name; alembic asks it as `include_name`."""
    return kind != "table" or name not in DERIVED | PROCRASTINATE
