"""Exams over HTTP: hand one out, its keys, figures, the queue, and asking for more."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from itemwell.serve.answers import ERRORS, Bank, Success, needs
from itemwell.serve.asking import ask
from itemwell.serve.callers import Scope
from itemwell.store import attempts, exam_stats, queue

routes = APIRouter(prefix="/api", tags=["exams"], responses=ERRORS)
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Claim(BaseModel):
    """Whose exam, and of which type."""

    user_id: Name
    exam_type: Name


@routes.post("/get-pre-generated-exam", dependencies=[needs(Scope.CLAIM)], response_model=Success)
def claim(bank: Bank, asked: Claim) -> Response:
    """Hand out the learner's oldest valid exam, once, without keys; 404 where there is none."""
    _printable(asked.user_id, asked.exam_type)
    with bank.begin() as db:
        found = attempts.claim_json(db, asked.user_id, asked.exam_type)
    if found is None:
        raise HTTPException(404, "no valid exam of this type waits for this learner")
    body = f'{{"success":true,"data":{{"exam":{found}}}}}'  # as Success writes it
    return Response(body, media_type="application/json")


@routes.get("/exam-keys/{attempt_id}", dependencies=[needs(Scope.KEYS)])
def keys(bank: Bank, attempt_id: Annotated[int, Field(ge=1, lt=2**63)]) -> Success:
    """The right letters of an attempt; 404 where there is no such attempt."""
    with bank.connect() as db:
        found = attempts.keys(db, attempt_id)
    if not found:
        raise HTTPException(404, "there is no such attempt")
    return Success(data={"keys": [each._asdict() for each in found]})


@routes.get("/pre-gen-analytics", dependencies=[needs(Scope.READ)])
def analytics(bank: Bank) -> dict[str, Any]:
    """How many exams there are, used and unused, and for how many learners."""
    with bank.connect() as db:
        return {"success": True, "stats": exam_stats.stats(db, datetime.now(UTC))}


@routes.get("/queue", dependencies=[needs(Scope.READ)])
def waiting(bank: Bank) -> Success:
    """What waits for workers, is under way, or failed for good."""
    with bank.connect() as db:
        jobs = queue.jobs(db)
    states = ("waiting", "doing", "failed")
    counts = {state: sum(job.state == state for job in jobs) for state in states}
    return Success(data={**counts, "jobs": [job._asdict() for job in jobs[:100]]})


@routes.post("/pre-generate-exam", status_code=202, dependencies=[needs(Scope.TRIGGER)])
@routes.post("/cron/generate-exams", status_code=202, dependencies=[needs(Scope.TRIGGER)])
def generate(bank: Bank, request: Request) -> Success:
    """Ask for exams to be made for whoever lacks one: queued, and done by run-due or a worker."""
    return ask(bank, request, "exams")


@routes.get("/cron/generate-exams", status_code=202, dependencies=[needs(Scope.TRIGGER)])
def generate_by_get(bank: Bank, request: Request) -> Success:
    """The same for schedulers that can only GET."""
    return ask(bank, request, "exams")


def _printable(*names: str) -> None:
    """What Postgres cannot hold is nobody's name."""
    if not all(name.isprintable() for name in names):
        raise HTTPException(400, "a name has a character that cannot be printed")
