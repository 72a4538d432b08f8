"""The document: every part of the report in its order. Pure.

`whole` is the report of the bank, `of_run` that of one run. Nothing in it but JSON's own values.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from itemwell.bank import Stratum
from itemwell.report.figures import curves, precision
from itemwell.report.figures.calendar import calendar
from itemwell.report.figures.headline import of_bank, of_one
from itemwell.report.figures.production import calls, cost, funnel
from itemwell.report.figures.samples import samples
from itemwell.report.figures.stock import stock
from itemwell.report.figures.strips import jobs
from itemwell.report.read import Calibrated, OfBank, OfRun, OfStatus
from itemwell.schedule import Job


class Told(NamedTuple):
    """What the composition root tells: settings and what follows from them."""

    table: Mapping[str, Job]
    targets: Mapping[Stratum, int]
    critical_share: float
    test_length: int  # questions
    bank: str  # where it is; no password
    settings: Sequence[Mapping[str, Any]] = ()  # name, value, from
    prices: Sequence[Mapping[str, Any]] = ()  # vendor, model, input, output
    versions: Sequence[Mapping[str, Any]] = ()  # of, version


def status(read: OfStatus, told: Told) -> dict[str, Any]:
    """The strip and the heat map."""
    about = read.about
    listed = jobs(told.table, read.known, read.begun, read.now)
    held = stock(read.cells, told.targets, read.met, told.critical_share)
    return {
        "as_of": moment(read.now),
        "headline": of_bank(listed, held),
        "bank": {"where": told.bank}
        | {name: about[name] for name in ("questions", "active", "responses", "runs", "alerts")},
        "jobs": listed,
        "stock": held,
    }


def whole(read: OfBank, told: Told, days: int) -> dict[str, Any]:
    """The report of the bank over the last `days` days."""
    today = read.status.now.astimezone(UTC).date()
    return {
        **status(read.status, told),
        "days": days,
        "funnel": funnel(read.drafts),
        "cost": cost(read.spent, read.kept, today - timedelta(days - 1), today),
        "calendar": calendar(read.by_day, today),
        "calibration": read.calibrated and calibration(read.calibrated, told.test_length),
        "samples": samples(read.accepted, read.refused),
        "appendix": appendix(read.status.about, told, read.orders),
    }


def of_run(read: OfRun, told: Told) -> dict[str, Any]:
    """The report of one run."""
    row, found = read.row, funnel(read.drafts)
    return {
        "as_of": moment(read.now),
        "headline": of_one(row),
        "bank": {"where": told.bank},
        "run": {
            "id": row["id"],
            "job": row["job_id"],
            "status": row["status"],
            "started_at": moment(row["started_at"]),
            "seconds": None
            if row["processing_time_ms"] is None
            else round(row["processing_time_ms"] / 1000, 1),
            "exit_status": row["exit_status"],
            "reason": row["reason"],
            "message": row["error_message"],
            "counts": dict(row["counts"]),
        },
        "funnel": found,
        "cost": calls(read.calls, found["kept"]),
        "calibration": read.calibrated and calibration(read.calibrated, told.test_length),
        "samples": samples(read.accepted, read.refused),
        "appendix": appendix(read.about, told, read.orders),
    }


def calibration(found: Calibrated, length: int) -> dict[str, Any]:
    """What a calibration published, and how well it measures."""
    row, items = found.row, found.items
    link = row["report"].get("link", {})
    population = (link.get("mean", 0.0), link.get("sd", 1.0))
    return {
        "id": row["id"],
        "published_at": moment(row["published_at"]),
        "model": row["model"],
        "items_calibrated": row["items_calibrated"],
        "items_skipped": row["items_skipped"],
        "responses": row["responses_count"],
        "new_responses": row["new_responses_count"],
        "restored_from": row["restored_from"],
        "items_in_force": len(items),
        "information": precision.information(items, length),
        "wright": precision.wright(items, population),
        "drift": precision.drift(items, found.before),
        "reliability": precision.reliability(items, population),
        **curves.curves(found.flagged_in_all, found.flagged, found.seen),
    }


def appendix(
    about: Mapping[str, Any], told: Told, orders: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Settings and where they come from, versions, prices, seeds."""
    server = [
        {"of": "Postgres", "version": about["postgres"].split()[0]},
        {"of": "schema of the bank", "version": about["schema"]},
    ]
    return {
        "settings": list(told.settings),
        "versions": [*told.versions, *server],
        "prices": list(told.prices),
        "seeds": [dict(order) for order in orders],
    }


def moment(at: datetime) -> str:
    """ISO 8601 to the second, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
