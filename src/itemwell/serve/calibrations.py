"""Calibrations over HTTP: the last ones, and asking for one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from itemwell.serve.answers import ERRORS, Bank, Success, needs
from itemwell.serve.asking import ask
from itemwell.serve.callers import Scope
from itemwell.store import calibrations

routes = APIRouter(prefix="/api/calibrations", tags=["calibrations"], responses=ERRORS)


@routes.get("", dependencies=[needs(Scope.READ)])
def history(bank: Bank, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Success:
    """The last calibrations, the newest first."""
    with bank.connect() as db:
        return Success(data={"runs": calibrations.history(db, limit)})


@routes.post("", status_code=202, dependencies=[needs(Scope.TRIGGER)])
def calibrate(bank: Bank, request: Request) -> Success:
    """Ask for a calibration: queued, and done by run-due or a worker."""
    return ask(bank, request, "calibrate")
