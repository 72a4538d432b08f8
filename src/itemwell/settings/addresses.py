"""What is wrong with an address of a bank or of a server, in words that hold no part of it."""

from urllib.parse import SplitResult, urlsplit

DSN = "must look like https://key@host/project, with the number of the project"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def bank_problem(url: str) -> str | None:
    """Why `url` is none of a bank; None where it may be one."""
    from psycopg import ProgrammingError  # noqa: PLC0415 - half of the cost of loading settings
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415
    from sqlalchemy import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return "must look like postgresql://user:password@host:5432/name"
    if parsed.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        return "must begin with postgresql://: the bank is Postgres"
    if not parsed.database:
        return "must end with the database's name: postgresql://host/name"
    if {"password", "sslpassword", "passfile"} & set(parsed.query):
        return "must have its password before the @, not among the parameters"
    if not 0 < (parsed.port or 5432) < 65_536:
        return "has a port that cannot be"
    if parsed.query.get("sslmode", "prefer") not in SSL_MODES:
        return f"has an sslmode that is none of {', '.join(SSL_MODES)}"
    try:
        make_conninfo(**{name: str(value) for name, value in parsed.query.items()})
    except ProgrammingError:
        return "has a parameter that Postgres does not know"
    return None


def server_problem(url: str) -> str | None:
    """Why `url` is none of a web server; None where it may be one."""
    parts = urlsplit(url or "https://unset")
    strange = not url.isprintable() or " " in url
    if strange or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        return "must look like https://host:port/v1"
    return None if 0 < _port(parts) < 65_536 else "has a port that cannot be"


def dsn_problem(dsn: str) -> str | None:
    """Why `dsn` is none of Sentry; None where it may be one."""
    try:
        parts = urlsplit(dsn)
    except ValueError:
        return DSN
    if not dsn.isascii() or not dsn.isprintable() or " " in dsn:
        return "holds a character that no DSN has; was something else pasted?"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return DSN
    if not parts.username:
        return f"has no key before the @; it {DSN}"
    if not parts.path.rpartition("/")[2].isdigit():
        return f"does not end with the project's number; it {DSN}"
    return None if 0 < _port(parts) < 65_536 else "has a port that cannot be"


def mail_problem(url: str) -> str | None:
    """Why `url` is none of a mail server; None where it may be one."""
    parts = urlsplit(url)
    strange = not url.isprintable() or " " in url
    if strange or parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        return "must look like smtp://user:password@host:587, or smtps://"
    return None if 0 < _port(parts) < 65_536 else "has a port that cannot be"


def _port(parts: SplitResult) -> int:
    """The port of an address; 0 where it is none."""
    try:
        return 443 if parts.port is None else parts.port
    except ValueError:
        return 0
