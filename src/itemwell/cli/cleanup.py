"""`itemwell cleanup`."""

import time
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common, Duration
from itemwell.cli.run_due import seconds_of
from itemwell.cli.table import table
from itemwell.errors import Exit, Outcome

if TYPE_CHECKING:
    from itemwell.settings import Settings
    from itemwell.upkeep.cleanup.job import Asked
    from itemwell.upkeep.cleanup.plan import Part

COLUMNS = {
    "table": "table",
    "days": "days kept",
    "rows": "rows",
    "old": "old and free",
    "now": "at once",
}


@click.command(cls=Command, short_help="Delete what is old and not in use.")
@click.option("--dry-run", is_flag=True, help="Count only; delete and write nothing.")
@click.option("--force", is_flag=True, help="All that is old, past the cap of a day.")
@click.option("--deadline", type=Duration(), help="Stop cleanly after 90s, 10m, 1h. [30m]")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def cleanup(
    common: Common, *, dry_run: bool, force: bool, deadline: float | None, skip_if_busy: bool
) -> Answer:
    """Delete what is old and not in use: count -> archive -> delete -> vacuum.

    RETENTION_DAYS says how long rows of a table are kept, ARCHIVE whether they are written to files
    first. Of a table at most a tenth or 10,000 rows, whichever is less, go within a day. Questions,
    answers, learners and exams are never touched.
    """
    from itemwell.store import runs
    from itemwell.store.connect import open_bank
    from itemwell.upkeep.cleanup import job

    settings = common.settings()
    ends = time.monotonic() + seconds_of(settings, "cleanup", deadline)
    asked = _asked(settings, ends, force=force)
    if dry_run:
        with open_bank(settings) as bank, bank.connect() as db:
            parts = job.count(db, asked)
        total = sum(part.limit for part in parts)
        told = f"{total} rows would be deleted"
        return Answer(_document(parts), _table(parts), Outcome(Exit.OK, "dry_run", told))
    with (
        open_bank(settings) as bank,
        runs.begin(bank, "cleanup", skip_if_busy=skip_if_busy) as run,
    ):
        report = job.run(bank, run, asked)
    document = {"run_id": run.id, "deleted": report.deleted, "failed": report.failed}
    return Answer(document | _document(report.parts), _table(report.parts), run.outcome)


def _asked(settings: "Settings", ends: float, *, force: bool) -> "Asked":
    from itemwell.store.cleanup import POLICIES
    from itemwell.upkeep.cleanup.archive import keeping
    from itemwell.upkeep.cleanup.job import Asked
    from itemwell.upkeep.cleanup.plan import by_settings

    return Asked(
        by_settings(POLICIES, settings.retention_days),
        ends,
        keeping(settings.archive, settings.itemwell_home / "archive"),
        force,
        vacuum=settings.database_url is None,
    )


def _rows(parts: "list[Part]") -> list[dict[str, Any]]:
    return [
        {
            "table": part.policy.table,
            "days": f"{part.policy.days:g}",
            "rows": part.size.rows,
            "old": part.size.old,
            "now": part.limit,
        }
        for part in parts
    ]


def _document(parts: "list[Part]") -> dict[str, Any]:
    return {"tables": _rows(parts)}


def _table(parts: "list[Part]") -> str:
    return table(COLUMNS, _rows(parts))
