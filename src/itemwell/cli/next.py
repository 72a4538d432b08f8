"""`itemwell next`: what runs next, in UTC and in local time."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common, Moment, several
from itemwell.cli.run_due import jobs_of
from itemwell.cli.table import table
from itemwell.schedule import JOBS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itemwell.schedule import Job

COLUMNS = {"job": "job", "utc": "UTC", "local": "local", "zone": "zone"}
A_STRETCH = timedelta(days=2)  # of dues that are found at once

WATCHED = timedelta(days=400)
"""So far ahead is looked for changes of the clock: both of a year, with a margin."""


@click.command("next", cls=Command, short_help="Print the next runs, in UTC and local time.")
@click.option("--count", type=click.IntRange(1, 1_000), default=20, show_default=True)
@click.option("--job", "only", multiple=True, callback=several(lambda: tuple(JOBS), "job"))
@click.option("--from", "start", type=Moment(), help="From this moment on.  [now]")
def next_(common: Common, count: int, only: tuple[str, ...], start: datetime | None) -> Answer:
    """Print the next runs by the table of jobs, in UTC and in the zone of this machine.

    A job in a zone whose clocks change is told with the runs that the change skips or doubles. The
    bank is not asked: what is disabled there is listed by `itemwell jobs`.
    """
    from itemwell.schedule import clock_changes

    jobs = [job for name, job in jobs_of(common.settings()).items() if name in only and job.enabled]
    now = start or datetime.now(UTC)
    rows = upcoming(jobs, now, count)
    warnings = [
        {"job": job.name, "warning": each}
        for job in jobs
        for each in clock_changes(job, now, now + WATCHED)
    ]
    lines = [f"warning: {each['job']}: {each['warning']}" for each in warnings]
    return Answer({"next": rows, "warnings": warnings}, "\n".join([table(COLUMNS, rows), *lines]))


def upcoming(jobs: "list[Job]", now: datetime, count: int) -> list[dict[str, Any]]:
    """The next `count` runs of all jobs together, in order."""
    found = sorted(
        (due, job.name, job.zone) for job in jobs for due in islice(_of(job, now), count)
    )
    return [
        {
            "job": name,
            "utc": f"{due:%Y-%m-%d %H:%M}",
            "local": f"{due.astimezone():%Y-%m-%d %H:%M %Z}",
            "zone": zone,
        }
        for due, name, zone in found[:count]
    ]


def _of(job: "Job", moment: datetime) -> "Iterator[datetime]":
    from itemwell.schedule import dues, following

    while found := following(job, moment):
        moment = found + A_STRETCH
        yield from (found, *dues(job, found, moment))
