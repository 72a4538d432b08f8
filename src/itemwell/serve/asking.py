"""Asking for a run: a row that run-due or a worker takes. Nothing long is done in a request."""

import structlog
from fastapi import HTTPException, Request
from sqlalchemy import Engine

from itemwell.serve.answers import Success
from itemwell.store import scheduler

log = structlog.get_logger()


def ask(bank: Engine, request: Request, job: str) -> Success:
    """Queue a run of a job, unless one waits already; where to look for it."""
    with bank.begin() as db:
        if scheduler.function_of(db, job) is None:
            raise HTTPException(404, f"Job not found: {job}; itemwell run-due makes it known")
        number = scheduler.ask(db, job)
    log.info(f"[Cron] {request.scope['caller'].name} asks for {job}", request=number)
    return Success(data={"job": job, "queued": number, "see": f"itemwell jobs history {job}"})
