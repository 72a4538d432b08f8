"""A dead-man service (healthchecks.io's way): a job of the schedule pings as it starts and ends.

PING_URL/start and PING_URL/STATUS, each with the run's id, so that the service knows how long it
took. A run that dies pings no end, and one that nobody started pings nothing: that is the alarm.
"""

import os
import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from itemwell.errors import Exit, Outcome
from itemwell.schedule import JOBS
from itemwell.tell import SECONDS

if TYPE_CHECKING:
    from itemwell.settings import Settings

TRIES = 3
UNTOLD = frozenset({Exit.BUSY, Exit.INTERRUPTED, Exit.TERMINATED})
"""A run that was stopped on purpose tells nothing, and a busy one is the other run's affair."""


@dataclass
class _Watch:
    settings: "Settings | None" = None
    command: str = ""
    job: str = ""
    run: int = 0
    rid: str = ""
    started: threading.Thread | None = None


_watch = _Watch()


def set_up(settings: "Settings", command: str) -> None:
    """Ping for `command` from here on, if there is a PING_URL."""
    _watch.settings = settings if settings.ping_url else None
    _watch.command = command
    _watch.rid = ""


def begun(job: str, run: int) -> None:
    """A run was begun: ping, beside the work, which waits for nothing."""
    if _watch.settings is None or job != _watch.command or job not in JOBS:
        return
    _watch.job, _watch.run, _watch.rid = job, run, str(uuid.uuid4())
    url = _address("start")
    started = threading.Thread(target=_ping, args=(url, b""), name="ping", daemon=True)
    _watch.started = started
    started.start()


def tell(outcome: Outcome) -> None:
    """The command ends so: ping its status, within SECONDS."""
    if _watch.settings is None or not _watch.rid or outcome.exit in UNTOLD:
        return
    from itemwell.sentry import secrets  # noqa: PLC0415 - where nobody is told, nothing is imported
    from itemwell.tell.post import beside  # noqa: PLC0415

    redact = secrets.redacting(secrets.in_force(_watch.settings, os.environ))
    body = redact(f"run {_watch.run} of {_watch.job}: {outcome.reason}: {outcome.message}")
    url, started = _address(str(outcome.exit.value)), _watch.started
    _watch.rid = ""

    def both() -> str:
        if started is not None:
            started.join()  # the start first: a service may take them in the order they come
        return _ping(url, body.encode())

    if problem := beside({"ping": both}, SECONDS)["ping"]:
        import structlog  # noqa: PLC0415 - `--help` comes by here

        structlog.get_logger().warning(f"the dead-man service was not told: {problem}")


def _address(what: str) -> str:
    assert _watch.settings is not None
    assert _watch.settings.ping_url is not None
    whole = _watch.settings.ping_url.get_secret_value().replace("{job}", _watch.job)
    parts = urlsplit(whole)
    query = "&".join(filter(None, (parts.query, f"rid={_watch.rid}")))
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{what}", query=query))


def _ping(url: str, body: bytes) -> str:
    """Why it was not told after TRIES within SECONDS; empty where it was."""
    from itemwell.tell.post import post  # noqa: PLC0415 - see above

    end = time.monotonic() + SECONDS
    problem = ""
    for attempt in range(TRIES):
        left = end - time.monotonic()
        if attempt and left > 1:
            time.sleep(0.2)
        if left <= 0:
            break
        if not (problem := post(url, body, "text/plain; charset=utf-8", left)):
            return ""
    return problem
