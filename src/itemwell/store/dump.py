"""Backup, restore and psql, by Postgres' own programs: the bundled ones, else the machine's."""

import os
import re
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, make_url

from itemwell.errors import ConfigError, DatabaseError
from itemwell.store.cluster import EmbeddedError, program
from itemwell.store.tables import DERIVED

NOT_RESTORED = (
    b"SET transaction_timeout",
    b"DROP EXTENSION IF EXISTS vector;",
    b"CREATE EXTENSION IF NOT EXISTS vector ",
    b"COMMENT ON EXTENSION vector ",
)
"""What only servers from 17 on know, and what only those with pgvector have: the bank needs neither."""

TO_OUR_ROLES = re.compile(
    rb"(GRANT|REVOKE) [^\t;]+ ON (TABLE|FUNCTION|SCHEMA) [^\t;]+ (TO|FROM) itemwell_[a-z]+;\n"
)
ACCESS = b"""
    DO $$ DECLARE access text; BEGIN
        FOR access IN SELECT oid::regprocedure FROM pg_proc
            WHERE proname IN ('exam_access', 'scheduler_access')
        LOOP
            EXECUTE format('SELECT %s', access);
        END LOOP;
    END $$;
"""
"""Roles are not in a backup, and the server may lack them: what they may do is said anew."""


def shell(url: str) -> int:
    """Run psql on the terminal; its exit status."""
    return subprocess.run(
        [_newest("psql"), *_where(url)], env=_environment(url), check=False
    ).returncode


def new_path(home: Path) -> Path:
    """Where a backup goes that was given no place."""
    return home / "backups" / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.dump"


def backup(url: str, path: Path) -> int:
    """Write the bank to `path`, which appears when it is whole and never replaces another; its size."""
    if not path.name:
        raise ConfigError(f"{path} is a directory", "name a file for --output")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise ConfigError(f"{path} exists", "name another --output")
        unfinished.touch(mode=0o600)  # the keys are in it
        left_out = [f"--exclude-table={table}" for table in DERIVED]
        _run(url, "pg_dump", "--format=custom", "--no-owner", *left_out, f"--file={unfinished}")
        unfinished.rename(path)
        return path.stat().st_size
    except OSError as error:
        raise ConfigError(
            f"cannot write {path}: {error.strerror}", "name another --output"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def restore(url: str, path: Path) -> None:
    """Replace the bank by the backup at `path`: all of it, or nothing, however this ends.

    The COMMIT is sent last: an end of the input before it, because we were killed, rolls back.
    """
    if not _is_dump(path):
        raise ConfigError(f"{path} is no backup", "name a file that `itemwell db backup` wrote")
    read = [_newest("pg_restore"), "--clean", "--if-exists", "--no-owner", "--file=-", str(path)]
    write = [_newest("psql"), *_where(url), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    source = subprocess.Popen(read, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    target = subprocess.Popen(
        write,
        env=_environment(url),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with source, target:
        try:
            _pass_on(source, target)
        except BaseException:
            target.kill()
            raise
        finally:
            source.kill()
            with suppress(BrokenPipeError):  # psql met an error, and tells it below
                target.stdin.close()  # type: ignore[union-attr]
        said = _said(target)  # before the wait: a full pipe would make it wait for ever
        _refuse_failure("psql", target.wait(), said)


def _pass_on(source: "subprocess.Popen[bytes]", target: "subprocess.Popen[bytes]") -> None:
    """Feed the SQL of `source` to `target` as one transaction, until psql ends or all is said.

    Derived tables leave first: they point at what is replaced, and are made again on demand.
    """
    assert source.stdout is not None
    assert target.stdin is not None
    with suppress(BrokenPipeError):
        target.stdin.write(b"BEGIN;\n")
        for table in DERIVED:
            target.stdin.write(f"DROP TABLE IF EXISTS {table};\n".encode())
        for line in source.stdout:
            if not line.startswith(NOT_RESTORED) and not TO_OUR_ROLES.fullmatch(line):
                target.stdin.write(line)
        said = _said(source)
        _refuse_failure("pg_restore", source.wait(), said)
        target.stdin.write(ACCESS + b"COMMIT;\n")


def _said(process: "subprocess.Popen[bytes]") -> str:
    assert process.stderr is not None
    return process.stderr.read().decode(errors="replace")


def _is_dump(path: Path) -> bool:
    """Whether the file is there and begins as pg_dump's custom format does."""
    try:
        with path.open("rb") as file:
            return file.read(5) == b"PGDMP"
    except OSError:
        return False


def _run(url: str, name: str, *arguments: str) -> None:
    command = [_newest(name), *_where(url), *arguments]
    done = subprocess.run(
        command, env=_environment(url), capture_output=True, text=True, check=False
    )
    _refuse_failure(name, done.returncode, done.stderr)


def _refuse_failure(name: str, status: int, said: str) -> None:
    if status != 0:
        first = (said.strip().splitlines() or [f"status {status}"])[0]
        raise DatabaseError(f"{name}: {first.removeprefix(f'{name}: ')}", "nothing was changed")


def _where(url: str) -> list[str]:
    """The URL without its password: a command line is seen by every user of the machine."""
    parsed = make_url(url)
    bare = URL.create(
        "postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database
    )
    return ["--dbname", bare.set(query=parsed.query).render_as_string(hide_password=False)]


def _environment(url: str) -> dict[str, str]:
    password = make_url(url).password
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def _newest(name: str) -> str:
    """The bundled program: it is PostgreSQL 18's and speaks to every older server."""
    try:
        return str(program(name))
    except EmbeddedError as error:
        if found := shutil.which(name):
            return found
        raise ConfigError(
            f"{name} is not installed", "install PostgreSQL's client programs"
        ) from error
