"""Health over HTTP: what the job `health` found last of each component."""

from fastapi import APIRouter

from itemwell.serve.answers import ERRORS, Bank, Success, needs
from itemwell.serve.callers import Scope
from itemwell.store import health

routes = APIRouter(prefix="/api/health", tags=["health"], responses=ERRORS)

WORST = ("unhealthy", "degraded", "healthy")


@routes.get("", dependencies=[needs(Scope.READ)])
def components(bank: Bank) -> Success:
    """Each component as it was found last, and the worst of them; unknown before the first check."""
    with bank.connect() as db:
        found = health.latest(db)
    seen = {each["status"] for each in found}
    worst = next((status for status in WORST if status in seen), "unknown")
    return Success(data={"status": worst, "components": found})
