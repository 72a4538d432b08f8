"""`itemwell run-due`: the one line of a crontab."""

from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.group import MODULES
from itemwell.cli.options import Command, Common, several
from itemwell.cli.table import table
from itemwell.errors import Exit, Outcome
from itemwell.schedule import JOBS, Job

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.settings import Settings

COLUMNS = {
    "job": "job",
    "scheduled_for": "due (UTC)",
    "trigger_type": "asked by",
    "exit_status": "exit code",
}
WAITING = {
    "job": "job",
    "scheduled_for": "due (UTC)",
    "trigger_type": "asked by",
    "attempts": "tries",
}


@click.command(cls=Command, short_help="Run what is due: the one line of a crontab.")
@click.option("--dry-run", is_flag=True, help="Tell what would run, and write nothing.")
@click.option(
    "--job",
    "only",
    multiple=True,
    callback=several(lambda: tuple(JOBS), "job"),
    help="Only this job; may be repeated.  [all]",
)
def run_due(common: Common, dry_run: bool, only: tuple[str, ...]) -> Answer:
    """Run what is due by the table of jobs, each run once, however many hosts call this.

    Missed runs are caught up as the table says. It ends 0 where all that was due ended so, else as
    the worst of them did. The line of a crontab: */5 * * * * itemwell run-due
    """
    from itemwell.due import job
    from itemwell.due.process import starting
    from itemwell.store.connect import open_bank

    settings = common.settings()
    jobs = {name: each for name, each in jobs_of(settings).items() if name in only}
    with open_bank(settings) as bank:
        if dry_run:
            return _dry(bank, jobs)
        report = job.run(bank, jobs, starting(arguments_of(common)))
    text = table(COLUMNS, report.ran) if report.ran else ""
    return Answer({"ran": report.ran}, text, report.outcome)


def jobs_of(settings: "Settings") -> dict[str, Job]:
    """The jobs whose command this program has, as the operator's settings change them."""
    return {name: job for name, job in settings.jobs.items() if name in MODULES}


def seconds_of(settings: "Settings", name: str, asked: float | None = None) -> float:
    """How long a run of the job may take: what was asked for, else what the table says here."""
    return asked or settings.jobs[name].deadline.total_seconds()


def arguments_of(common: Common) -> list[str]:
    """The common options for the process of a run: it reads the same settings."""
    valued = {"--env-file": common.env_file, "--config-file": common.config_file}
    worded = {"--log-file": common.log_file, "--log-format": common.log_format}
    given = [
        part for flag, value in (valued | worded).items() if value for part in (flag, str(value))
    ]
    named = {
        "--verbose": common.verbose,
        "--quiet": common.quiet,
        "--no-console": common.no_console,
    }
    return given + [flag for flag, on in named.items() if on]


def _dry(bank: "Engine", jobs: dict[str, Job]) -> Answer:
    """What a look would find, in a transaction that is taken back."""
    from itemwell.store import schedule

    with bank.connect() as db, db.begin() as everything:
        now = schedule.server_clock(db)
        schedule.synchronise(db, list(jobs.values()), now)
        for each in jobs.values():
            schedule.plan(db, each, now)
        rows: list[dict[str, Any]] = schedule.waiting(db, [*jobs, "run-due"])
        everything.rollback()
    told = f"{len(rows)} runs are due; nothing was run" if rows else "nothing is due"
    text = table(WAITING, rows) if rows else ""
    return Answer({"due": rows}, text, Outcome(Exit.OK, "dry-run", told))
