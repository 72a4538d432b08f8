"""The spool: outcomes of calls, kept in files beside the bank while it is away. Each file is whole or not there."""

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from itemwell.bank import Call
from itemwell.errors import ConfigError
from itemwell.generate.shelf import private
from itemwell.store import calls
from itemwell.store.connect import explained, transact

log = structlog.get_logger()


def put(spool: Path, ended: Sequence[Call]) -> Path | None:
    """The file that now holds these outcomes, safe on disk; None, and a warning, where there is none."""
    path = spool / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
    unfinished = path.with_suffix(".part")
    try:
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(unfinished, "x", encoding="ascii", opener=private) as file:
            file.writelines(f"{calls.as_line(call)}\n" for call in ended)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        log.warning("answers could not be spooled", path=str(path), error=error.strerror)
        return None
    log.warning("the bank is away: answers are spooled", answers=len(ended), path=str(path))
    return path


def discard(paths: Iterable[Path]) -> None:
    """Remove files whose outcomes the bank holds."""
    for path in paths:
        path.unlink(missing_ok=True)


def absorb(bank: Engine, spool: Path) -> int:
    """Bring spooled outcomes into the bank; how many. What belongs to another bank stays.

    Raises ConfigError where a file cannot be read. One that the bank will not take stays, with a
    warning.
    """
    return sum(_absorb(bank, path) for path in sorted(spool.glob("*.jsonl")))


def _absorb(bank: Engine, path: Path) -> int:
    try:
        text = path.read_text("ascii")
    except FileNotFoundError:  # another run was quicker
        return 0
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "mend it or move it away") from error
    rows = {row["id"]: row for row in _rows(text)}
    try:
        known = transact(bank, lambda db: calls.close_rows(db, list(rows.values())))
    except DBAPIError as error:
        if explained(error):
            raise
        log.warning("the bank does not take what is spooled", path=str(path))
        return 0
    if len(known) == len(rows):
        path.unlink(missing_ok=True)
    return len(known)


def _rows(text: str) -> Iterator[dict[str, object]]:
    """What the lines hold. One that was cut short by a full disk holds nothing."""
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "id" in row:
            yield row
