"""What the report rests on, read from the bank at one moment: the first stage, and all of its effects."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection

from itemwell.bank import Question
from itemwell.report.abilities import seen
from itemwell.report.figures.calendar import first_day
from itemwell.report.figures.curves import Seen
from itemwell.report.glance import Glance, read
from itemwell.schedule import Job
from itemwell.store import calls, records, report, report_items
from itemwell.store.report import Drafts, Refused
from itemwell.store.report_items import Flagged, ItemInForce

SAMPLE = 6
OF_RUN = 24
"""Questions, and refused drafts, that a run's report shows."""


class Calibrated(NamedTuple):
    """A published calibration, the items that its figures are of, and answers to the flagged ones."""

    row: Mapping[str, Any]
    items: Sequence[ItemInForce]
    before: Mapping[int, float]
    flagged: Sequence[Flagged]
    seen: Mapping[int, Sequence[Seen]]


class OfBank(NamedTuple):
    """The whole bank, over some days."""

    glance: Glance
    drafts: Drafts
    spent: Sequence[tuple[date, str, Decimal]]
    kept: Mapping[date, int]
    by_day: Sequence[tuple[date, str, int]]
    calibrated: Calibrated | None
    accepted: Sequence[Question]
    refused: Sequence[Refused]
    seeds: Sequence[Mapping[str, Any]]


class OfRun(NamedTuple):
    """One run."""

    now: datetime
    about: Mapping[str, Any]
    row: Mapping[str, Any]
    drafts: Drafts
    calls: Sequence[Mapping[str, Any]]
    calibrated: Calibrated | None
    accepted: Sequence[Question]
    refused: Sequence[Refused]
    seeds: Sequence[Mapping[str, Any]]


def bank(
    db: Connection, table: Mapping[str, Job], days: int, now: datetime | None = None
) -> OfBank:
    """The last `days` days up to `now`, today's among them."""
    glance = read(db, table, now)
    today = glance.now.astimezone(UTC).date()
    first = today - timedelta(days - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return OfBank(
        glance,
        report.drafts(db, since),
        report.spent_by_day(db, first),
        report.kept_by_day(db, first),
        report.runs_by_day(db, first_day(today)),
        _calibrated(db, report_items.published(db)),
        report.accepted(db, since, None, SAMPLE),
        report.refused(db, since, None, SAMPLE),
        report.seeds(db, since),
    )


def run(db: Connection, run_id: int, now: datetime | None = None) -> OfRun | None:
    """None where there is no such run."""
    row = records.one(db, run_id)
    if row is None:
        return None
    about = report.about(db)
    return OfRun(
        now or about["now"],
        about,
        row,
        report.drafts(db, None, run_id),
        calls.by_stage_of(db, run_id),
        _calibrated(db, report_items.published(db, run_id), alone=True),
        report.accepted(db, None, run_id, OF_RUN),
        report.refused(db, None, run_id, OF_RUN),
        report.seeds(db, None, run_id),
    )


def _calibrated(
    db: Connection, row: dict[str, Any] | None, *, alone: bool = False
) -> Calibrated | None:
    """With all that is in force, or with what this calibration published `alone`."""
    if row is None:
        return None
    items = report_items.of_calibration(db, row["id"]) if alone else report_items.in_force(db)
    if not items:
        return None
    flagged = report_items.flagged(db, row["id"])
    given = report_items.given(db, [item.question_id for item in flagged])
    learners = {each.user_id for answers in given.values() for each in answers}
    others = report_items.others(db, sorted(learners))
    population = row["report"].get("link", {})
    scale = population.get("mean", 0.0), population.get("sd", 1.0)
    told = seen(given, others, items, scale)
    return Calibrated(row, items, report_items.before(db, row["id"]), flagged, told)
