"""What the queue holds, for people and for its workers. Jobs are Procrastinate's rows; reasons are ours."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

QUEUE = "itemwell"


class Job(NamedTuple):
    """A job that waits, is under way (`doing`) or `failed` for good, and why it failed last."""

    id: int
    state: str
    task: str
    about: dict[str, Any]
    attempts: int  # that failed
    not_before: datetime | None
    reason: str | None


class Left(NamedTuple):
    """How many jobs are not over, and the seconds until the next that waits may be taken."""

    waiting: int
    doing: int
    seconds: float


def jobs(db: Connection) -> list[Job]:
    """Every job that is not over, and every one that failed; by state, oldest first."""
    return [Job(*row) for row in db.execute(_JOBS, {"queue": QUEUE})]


def left(db: Connection) -> Left:
    """What there is still to do."""
    return Left(*db.execute(_LEFT, {"queue": QUEUE}).one())


def note_failure(db: Connection, job_id: int, reason: str) -> int:
    """Store why an attempt failed; which attempt it was."""
    asked = {"id": job_id, "reason": reason[:2_000].replace("\0", "")}
    db.execute(_NOTE, asked)
    return int(db.execute(_ATTEMPTS, asked).scalar_one())


def clear(db: Connection) -> int:
    """Remove what waits; how many jobs it was. What is under way goes on."""
    removed = db.execute(_CLEAR, {"queue": QUEUE}).rowcount
    db.execute(_FORGET)
    return removed


def supersede(db: Connection) -> None:
    """Remove failed jobs whose like waits again."""
    db.execute(_DOUBLE, {"queue": QUEUE})
    db.execute(_FORGET)


def revive(db: Connection) -> int:
    """Let the failed jobs wait again, all their attempts before them; how many.

    One whose like waits already is removed instead.
    """
    supersede(db)
    found = db.scalars(_REVIVE, {"queue": QUEUE}).all()
    db.execute(_FORGET_OF, {"ids": list(found)})
    db.execute(_FORGET)
    return len(found)


_OURS = "queue_name = :queue AND task_name <> 'stalled'"
_JOBS = text(f"""
    SELECT job.id, CASE status WHEN 'todo' THEN 'waiting' ELSE status::text END, task_name, args,
        (SELECT count(*) FROM queue_failures WHERE job_id = job.id), scheduled_at,
        (SELECT reason FROM queue_failures WHERE job_id = job.id ORDER BY id DESC LIMIT 1)
    FROM procrastinate_jobs AS job
    WHERE {_OURS} AND status IN ('todo', 'doing', 'failed') ORDER BY status, job.id
""")
_LEFT = text(f"""
    SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
        coalesce(extract(epoch FROM min(greatest(scheduled_at, now())) FILTER (WHERE status = 'todo')
            - now()), 0)::double precision
    FROM procrastinate_jobs WHERE {_OURS} AND status IN ('todo', 'doing')
""")
_NOTE = text("INSERT INTO queue_failures (job_id, reason) VALUES (:id, :reason)")
_ATTEMPTS = text("SELECT count(*) FROM queue_failures WHERE job_id = :id")
_CLEAR = text(f"DELETE FROM procrastinate_jobs WHERE {_OURS} AND status = 'todo'")
_DOUBLE = text(f"""
    DELETE FROM procrastinate_jobs AS job WHERE {_OURS} AND status = 'failed' AND EXISTS (
        SELECT FROM procrastinate_jobs AS other WHERE other.queueing_lock = job.queueing_lock
            AND (other.status = 'todo' OR other.status = 'failed' AND other.id > job.id))
""")
_REVIVE = text(f"""
    UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, priority = 0, scheduled_at = NULL
    WHERE {_OURS} AND status = 'failed' RETURNING id
""")
_FORGET_OF = text("DELETE FROM queue_failures WHERE job_id = ANY(:ids)")
_FORGET = text(
    "DELETE FROM queue_failures WHERE NOT EXISTS"
    " (SELECT FROM procrastinate_jobs AS job WHERE job.id = job_id)"
)
