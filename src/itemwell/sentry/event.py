"""What may be in an event: an allow-list, and of free text the first line without what it quotes.

In it: command, job, run, exit status, reason, release, environment, the name of the host; the line
that the command ended with; log lines of this run with their numbers; of a bug the types and stack,
with file, function, line and our source there. Not in it: local variables, arguments of the program,
environment, requests, users, packages; and, since messages quote them, texts of questions and ids
of learners: what stands in quotes is `'…'`.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

KEPT = frozenset(
    "type event_id timestamp start_timestamp platform level release environment server_name sdk"
    " tags fingerprint transaction transaction_info contexts breadcrumbs exception message logentry"
    " monitor_slug check_in_id status duration monitor_config".split()
)
KEPT_OF_EXCEPTION = frozenset({"type", "module", "value", "mechanism", "stacktrace"})
KEPT_OF_FRAME = frozenset(
    "filename function module lineno in_app context_line pre_context post_context".split()
)
ABOUT_CODE = frozenset(
    {"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError"}
)
"""What these quote are names of our source."""

QUOTED = re.compile(
    r"""(?<!\w)(['"`]).*?\1(?!\w)|“.*?”|‘.*?’|„.*?“|«.*?»"""
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
LONGEST = 500

Redact = Callable[[str], str]


def line(text: str, redact: Redact, *, quotes: bool = False) -> str:
    """The first line of `text`, at most 500 letters, without secrets and without what it quotes.

    >>> line("it's 'Ann Other' who said it", str)
    "it's '…' who said it"
    """
    first = redact(text).strip().partition("\n")[0]
    return (first if quotes else QUOTED.sub("'…'", first))[:LONGEST]


def permitted(event: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    """`event` with what may be in it."""
    kept = {name: value for name, value in event.items() if name in KEPT}
    if contexts := kept.get("contexts"):
        kept["contexts"] = {name: contexts[name] for name in ("trace",) if name in contexts}
    if exception := kept.get("exception"):
        kept["exception"] = {"values": [_exception(each, redact) for each in exception["values"]]}
    if "message" in kept:
        kept["message"] = line(kept["message"], redact)
    return kept


def crumb(hint: Mapping[str, Any], redact: Redact) -> dict[str, Any] | None:
    """A line of our log as a breadcrumb: its words, and what it counts. None for anything else."""
    record = hint.get("log_record")
    if not isinstance(record, logging.LogRecord) or not record.name.startswith("itemwell"):
        return None
    fields = record.msg if isinstance(record.msg, dict) else {"event": record.getMessage()}
    counts = {name: value for name, value in fields.items() if isinstance(value, int | float)}
    return {
        "type": "log",
        "category": record.name,
        "level": record.levelname.lower(),
        "message": line(str(fields.get("event", "")), redact),
        "data": counts,
    }


def _exception(value: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    kept = {name: each for name, each in value.items() if name in KEPT_OF_EXCEPTION}
    kind = str(value.get("type"))
    about_code = kind in ABOUT_CODE
    said = "'…'" if kind == "KeyError" else str(value.get("value") or "")
    kept["value"] = line(said, redact, quotes=about_code)
    frames = (value.get("stacktrace") or {}).get("frames") or ()
    kept["stacktrace"] = {"frames": [_frame(each) for each in frames]}
    mechanism = value.get("mechanism") or {}
    named = ("type", "handled", "exception_id", "parent_id", "source", "is_exception_group")
    kept["mechanism"] = {name: mechanism[name] for name in named if name in mechanism}
    return kept


def _frame(frame: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name in KEPT_OF_FRAME}
