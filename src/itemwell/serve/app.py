"""The service: routes behind the gate, and errors in one form that tells nothing it should not."""

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException as AnyHTTPException

from itemwell import __version__
from itemwell.serve import calibrations, exams, health, scheduler
from itemwell.serve.callers import Caller
from itemwell.serve.clean import Clean
from itemwell.serve.gate import Gate
from itemwell.serve.limits import Allowance
from itemwell.store.connect import explained, may_pass

BODY_BYTES = 65_536
BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}

log = structlog.get_logger()


def app_of(
    bank: Engine, callers: Sequence[Caller], requests_a_minute: int, secrets: Iterable[str] = ()
) -> Gate:
    """The whole as an ASGI app. None of `secrets` is in an answer."""
    app = FastAPI(title="Itemwell", version=__version__, docs_url=None, redoc_url=None)
    app.state.bank = bank
    for part in (scheduler, exams, calibrations, health):
        app.include_router(part.routes)
    app.add_api_route("/healthz", alive, tags=["health"])
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _wrong)
    app.add_exception_handler(DBAPIError, _away)
    app.add_exception_handler(PoolTimeout, _full)
    app.add_exception_handler(Exception, _bug)
    _describe(app)
    return Gate(Clean(app, secrets), callers, Allowance(requests_a_minute), BODY_BYTES)


async def alive() -> dict[str, str]:
    """The service answers. Whether the bank is well: itemwell health."""
    return {"status": "ok"}


def _describe(app: FastAPI) -> None:
    """The OpenAPI document says that a bearer is needed."""
    document = app.openapi()
    document["components"]["securitySchemes"] = BEARER
    for path, operations in document["paths"].items():
        if path != "/healthz":
            for operation in operations.values():
                operation["security"] = [{"bearer": []}]
    app.openapi_schema = document


def _error(status: int, told: str, headers: Any = None) -> JSONResponse:
    return JSONResponse({"success": False, "error": told}, status, headers=headers)


def _later(told: str) -> JSONResponse:
    return _error(503, told, {"retry-after": "5"})


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnyHTTPException)
    return _error(error.status_code, str(error.detail), error.headers)


async def _wrong(_: Request, error: Exception) -> JSONResponse:
    """Names what is wrong, and repeats nothing of what was sent."""
    assert isinstance(error, RequestValidationError)
    told = "; ".join(
        f"{'.'.join(str(part) for part in each['loc'][:3])[:80]}: {each['type']}"
        for each in error.errors()[:5]
    )
    return _error(422, told)


async def _away(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    if may_pass(error) or explained(error):
        log.warning("[Serve] the bank is away")
        return _later("the bank is away")
    log.error("[Serve] a statement failed", error=type(error.orig).__name__)
    return _error(400, "what was asked for cannot be stored or looked up")


async def _full(_: Request, __: Exception) -> JSONResponse:
    log.warning("[Serve] every connection to the bank is in use")
    return _later("too many requests at once")


async def _bug(_: Request, error: Exception) -> JSONResponse:
    log.error("[Serve] a request failed", error=type(error).__name__, exc_info=error)
    return _error(500, "an error of the service's own: see its log")
