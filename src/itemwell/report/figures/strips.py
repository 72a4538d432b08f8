"""Each job as expected against as it went: a strip of its last due moments, its state, one sentence. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from itemwell.report.figures.sentences import sentence
from itemwell.schedule import GRACE, SPANS, Job, dues, following
from itemwell.store.report import Begun, Known

SLOTS = 16
"""Due moments of a job that are shown."""

BEST_FIRST = ("success", "partial", "running", "stopped", "failed")
"""Of the runs for one due moment the best counts: what was made up for is done."""

DONE = frozenset({"success", "partial"})
OWED = frozenset({"success", "partial", "failed", "stopped", "missed"})
WELL = ("well", "running", "off", "new")
"""States that ask nothing of anybody."""


def slots(job: Job, now: datetime) -> list[datetime]:
    """The last due moments up to `now`, `SLOTS` of them or fewer, the oldest first."""
    found: list[datetime] = []
    for span in SPANS:
        found = dues(job, now - span, now)
        if len(found) >= SLOTS:
            break
    return found[-SLOTS:]


def jobs(
    table: Mapping[str, Job],
    known: Mapping[str, Known],
    begun: Iterable[Begun],
    now: datetime,
) -> list[dict[str, Any]]:
    """Each job of the table: its state, its strip, how many runs were due and were done, its sentence."""
    by_job: dict[str, list[Begun]] = {name: [] for name in table}
    for run in begun:
        by_job[run.job].append(run)
    return [_one(job, known[name], by_job[name], now) for name, job in table.items()]


def _one(job: Job, known: Known, runs: Sequence[Begun], now: datetime) -> dict[str, Any]:
    enabled = job.enabled and known.enabled
    strip = _strip(slots(job, now), runs, known.since, now, enabled=enabled)
    state = _state(job, known, strip, now, enabled=enabled)
    upcoming = following(job, now) if enabled else None
    return {
        "job": job.name,
        "state": state,
        "sentence": sentence(job.name, state, known.last, now=now, upcoming=upcoming),
        "strip": strip,
        "expected": sum(each["status"] in OWED for each in strip),
        "done": sum(each["status"] in DONE for each in strip),
        "next_due": upcoming and upcoming.isoformat(),
    }


def _strip(
    moments: Sequence[datetime],
    runs: Sequence[Begun],
    since: datetime | None,
    now: datetime,
    *,
    enabled: bool,
) -> list[dict[str, Any]]:
    made = []
    for due, end in pairwise([*moments, None]):
        assert due is not None
        mine = [
            run for run in runs if due <= run.started_at and (end is None or run.started_at < end)
        ]
        found = min(mine, key=lambda run: (_rank(run), -run.id), default=None)
        status = _status(found) if found else _without(due, end, since, now, enabled=enabled)
        made.append({"due": due.isoformat(), "status": status, "run_id": found and found.id})
    return made


def _status(run: Begun) -> str:
    """A run of calibrate that is partial lost its database."""
    if run.status == "stale" or (run.job == "calibrate" and run.status == "partial"):
        return "failed"
    return run.status


def _rank(run: Begun) -> int:
    return BEST_FIRST.index(_status(run))


def _without(
    due: datetime, end: datetime | None, since: datetime | None, now: datetime, *, enabled: bool
) -> str:
    """What a due moment without a run is: before the job was there, off, still to come, or missed."""
    if since is None or (end or now) <= since:
        return "before"
    if not enabled:
        return "off"
    return "waiting" if end is None and now - due <= GRACE else "missed"


def _state(
    job: Job,
    known: Known,
    strip: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    enabled: bool,
) -> str:
    """One word: off, new (it never ran), running, failed, overdue or well."""
    if not enabled:
        return "off"
    if known.last is None:
        return "overdue" if any(each["status"] == "missed" for each in strip) else "new"
    if known.last["status"] == "running":
        return "running"
    lost = job.name == "calibrate" and known.last["status"] == "partial"
    if known.last["status"] in {"failed", "stale"} or lost:
        return "failed"
    return "overdue" if _late(strip, now - job.deadline - GRACE) else "well"


def _late(strip: Sequence[Mapping[str, Any]], settled: datetime) -> bool:
    """Whether the last due moment not later than `settled` was missed, and nothing was made up since."""
    past = [n for n, each in enumerate(strip) if datetime.fromisoformat(each["due"]) <= settled]
    if not past or strip[past[-1]]["status"] != "missed":
        return False
    return not any(each["status"] in {*DONE, "running"} for each in strip[past[-1] :])
