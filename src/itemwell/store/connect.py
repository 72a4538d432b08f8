"""The way to the bank: a server by its URL, or the embedded one. One place says what its errors mean."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from itemwell.errors import Busy, ConfigError, DatabaseError, ItemwellError
from itemwell.settings import Settings
from itemwell.store import schema
from itemwell.store.embedded import Embedded, EmbeddedError, HomeError, InUse

Result = TypeVar("Result")

OLDEST_POSTGRES = 15
LIMITS = {
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
KEEPALIVE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
PATIENCE = (0.2, 1.0, 3.0, 5.0, 8.0)
"""Seconds between the tries of a transaction whose connection broke: a server's restart fits in."""

PASSING = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03"})
"""SQLSTATEs after which the same transaction may succeed: conflicts, lock waits, restarts."""

WAIT_SECONDS = 10.0
"""So long a thread waits for a connection that others of this program use."""

LAST_WORDS = {
    "25006": ("the database is read-only", "is it a standby? name the primary in DATABASE_URL"),
    "42501": ("the database role lacks a right", "grant it; itemwell doctor tells more"),
    "53100": ("the database's disk is full", "free space there; the next run goes on"),
}


@contextmanager
def open_bank(
    settings: Settings, *, schema_is: Literal["ready", "any"] = "ready", connections: int = 2
) -> Iterator[Engine]:
    """The bank for the length of the block, its schema checked; the embedded one is upgraded.

    So many `connections` stay open once they are, and two more may come and go: one for the
    heartbeat. Raises ConfigError where the operator must act first, DatabaseError where Postgres
    cannot be reached. An error of the database inside the block leaves it as one of these too.
    """
    with address(settings) as url, told(), _engine(url, connections) as bank:
        _greet(bank)
        if schema_is == "ready":
            make_ready = schema.require if settings.database_url else schema.catch_up
            make_ready(bank)
        yield bank


@contextmanager
def address(settings: Settings) -> Iterator[str]:
    """The bank's URL, with its password; the embedded server runs for the length of the block."""
    if settings.database_url:
        yield settings.database_url.get_secret_value()
    else:
        with told(), Embedded(settings.itemwell_home).running() as url:
            yield url


@contextmanager
def told() -> Iterator[None]:
    """What the world does to a database, as ConfigError or DatabaseError."""
    try:
        yield
    except HomeError as error:
        raise ConfigError(str(error)) from error
    except InUse as error:
        raise Busy(str(error)) from error
    except EmbeddedError as error:
        raise DatabaseError(f"Failed to connect to database: {error}") from error
    except DBAPIError as error:
        raise explained(error) or error from error


def exists(settings: Settings) -> bool:
    """Whether there is a bank to look into: the embedded one is made by the first run."""
    with told():
        return bool(settings.database_url) or Embedded(settings.itemwell_home).cluster.ready()


def peek(settings: Settings, read: Callable[[Connection], Result]) -> Result | None:
    """What `read` finds, with nothing created, upgraded or written; None where there is no bank yet."""
    if not exists(settings):
        return None
    with open_bank(settings, schema_is="any") as bank, bank.connect() as db:
        return None if schema.current(db) is None else read(db)


def server_of(settings: Settings) -> dict[str, Any]:
    """What is known of the bank's server without creating or starting anything."""
    if settings.database_url:
        with open_bank(settings, schema_is="any") as bank:
            version = ".".join(map(str, bank.dialect.server_version_info or ()))
        return {"server": "running", "version": version}
    with told():
        status = Embedded(settings.itemwell_home).status()
    known = {"server": status.state, "version": status.version, "pid": status.pid}
    return known | {"size_bytes": status.size_bytes, "log_file": str(status.log_file)}


def name_of(settings: Settings) -> str:
    """Where the bank is, for people: never a password."""
    if settings.database_url:
        return make_url(settings.database_url.get_secret_value()).render_as_string(
            hide_password=True
        )
    return f"embedded Postgres in {Embedded(settings.itemwell_home).cluster.data}"


def transact(
    bank: Engine, work: Callable[[Connection], Result], patience: Sequence[float] = PATIENCE
) -> Result:
    """`work` in one short transaction, again where the connection broke or a lock was in the way.

    A COMMIT whose answer was lost may have happened: `work` must find its own traces and be
    content with them.
    """
    for seconds in patience:
        try:
            with bank.begin() as db:
                return work(db)
        except DBAPIError as error:
            if not may_pass(error):
                raise
        time.sleep(seconds)
    with bank.begin() as db:
        return work(db)


def may_pass(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed soon. A connection cut in COMMIT has no SQLSTATE."""
    state = getattr(error.orig, "sqlstate", None)
    broken = error.connection_invalidated or (state is None and isinstance(error, OperationalError))
    return broken or state in PASSING


def explained(error: DBAPIError) -> ItemwellError | None:
    """What the operator reads about an error of the world; None where it is a bug of ours."""
    state = getattr(error.orig, "sqlstate", None)
    if state in {"42P01", "42703"}:
        return ConfigError(
            "the bank's schema is not the one of this program", f"run: {schema.UPGRADE}"
        )
    if state in LAST_WORDS:
        return DatabaseError(*LAST_WORDS[state])
    if may_pass(error) or isinstance(error, OperationalError):
        return DatabaseError(
            f"Lost the database: {first_line(error)}", "the next run goes on from here"
        )
    return None


def first_line(error: DBAPIError) -> str:
    """The first line of what the driver said, without SQL, parameters or password."""
    return str(error.orig).strip().partition("\n")[0].rstrip(".")


@contextmanager
def _engine(url: str, connections: int) -> Iterator[Engine]:
    address = make_url(url).set(drivername="postgresql+psycopg")
    bank = create_engine(
        address,
        connect_args={"application_name": "itemwell", "prepare_threshold": None, **KEEPALIVE},
        hide_parameters=True,  # what questions say has no business in a traceback
        pool_size=connections,
        max_overflow=2,
        pool_timeout=WAIT_SECONDS,
    )
    event.listen(bank, "connect", _set_limits)
    try:
        yield bank
    finally:
        bank.dispose()


def _set_limits(connection: object, _record: object) -> None:
    """On each connection, by SQL: poolers refuse them as start-up options."""
    sets = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in LIMITS.items())
    connection.autocommit = True  # type: ignore[attr-defined]
    connection.execute(f"SELECT {sets}")  # type: ignore[attr-defined]
    connection.autocommit = False  # type: ignore[attr-defined]


def _greet(bank: Engine) -> None:
    """Connect once. Raises where nobody answers or the server is too old."""
    try:
        with bank.connect():
            version = int((bank.dialect.server_version_info or (0,))[0])
    except DBAPIError as error:
        told = first_line(error).removeprefix("connection failed: ").replace("  ", " ")
        step = "is the server up, and DATABASE_URL right?"
        raise DatabaseError(f"Failed to connect to database: {told}", step) from error
    if version < OLDEST_POSTGRES:
        raise ConfigError(f"the server is Postgres {version}", "Postgres 15 or later is needed")
