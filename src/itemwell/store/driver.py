"""psycopg itself, for what SQLAlchemy has no words for: COPY, values in binary, leaving off."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

CANCEL_SECONDS = 1.0
"""So long the server may take to hear of it."""


@contextmanager
def cursor(db: Connection, *, binary: bool = False) -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the driver in the transaction of `db`. Its errors are told as SQLAlchemy's."""
    driver: psycopg.Connection[Any] = db.connection.driver_connection  # type: ignore[assignment]
    try:
        with driver.cursor(binary=binary) as mine:
            yield mine
    except psycopg.Error as error:
        broken = bool(driver.broken or driver.closed)
        if broken:
            db.invalidate(error)
        raise DBAPIError.instance(
            "COPY",
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=broken,
            dialect=db.dialect,
        ) from error


def cancel(db: Connection) -> None:
    """Have the server leave off what another thread asked of it by `db`; nothing where that is nothing."""
    driver: psycopg.Connection[Any] = db.connection.driver_connection  # type: ignore[assignment]
    with suppress(psycopg.Error):
        driver.cancel_safe(timeout=CANCEL_SECONDS)
