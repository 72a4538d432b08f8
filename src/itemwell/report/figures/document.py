"""The document: every part of the report in its order. Pure.

`whole` is the report of the bank, `of_run` that of one run. Nothing in it but JSON's own values.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any

from itemwell.report.figures import curves, precision
from itemwell.report.figures.calendar import calendar
from itemwell.report.figures.headline import of_one
from itemwell.report.figures.production import calls, cost, funnel
from itemwell.report.figures.samples import samples
from itemwell.report.figures.status import Told, moment, status
from itemwell.report.read import Calibrated, OfBank, OfRun


def whole(read: OfBank, told: Told, days: int) -> dict[str, Any]:
    """The report of the bank over the last `days` days."""
    today = read.glance.now.astimezone(UTC).date()
    return {
        **status(read.glance, told),
        "days": days,
        "funnel": funnel(read.drafts, told.redact),
        "cost": cost(read.spent, read.kept, today - timedelta(days - 1), today),
        "calendar": calendar(read.by_day, today),
        "calibration": read.calibrated and calibration(read.calibrated, told.test_length),
        "samples": samples(read.accepted, read.refused),
        "appendix": appendix(read.glance.about, told, read.seeds),
    }


def of_run(read: OfRun, told: Told) -> dict[str, Any]:
    """The report of one run."""
    row, found = read.row, funnel(read.drafts, told.redact)
    return {
        "as_of": moment(read.now),
        "headline": of_one(row, read.now),
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
        "appendix": appendix(read.about, told, read.seeds),
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
        **curves.curves(found.flagged, found.seen),
    }


def appendix(
    about: Mapping[str, Any], told: Told, seeds: Sequence[Mapping[str, Any]]
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
        "seeds": [dict(seed) for seed in seeds],
    }
