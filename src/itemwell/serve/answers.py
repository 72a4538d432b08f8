"""What the routes share: the bank, the caller's scope, and the form of answers."""

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import Engine

from itemwell.serve.callers import Scope


class Success(BaseModel):
    """`data` is what was asked for."""

    success: bool = True
    data: dict[str, Any]


class Failure(BaseModel):
    """Why not, in a line."""

    success: bool = False
    error: str


def _bank(request: Request) -> Engine:
    bank: Engine = request.app.state.bank
    return bank


Bank = Annotated[Engine, Depends(_bank)]


def needs(scope: Scope) -> Any:
    """A route's dependency: 403 where the caller has not this scope."""

    def check(request: Request) -> None:
        if scope not in request.scope["caller"].scopes:
            raise HTTPException(403, f"this bearer has not the scope {scope}")

    return Depends(check)


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure, "description": what}
    for status, what in {
        400: "what was asked for cannot be",
        401: "no valid bearer",
        403: "the bearer has not the scope",
        404: "there is none",
        413: "the request is too large",
        422: "a parameter is wrong",
        429: "too many requests",
        503: "the bank is away",
    }.items()
}
