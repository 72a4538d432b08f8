"""The scheduler as SQL tells it: the functions that pg_cron and dashboards call, and asking for a run."""

from typing import Any

from sqlalchemy import Connection, text


def status(db: Connection) -> dict[str, Any]:
    """How many jobs there are, are active, failed last; the last run and the next."""
    return dict(db.execute(text("SELECT * FROM get_cron_job_status()")).mappings().one())


def jobs(db: Connection) -> list[dict[str, Any]]:
    """Each job with its schedule, last run and next."""
    return [dict(row) for row in db.execute(text("SELECT * FROM manage_cron_jobs()")).mappings()]


def health(db: Connection) -> list[dict[str, Any]]:
    """How each job does."""
    return [
        dict(row) for row in db.execute(text("SELECT * FROM get_scheduler_health()")).mappings()
    ]


def toggle(db: Connection, job: str, *, enable: bool) -> dict[str, Any]:
    """Enable or disable a job: whether there is one, and what was done."""
    asked = {"job": job, "enable": enable}
    found = db.execute(text("SELECT * FROM toggle_cron_job(:job, :enable)"), asked)
    return dict(found.mappings().one())


def function_of(db: Connection, job: str) -> tuple[str, str] | None:
    """The job's name here and the function that asks for it, by either of its names; None: no such job."""
    row = db.execute(_FUNCTION, {"job": job}).one_or_none()
    return (row.name, row.function) if row else None


def ask(db: Connection, job: str) -> int | None:
    """Ask for a run of a job; the number of the request."""
    asked: int | None = db.scalar(text("SELECT queue_run(:job)"), {"job": job})
    return asked


_FUNCTION = text("SELECT name, function FROM scheduled_jobs WHERE :job IN (name, title)")
