"""`itemwell snapshot`: close each learner's day."""

import sys
import time
from contextlib import nullcontext
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common, Duration
from itemwell.cli.progress import counting
from itemwell.cli.run_due import seconds_of
from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.settings import Settings
    from itemwell.snapshot.job import Asked
    from itemwell.snapshot.report import Report
    from itemwell.store.runs import Run

JOB = "snapshot"
DATE = click.DateTime(["%Y-%m-%d"])


@click.command(cls=Command)
@click.option(
    "--date", "on", type=DATE, help="Close this local day of each learner, again or late."
)
@click.option("--from", "first", type=DATE, help="And all from this one on,")
@click.option("--to", "last", type=DATE, help="up to this one. [the last that is over]")
@click.option("--user", help="Only this learner.")
@click.option("--timezone", help="TIME_ZONE for this run: of learners without a zone of their own.")
@click.option("--deadline", type=Duration(), help="Stop cleanly after 90s, 10m, 1h. [30m]")
@click.option("--dry-run", is_flag=True, help="Work everything out and write nothing.")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
@click.option("--queue", is_flag=True, help="Leave the work to `itemwell worker`.")
def snapshot(common: Common, **given: Any) -> Answer:
    """Close each active learner's day: due -> read -> summarise -> keep.

    A row of performance_snapshots a learner and day: pace, quiz average, lessons, time, and ability by
    question type. Days are the learner's own, by his time zone or the site's. Without dates those are
    closed that ended since the last run, after an outage at most SNAPSHOT_BACKFILL_DAYS. It can be run
    again: a row changes only where data came late. Learners with broken data are named and passed over.
    """
    from itemwell.store.connect import open_bank
    from itemwell.walk import CONNECTIONS

    settings = common.settings(time_zone=given["timezone"])
    asked = _asked(settings, given)
    if given["queue"] and (given["dry_run"] or given["user"]):
        raise ConfigError("--queue is for all learners, and writes", "leave the other option out")
    with open_bank(settings, connections=CONNECTIONS) as bank:
        _require_inputs(bank, asked)
        report = _dry(bank, asked) if given["dry_run"] else _run(bank, asked, given)
    _log(report)
    return Answer(report.as_json(), _told(report, dry=given["dry_run"]), report.outcome)


def _asked(settings: "Settings", given: dict[str, Any]) -> "Asked":
    from itemwell.snapshot.job import Asked
    from itemwell.store.study import Sources

    first, last = _dates(settings, given)
    return Asked(
        sources=Sources.of(settings),
        site=settings.time_zone,
        most=settings.snapshot_backfill_days,
        deadline=time.monotonic() + seconds_of(settings, JOB, given["deadline"]),
        first=first,
        last=last,
        user=given["user"],
    )


def _dates(settings: "Settings", given: dict[str, Any]) -> tuple[date | None, date | None]:
    """The dates that are asked for, of which the first must be over at the site."""
    from datetime import UTC

    from itemwell.days import closed, zone_of

    on, first, last = (
        each and each.date() for each in (given["on"], given["first"], given["last"])
    )
    if on and (first or last):
        raise ConfigError("--date is one day, --from and --to are several", "choose one")
    if last and not first:
        raise ConfigError("--to needs --from", "name the first day too")
    over = closed(zone_of(settings.time_zone), datetime.now(UTC)).date
    first, last = on or first, on or last or (over if first else None)
    if first and first > over:
        raise ConfigError(f"{first} is not over in {settings.time_zone}", f"the last is {over}")
    if first and last and last < first:
        raise ConfigError(f"{last} is before {first}", "name the earlier day first")
    return first, last


def _require_inputs(bank: "Engine", asked: "Asked") -> None:
    from itemwell.store import study

    with bank.connect() as db:
        study.require(db, asked.sources)


def _run(bank: "Engine", asked: "Asked", given: dict[str, Any]) -> "Report":
    from itemwell.snapshot import job
    from itemwell.store import runs

    about = {"site": asked.site, "from": str(asked.first or ""), "user": asked.user or ""}
    with runs.begin(bank, JOB, skip_if_busy=given["skip_if_busy"], metadata=about) as run:
        if given["queue"]:
            return _left_to_workers(bank, run, asked)
        with _progress(bank, asked) as tell:
            return job.run(bank, run, asked, tell)


def _dry(bank: "Engine", asked: "Asked") -> "Report":
    from itemwell.snapshot import job

    with _progress(bank, asked) as tell:
        return job.run(bank, None, asked, tell)


def _progress(bank: "Engine", asked: "Asked") -> Any:
    """A function to tell how many learners were looked at."""
    from contextlib import contextmanager

    from itemwell.store import learners

    @contextmanager
    def shown() -> Any:
        with bank.connect() as db:
            wanted = learners.count_known(db)
        with counting("looking at learners", shown=sys.stderr.isatty()) as show:
            yield lambda done: show(done, wanted)

    return nullcontext(lambda _: None) if asked.user else shown()


def _left_to_workers(bank: "Engine", run: "Run", asked: "Asked") -> "Report":
    from itemwell.queue.snapshots import deferring
    from itemwell.snapshot import job

    with deferring(bank) as defer:
        return job.queue(bank, run, asked, defer)


def _log(report: "Report") -> None:
    import structlog

    log = structlog.get_logger()
    for user, reason in report.broken.items():
        log.error(f"[Snapshot] learner {user} gets none: {reason}")
    if report.errors > len(report.broken):
        log.error(f"[Snapshot] {report.errors} errors in all: see snapshot_refusals")
    if report.queued is not None:
        log.info(f"[BGJob] {report.queued} shards of {report.learners} learners wait for workers")


def _told(report: "Report", *, dry: bool) -> str:
    if report.queued is not None:
        return ""
    days = sorted(report.dates)
    span = f", {days[0]} to {days[-1]}" if len(days) > 1 else f", {days[0]}" if days else ""
    what = "nothing written" if dry else f"{report.new} new, {report.changed} changed"
    return f"{report.line}\n  {report.learners} learners{span}; {what}; {report.seconds:.1f} s"
