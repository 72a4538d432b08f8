"""psycopg itself, for what SQLAlchemy has no words for: COPY, and values in binary."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


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
