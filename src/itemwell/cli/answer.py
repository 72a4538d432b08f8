"""What a command answers, and how it is told: results to stdout, everything else to stderr."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from itemwell import sentry
from itemwell.cli import logs
from itemwell.errors import Exit, Outcome
from itemwell.tell import pings


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` for people, `document` for `--json`, and how the command ended."""

    document: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    outcome: Outcome = Outcome(Exit.OK, "done", "done")


def tell(
    answer: Answer,
    *,
    as_json: bool,
    arguments: Sequence[str] = (),
    error: BaseException | None = None,
) -> int:
    """Print `answer`, tell Sentry of a failure, print the final line; the exit status.

    `error` is what the answer was made of. After a stop signal nothing but the line: whoever reads stdout may have stopped reading.
    """
    outcome = answer.outcome
    try:
        if outcome.exit not in {Exit.INTERRUPTED, Exit.TERMINATED}:
            _print(_json(answer) if as_json else answer.text)
    except BrokenPipeError:
        outcome = reader_gone().outcome
    except OSError as full:
        outcome = Outcome(Exit.FAILED, "file", f"cannot write the output: {full.strerror}")
    sentry.tell(outcome, error)
    pings.tell(outcome)
    logs.final_line(outcome, arguments)
    return outcome.exit.value


def _print(text: str) -> None:
    if text:
        print(text)  # noqa: T201
    sys.stdout.flush()


def how_called() -> str:
    """What to type for this very program: `itemwell` where the path finds it, else the way to it."""
    me = Path(sys.executable).with_name("itemwell")
    found = shutil.which("itemwell")
    if found and me.exists() and me.samefile(found):
        return "itemwell"
    if not me.exists():
        return "python -m itemwell"
    return shlex.quote(min(os.path.relpath(me), str(me), key=len))


def reader_gone() -> Answer:
    """The end of a command whose reader left: `itemwell runs | head -1` is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Answer(outcome=Outcome(Exit.OK, "closed", "the reader of the output went away"))


def _json(answer: Answer) -> str:
    outcome = answer.outcome
    ended = {
        "exit_code": outcome.exit.value,
        "status": outcome.word,
        "reason": outcome.reason,
        "message": outcome.message,
        "next_step": outcome.next_step,
    }
    return json.dumps(ended | dict(answer.document), ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
