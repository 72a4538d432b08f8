"""What there is to say of the bank and its jobs in figures: read at once, judged elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

FEW = 20
"""So many of a job's last runs are looked at."""


class Past(NamedTuple):
    """A run that ended, and what its calls to models cost."""

    id: int
    job: str
    status: str
    exit_status: int | None
    reason: str | None
    error_message: str | None
    started_at: datetime
    completed_at: datetime
    processing_time_ms: int
    counts: Mapping[str, Any]
    usd: Decimal

    @property
    def well(self) -> bool:
        """Whether it did its work, or some of it. A partial run of calibrate lost its database."""
        return self.status in {"success", "partial"}

    @property
    def failed(self) -> bool:
        """Whether it failed or died. One that was skipped or stopped on purpose did neither."""
        return self.status in {"failed", "stale"}


class Figures(NamedTuple):
    """The state of the bank at `now`, by the server's clock."""

    now: datetime
    runs: Mapping[str, Sequence[Past]]  # by job, the newest first
    first_run: Mapping[str, datetime]  # when each job was begun for the first time
    last_success: Mapping[str, datetime]
    active: Mapping[str, int]  # questions by type
    questions: int
    newest_question: datetime | None
    bank_bytes: int
    waiting: int  # jobs of the queue
    queue_failed: int
    responses: int
    alerts: int  # not resolved
    disabled: frozenset[str]  # jobs
    dead: Mapping[str, int]  # due runs by job that were given up, none of it was done since


def read(db: Connection, jobs: Sequence[str]) -> Figures:
    """The figures of these jobs and of the bank."""
    asked = {"jobs": list(jobs), "few": FEW}
    runs: dict[str, list[Past]] = {job: [] for job in jobs}
    for row in db.execute(_RUNS, asked):
        runs[row.job_id].append(Past(*row))
    ends = db.execute(_ENDS, asked).all()
    first_run = {row.job: row.first for row in ends if row.first}
    last_success = {row.job: row.last for row in ends if row.last}
    kinds = db.execute(_ACTIVE).all()
    active = {row.question_type: row.number for row in kinds}
    whole = db.execute(_WHOLE).one()
    return Figures(
        whole.now,
        runs,
        first_run,
        last_success,
        active,
        whole.questions,
        whole.newest,
        whole.size,
        whole.waiting,
        whole.failed,
        whole.responses,
        whole.alerts,
        frozenset(db.scalars(_DISABLED)),
        {row.job: row.number for row in db.execute(_DEAD)},
    )


_RUNS = text("""
    SELECT run.id, run.job_id, run.status, run.exit_status, run.reason, run.error_message,
        run.started_at, run.completed_at, coalesce(run.processing_time_ms, 0), run.counts,
        (SELECT coalesce(sum(price_usd), 0) FROM llm_calls WHERE run_id = run.id)
    FROM unnest(CAST(:jobs AS text[])) AS job, LATERAL (
        SELECT * FROM job_runs WHERE job_id = job AND completed_at IS NOT NULL
        ORDER BY started_at DESC LIMIT :few) AS run
    ORDER BY run.job_id, run.started_at DESC
""")
_ENDS = text("""
    SELECT job, (SELECT started_at FROM job_runs WHERE job_id = job ORDER BY started_at LIMIT 1) AS first,
        (SELECT started_at FROM job_runs WHERE job_id = job AND status IN ('success', 'partial')
            AND NOT (job = 'calibrate' AND status = 'partial') ORDER BY started_at DESC LIMIT 1) AS last
    FROM unnest(CAST(:jobs AS text[])) AS job
""")
_DISABLED = text("SELECT name FROM scheduled_jobs WHERE NOT enabled")
_DEAD = text("""
    SELECT job, count(*) AS number FROM due_runs AS dead WHERE state = 'dead' AND NOT EXISTS (
        SELECT FROM due_runs AS later WHERE later.job = dead.job AND later.state = 'done'
            AND later.ended_at > dead.ended_at)
    GROUP BY job
""")
_ACTIVE = text(
    "SELECT question_type, count(*) AS number FROM questions WHERE status = 'active' GROUP BY 1"
)
_WHOLE = text("""
    SELECT clock_timestamp() AS now, (SELECT max(created_at) FROM questions) AS newest,
        (SELECT count(*) FROM questions) AS questions,
        pg_database_size(current_database()) AS size,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name <> 'stalled') AS waiting,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed') AS failed,
        (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'responses'::regclass) AS responses,
        (SELECT count(*) FROM monitoring_alerts WHERE status <> 'resolved') AS alerts
""")
