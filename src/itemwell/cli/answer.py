"""What a command answers, and how it is told: results to stdout, everything else to stderr."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from itemwell.cli import logs
from itemwell.errors import Exit, Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` for people, `document` for `--json`, and how the command ended."""

    document: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    outcome: Outcome = Outcome(Exit.OK, "done", "done")


def tell(answer: Answer, *, as_json: bool) -> int:
    """Print `answer` and the final line; the exit status."""
    outcome = answer.outcome
    try:
        if as_json:
            print(_json(answer))  # noqa: T201
        elif answer.text:
            print(answer.text)  # noqa: T201
        sys.stdout.flush()
    except BrokenPipeError:
        outcome = reader_gone().outcome
    except OSError as error:
        outcome = Outcome(Exit.FAILED, "file", f"cannot write the output: {error.strerror}")
    logs.final_line(outcome)
    return outcome.exit.value


def how_called() -> str:
    """What to type for this very program: `itemwell` where the path finds it, else the way to it."""
    me = Path(sys.argv[0])
    if me.name != "itemwell":
        return "itemwell"
    found = shutil.which("itemwell")
    return "itemwell" if found and me.samefile(found) else os.path.relpath(me)


def reader_gone() -> Answer:
    """The end of a command whose reader left: `itemwell runs | head -1` is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Answer(outcome=Outcome(Exit.OK, "closed", "the reader of the output went away"))


def _json(answer: Answer) -> str:
    outcome = answer.outcome
    ended = {
        "exit_code": outcome.exit.value,
        "status": outcome.exit.word,
        "reason": outcome.reason,
        "message": outcome.message,
        "next_step": outcome.next_step,
    }
    return json.dumps(ended | dict(answer.document), ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
