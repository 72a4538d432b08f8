"""`/functions/v1/scheduler?action=...`: the jobs, as existing callers ask for them."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from itemwell.serve.answers import ERRORS, Bank, Success, needs
from itemwell.serve.callers import Scope
from itemwell.store import scheduler
from itemwell.store.connect import transact

routes = APIRouter(prefix="/functions/v1/scheduler", tags=["scheduler"], responses=ERRORS)
JobName = Annotated[str, Query(min_length=1, max_length=100, pattern=r"^[\w-]+$")]


class Look(StrEnum):
    """What can be looked at."""

    STATUS = "status"
    JOBS = "jobs"
    HEALTH = "health"


class Act(StrEnum):
    """What can be done."""

    TOGGLE = "toggle"
    TRIGGER = "trigger"


@routes.get("", dependencies=[needs(Scope.READ)])
def look(bank: Bank, action: Look) -> Success:
    """How the jobs are."""
    with bank.connect() as db:
        match action:
            case Look.STATUS:
                return Success(data=scheduler.status(db))
            case Look.JOBS:
                found = scheduler.jobs(db)
                return Success(data={"jobs": found, "count": len(found)})
            case Look.HEALTH:
                return Success(data=_health(scheduler.health(db)))


@routes.post("", dependencies=[needs(Scope.TRIGGER)])
def act(bank: Bank, action: Act, job: JobName, *, enable: bool = True) -> Success:
    """Enable or disable a job, or ask for a run of it: run-due or a worker does it."""
    if action is Act.TOGGLE:
        done = transact(bank, lambda db: scheduler.toggle(db, job, enable=enable))
        if not done["success"]:
            raise HTTPException(404, done["message"])
        return Success(data=done)
    with bank.begin() as db:
        found = scheduler.function_of(db, job)
        if found is None:
            raise HTTPException(404, f"Job not found: {job}")
        scheduler.ask(db, found[0])
    return Success(data={"job_name": job, "function": found[1]})


def _health(rows: list[dict[str, Any]]) -> dict[str, Any]:
    total = len(rows)
    healthy = sum(row["status"] in {"healthy", "pending"} for row in rows)
    return {
        "health": rows,
        "summary": {
            "total_jobs": total,
            "healthy_jobs": healthy,
            "inactive_jobs": sum(row["status"] == "inactive" for row in rows),
            "overall_health": round(100 * healthy / total, 1) if total else 100.0,
        },
    }
