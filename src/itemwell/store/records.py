"""What the rows of runs tell: the last ones for a person, and for a run what its own says so far."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text

from itemwell.store.processes import is_gone
from itemwell.store.runs import DIED, HELD, Run
from itemwell.store.tables import job_runs


def facts(db: Connection, run: Run) -> dict[str, Any]:
    """What the run's row tells about it so far."""
    about = select(job_runs.c.metadata).where(job_runs.c.id == run.id)
    return dict(db.execute(about).scalar_one())


def trace(db: Connection, run: Run) -> dict[str, Any]:
    """What rows that the run leaves tell of it: its id, and whether a schedule or a person began it."""
    return {"run_id": run.id, "trigger_type": facts(db, run)["trigger_type"]}


def begun(db: Connection, run: Run) -> datetime:
    """When the run was begun, by the server's clock."""
    moment: datetime = db.execute(
        select(job_runs.c.started_at).where(job_runs.c.id == run.id)
    ).scalar_one()
    return moment


def with_fact(db: Connection, job: str, name: str, value: str) -> int | None:
    """The last run of this job whose row tells this; None where there is none."""
    told = job_runs.c.metadata[name].astext == value
    found: int | None = db.scalar(
        select(func.max(job_runs.c.id)).where(job_runs.c.job_id == job, told)
    )
    return found


def listed(db: Connection, *, job: str | None, limit: int) -> list[dict[str, Any]]:
    """The last runs, newest first."""
    query = select(job_runs).order_by(job_runs.c.id.desc()).limit(limit)
    if job:
        query = query.where(job_runs.c.job_id == job)
    return _told_true(db, [dict(row) for row in db.execute(query).mappings()])


def one(db: Connection, run_id: int) -> dict[str, Any] | None:
    """One run; None where there is none."""
    row = db.execute(select(job_runs).where(job_runs.c.id == run_id)).mappings().first()
    return _told_true(db, [dict(row)])[0] if row else None


def _told_true(db: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`rows`, those of dead processes as stale already, though only the next run will close them."""
    held = {row.run_id: row for row in db.execute(text(HELD))}
    for row in rows:
        holder = held.get(row["id"])
        alive = holder is not None and not holder.expired and not is_gone(holder.holder)
        if row["status"] == "running" and not alive:
            row |= {"status": "stale", "reason": "died", "error_message": DIED}
    return rows
