"""The log: to stderr for people, or as JSON; appended to a file where one is named."""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from structlog.typing import Processor

_FINAL = "itemwell.final"

TALKATIVE = (
    "alembic",
    "httpx",
    "httpx2",
    "httpcore2",
    "openai",
    "anthropic",
    "google_genai",
    "procrastinate",
    "asyncio",
)
"""Libraries that would tell of plug-ins, requests and retries, some with addresses and headers."""

TOLD_BY_US = ("procrastinate.worker", "procrastinate.utils", "psycopg.pool")
"""Why a job failed, and that the database is away."""


def set_up(*, level: str, console: bool, quiet: bool, form: str, file: Path | None) -> None:
    """Send the log where it was asked for. Raises ConfigError where the file can't be written.

    Without the console, errors still reach stderr: a container's platform reads nothing else.
    """
    import structlog

    shown = logging.StreamHandler(sys.stderr)
    shown.setLevel(logging.ERROR if not console else logging.WARNING if quiet else level)
    shown.addFilter(lambda record: record.name != _FINAL)  # `final_line` prints it itself
    logging.raiseExceptions = False  # a full disk under the log stops no job
    handlers = [shown, *([_appending(file)] if file else [])]
    for handler in handlers:
        colours = handler is shown and sys.stderr.isatty()
        handler.setFormatter(_formatter(form, colours=colours))
    logging.basicConfig(level=level, handlers=handlers, force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in TOLD_BY_US:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def final_line(outcome: Outcome, arguments: Sequence[str] = ()) -> None:
    """The last line: on stderr, whatever was asked to be quiet, and in the log's file."""
    root = logging.getLogger()
    shown = next((each for each in root.handlers if type(each) is logging.StreamHandler), None)
    level = logging.INFO if outcome.exit is Exit.OK else logging.ERROR
    record = logging.LogRecord(_FINAL, level, __file__, 0, str(outcome), None, None)
    as_json = shown is not None and '"event"' in (line := shown.format(record))
    with suppress(OSError):  # stderr may be closed: the status still says it
        print(line if as_json else outcome, file=sys.stderr, flush=True)  # noqa: T201
    kept = [each for each in root.handlers if isinstance(each, logging.FileHandler)]
    for handler in kept:
        handler.handle(record)
    if not kept and outcome.exit is not Exit.OK:
        _append_at_least(outcome, arguments)


def _append_at_least(outcome: Outcome, arguments: Sequence[str]) -> None:
    """A command that failed before its log was set up still says so where people grep for it."""
    named = [after for name, after in pairwise([*arguments]) if name == "--log-file"]
    named += [word.partition("=")[2] for word in arguments if word.startswith("--log-file=")]
    for path in [*named, os.environ.get("LOG_FILE")][:1]:
        with suppress(OSError):
            if path:
                with Path(path).open("a", encoding="utf-8") as file:
                    file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} [error] {outcome}\n")


def _appending(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(exist_ok=True)  # `logs/`, and not a whole path that was a slip
        return logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"LOG_FILE {file}: {error.strerror}", "name a file that can be written"
        ) from None


def _shared() -> list["Processor"]:
    import structlog

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
    ]


def _formatter(form: str, *, colours: bool) -> logging.Formatter:
    import structlog

    if form == "json":
        render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        render = structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0, pad_level=False)
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_shared(), processors=last)
