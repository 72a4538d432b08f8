"""The jobs as they are told: what the documents of the scheduler print, and more for people. Pure.

`status`, `jobs`, `health`, `toggled` and `triggered` are the `data` of the HTTP answers too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from itemwell.schedule import RUN_DUE, Job, following, overdue

OK = frozenset({0, 1})


def records(
    jobs: Mapping[str, Job], states: Sequence[Mapping[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Each job with its state: one that no run-due saw yet has never run. run-due comes first."""
    found = {state["name"]: state for state in states}
    return [_record(job, found.get(job.name, {}), now) for job in (RUN_DUE, *jobs.values())]


def _record(job: Job, state: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    looks = job is RUN_DUE
    last_run = state.get("looked_at") if looks else state.get("last_run")
    enabled = job.enabled and state.get("enabled", True)
    ended, succeeded = state.get("ended") or 0, state.get("succeeded") or 0
    success = last_run if looks else state.get("last_success")
    since = success or state.get("first_run") or state.get("planned_until") or now
    return {
        "job": job.name,
        "job_name": job.title or job.name,
        "schedule": job.cron,
        "zone": job.zone,
        "active": enabled,
        "last_run": last_run,
        "next_run": following(job, now) if enabled else None,
        "last_status": "success" if looks and last_run else state.get("last_status"),
        "error_count": ended - succeeded,
        "success_rate": round(100.0 * succeeded / ended, 1)
        if ended
        else (100.0 if success else None),
        "overdue": bool(enabled and state and overdue(job, since, now)),
        "waiting": state.get("waiting") or 0,
        "dead": state.get("dead") or 0,
        "command": f"SELECT {job.function}();" if job.function else f"itemwell {job.name}",
    }


def health_of(record: Mapping[str, Any]) -> str:
    """One word for a job: inactive, failed, overdue, pending (it never ran) or healthy."""
    if not record["active"]:
        return "inactive"
    if record["last_status"] in {"failed", "stale"} or record["dead"]:
        return "failed"
    if record["overdue"]:
        return "overdue"
    return "healthy" if record["last_run"] else "pending"


def status(listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`action=status`."""
    ran = [each["last_run"] for each in listed if each["last_run"]]
    coming = [each["next_run"] for each in listed if each["next_run"]]
    return {
        "total_jobs": len(listed),
        "active_jobs": sum(each["active"] for each in listed),
        "failed_jobs": sum(health_of(each) == "failed" for each in listed),
        "last_run": _z(max(ran, default=None)),
        "next_run": _z(min(coming, default=None)),
    }


def jobs(listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`action=jobs`."""
    names = ("job_name", "schedule", "command", "active", "last_run", "next_run")
    return {"jobs": [_part(each, names) for each in listed], "count": len(listed)}


def health(listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`action=health`. A job that never ran yet counts as healthy until it is overdue."""
    names = ("last_run", "next_run", "error_count", "success_rate")
    rows = [
        {"component": each["job_name"], "status": health_of(each), **_part(each, names)}
        for each in listed
    ]
    well = sum(row["status"] in {"healthy", "pending"} for row in rows)
    inactive = sum(row["status"] == "inactive" for row in rows)
    asked = len(rows) - inactive
    summary = {
        "total_jobs": len(rows),
        "healthy_jobs": well,
        "inactive_jobs": inactive,
        "overall_health": round(100.0 * well / asked, 1) if asked else 100.0,
    }
    return {"health": rows, "summary": summary}


def toggled(job: Job, *, enabled: bool) -> dict[str, Any]:
    """`action=toggle`."""
    word = "enabled" if enabled else "disabled"
    return {"success": True, "message": f"Job {word}: {job.title or job.name}"}


def triggered(job: Job) -> dict[str, Any]:
    """`action=trigger`."""
    return {"job_name": job.title or job.name, "function": job.function or job.name}


def _part(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: _z(record[name]) if name.endswith("_run") else record[name] for name in names}


def _z(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
