"""One sentence in plain words per job: what it did last, when, and when it will again. Pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

LONGEST = 140
"""Characters of what went wrong."""

Counts = Mapping[str, Any]


def sentence(
    job: str,
    state: str,
    last: Mapping[str, Any] | None,
    *,
    now: datetime,
    upcoming: datetime | None = None,
) -> str:
    """`last` is the job's last run; None where it never ran. `upcoming` is when it is due next.

    >>> last = {"status": "success", "started": 0.0, "counts": {"kept": 3, "wanted": 3}, "error_message": None}
    >>> sentence("generate", "well", last, now=datetime(1970, 1, 2, tzinfo=UTC))
    'Kept 3 of 3 questions on Thu 1 Jan at 00:00.'
    """
    return f"{_so_far(job, state, last, now)}{_from_now_on(state, upcoming, now)}."


def when(moment: datetime, now: datetime) -> str:
    """A moment in UTC, for prose; its year where that is not the present one."""
    here = moment.astimezone(UTC)
    year = "" if here.year == now.astimezone(UTC).year else f" {here.year}"
    return f"{here:%a} {here.day} {here:%b}{year} at {here:%H:%M}"


def _so_far(job: str, state: str, last: Mapping[str, Any] | None, now: datetime) -> str:
    if last is None:
        return "Has never run"
    moment = when(datetime.fromtimestamp(last["started"], UTC), now)
    told = _short(last["error_message"] or "")
    match last["status"]:
        case "running":
            return f"Under way since {moment}"
        case "failed" | "stale" | "stopped" as how:
            word = {"failed": "Failed", "stale": "Died", "stopped": "Was stopped"}[how]
            return f"{word} on {moment}{': ' + told if told else ''}"
        case "partial":
            return f"Ended in part on {moment}: {told or 'see its run'}"
    late = ", and a run that was due since then is missing" if state == "overdue" else ""
    return f"{_deed(job, last)} on {moment}{late}"


def _from_now_on(state: str, upcoming: datetime | None, now: datetime) -> str:
    if state == "off":
        return "; it is switched off"
    return f"; next due {when(upcoming, now)}" if upcoming else ""


def several(number: int, noun: str, plural: str = "") -> str:
    """A count with its noun.

    >>> several(1, "question"), several(1200, "question")
    ('1 question', '1,200 questions')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _deed(job: str, last: Mapping[str, Any]) -> str:
    """What the last run did, by its counts; of one that leaves none, that it ended."""
    counts = last["counts"] or {}
    try:
        return _DEEDS[job](counts)
    except (KeyError, TypeError):
        return "Ended with nothing to do"


def _generated(of: Counts) -> str:
    if not of["wanted"]:
        return "Found the bank full"
    return f"Kept {of['kept']:,} of {several(of['wanted'], 'question')}"


def _calibrated(of: Counts) -> str:
    new = several(of["new_responses"], "new answer")
    if not of["calibrated"]:
        return f"Found {new} and nothing to publish"
    return f"Calibrated {several(of['calibrated'], 'question')} with {new}"


def _exams(of: Counts) -> str:
    if not of["wanted"]:
        return f"Found an exam ready for each of {several(of['learners'], 'learner')}"
    return f"Made {of['made']:,} of {several(of['wanted'], 'exam')}"


def _days(of: Counts) -> str:
    errors = f", {several(of['errors'], 'error')}" if of["errors"] else ""
    return f"Closed {several(of['success'], 'learner-day')}{errors}"


def _health(of: Counts) -> str:
    whole = of["healthy"] + of["degraded"] + of["unhealthy"]
    return f"Found {of['healthy']} of {several(whole, 'part')} healthy"


_DEEDS: Mapping[str, Callable[[Counts], str]] = {
    "generate": _generated,
    "readiness": lambda of: (
        f"Found {of['ready']} of {several(of['types'], 'question type')} ready for adaptive tests"
    ),
    "calibrate": _calibrated,
    "exams": _exams,
    "snapshot": _days,
    "recommend": lambda of: (
        f"Gave {several(of['new'], 'new next step')} to {several(of['learners'], 'learner')}"
    ),
    "sweep": lambda of: (
        f"Took up {several(sum(of.values()), 'dead run or job', 'dead runs and jobs')}"
    ),
    "monitor": lambda of: f"Found {several(of['alerts'], 'alert')}, {of['opened']:,} of them new",
    "metrics": lambda of: f"Kept {several(of['measures'], 'figure')}",
    "health": _health,
    "cleanup": lambda of: f"Deleted {several(of['deleted'], 'old row')}",
}


def _short(message: str) -> str:
    plain = " ".join(message.split()).rstrip(".")
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
