"""`itemwell jobs`: what there is to run, how it goes, and whether it is on time."""

from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.run_due import jobs_of
from itemwell.cli.runs import ListByDefault
from itemwell.cli.table import table
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.schedule import Job

COLUMNS = {
    "job": "job",
    "schedule": "schedule",
    "zone": "zone",
    "last": "last run (UTC)",
    "last_status": "ended",
    "rate": "success",
    "next": "next run (UTC)",
    "health": "state",
}
HISTORY = {
    "scheduled_for": "due (UTC)",
    "trigger_type": "asked by",
    "state": "state",
    "attempts": "tries",
    "exit_status": "exit code",
    "reason": "reason",
    "run_id": "run",
}


@click.group(cls=ListByDefault)
def jobs() -> None:
    """List the jobs with schedule, last and next run, success rate, and whether they are on time."""


@jobs.command("list", cls=Command)
def list_(common: Common) -> Answer:
    """List the jobs. A job is overdue by its own period: a weekly one after its week."""
    from itemwell.due import told

    listed = _records(common)
    rows = [_row(each) for each in listed]
    return Answer(
        {"success": True, "data": told.jobs(listed), "jobs": listed}, table(COLUMNS, rows)
    )


@jobs.command(cls=Command)
def health(common: Common) -> Answer:
    """Tell of each job whether it is well; end with 2 where one failed or is overdue."""
    from itemwell.due import told

    listed = _records(common)
    found = told.health(listed)
    bad = [each for each in found["health"] if each["status"] in {"failed", "overdue"}]
    summary = found["summary"]
    line = f"{summary['healthy_jobs']} of {summary['total_jobs']} jobs are well"
    names = ", ".join(f"{each['component']} {each['status']}" for each in bad)
    outcome = (
        Outcome(Exit.FAILED, "unhealthy", f"{line}; not: {names}", "see: itemwell runs")
        if bad
        else Outcome(Exit.OK, "done", line)
    )
    text = table(COLUMNS, [_row(each) for each in listed])
    return Answer({"success": True, "data": found}, text, outcome)


@jobs.command(cls=Command)
def status(common: Common) -> Answer:
    """Tell how many jobs there are, are active and failed, and when something ran and will."""
    from itemwell.due import told

    found = told.status(_records(common))
    return Answer(
        {"success": True, "data": found}, "\n".join(f"{k}: {v}" for k, v in found.items())
    )


@jobs.command(cls=Command)
@click.argument("name")
def enable(common: Common, name: str) -> Answer:
    """Let a job run again when it is due, on all hosts. What was due meanwhile is not caught up."""
    return _switch(common, name, enabled=True)


@jobs.command(cls=Command)
@click.argument("name")
def disable(common: Common, name: str) -> Answer:
    """Let a job run no more when it is due, on no host. A run that is asked for goes all the same."""
    return _switch(common, name, enabled=False)


@jobs.command(cls=Command)
@click.argument("name")
def trigger(common: Common, name: str) -> Answer:
    """Ask for a run: the next run-due, on any host, does it."""
    from itemwell.due import told
    from itemwell.store import schedule
    from itemwell.store.connect import open_bank

    settings = common.settings()
    job = _named(name)
    with open_bank(settings) as bank, bank.begin() as db:
        schedule.synchronise(db, list(jobs_of(settings).values()), schedule.server_clock(db))
        queued = schedule.trigger(db, job.name)
    line = f"{job.name} is asked for; the next run-due runs it"
    document = {"success": True, "data": told.triggered(job), "due_id": queued}
    return Answer(document, outcome=Outcome(Exit.OK, "queued", line))


@jobs.command(cls=Command)
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
def history(common: Common, name: str, limit: int) -> Answer:
    """List a job's last due runs, newest first: when, how often tried, how it ended."""
    from itemwell.store import schedule
    from itemwell.store.connect import open_bank

    settings = common.settings()
    job = _named(name)
    with open_bank(settings) as bank, bank.connect() as db:
        rows = schedule.history(db, job.name, limit)
    return Answer({"history": rows}, table(HISTORY, rows) if rows else f"{job.name} was never due")


def _switch(common: Common, name: str, *, enabled: bool) -> Answer:
    from itemwell.due import told
    from itemwell.store import schedule
    from itemwell.store.connect import open_bank

    settings = common.settings()
    job = _named(name)
    with open_bank(settings) as bank, bank.begin() as db:
        schedule.synchronise(db, list(jobs_of(settings).values()), schedule.server_clock(db))
        schedule.set_enabled(db, job.name, enabled=enabled)
    data = told.toggled(job, enabled=enabled)
    return Answer(
        {"success": True, "data": data}, outcome=Outcome(Exit.OK, "done", data["message"])
    )


def _named(name: str) -> "Job":
    from itemwell.cli.group import MODULES
    from itemwell.schedule import named

    job = named(name)
    if job is None or job.name not in MODULES:
        raise ConfigError(f"there is no job {name!r}", "see: itemwell jobs")
    return job


def _records(common: Common) -> list[dict[str, Any]]:
    from itemwell.due import told
    from itemwell.store import schedule
    from itemwell.store.connect import open_bank

    settings = common.settings()
    with open_bank(settings) as bank, bank.connect() as db:
        states, now = schedule.states(db), schedule.server_clock(db)
    return told.records(jobs_of(settings), states, now)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    from itemwell.due.told import health_of

    rate = record["success_rate"]
    return record | {
        "last": f"{record['last_run']:%Y-%m-%d %H:%M}" if record["last_run"] else "",
        "next": f"{record['next_run']:%Y-%m-%d %H:%M}" if record["next_run"] else "",
        "rate": "" if rate is None else f"{rate:g} %",
        "health": health_of(record),
        "last_status": record["last_status"] or "",
    }
