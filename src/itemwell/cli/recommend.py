"""`itemwell recommend`: tell each learner what to do next."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common, Duration
from itemwell.cli.progress import counting
from itemwell.cli.run_due import seconds_of
from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.recommend.job import Asked
    from itemwell.recommend.report import Report
    from itemwell.settings import Settings
    from itemwell.store.recommendations import Use
    from itemwell.store.runs import Run

JOB = "recommend"
DATE = click.DateTime(["%Y-%m-%d"])
COLUMNS = {
    "rule": "rule",
    "given": "given",
    "dismissed": "dismissed",
    "followed": "followed",
    "improved": "better afterwards",
    "others": "better, not followed",
}


@click.command(cls=Command)
@click.option("--date", "on", type=DATE, help="As it was known when this local day was over.")
@click.option("--from", "first", type=DATE, help="For this day and each that follows,")
@click.option("--to", "last", type=DATE, help="up to this one. With --report: of these days.")
@click.option("--user", help="Only this learner, whether active or not.")
@click.option("--timezone", help="TIME_ZONE for this run: whose days --date, --from and --to are.")
@click.option("--report", is_flag=True, help="Tell what came of each rule's recommendations.")
@click.option("--deadline", type=Duration(), help="Stop cleanly after 90s, 10m, 1h. [30m]")
@click.option("--dry-run", is_flag=True, help="Work everything out and write nothing.")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
@click.option("--queue", is_flag=True, help="Leave the work to `itemwell worker`.")
def recommend(common: Common, **given: Any) -> Answer:
    """Tell each learner what to do next: evidence -> rules -> keep.

    The best five steps of each learner who was active within RECOMMEND_WITHIN_DAYS take the place of
    the old ones, each with the rows that it rests on. What a learner dismissed rests for a while.
    Whether old steps were followed, and helped, is noted on the way. It can be run again: a step that
    stands for the same day stays as it is.
    """
    from itemwell.store.connect import open_bank
    from itemwell.walk import CONNECTIONS

    settings = common.settings(time_zone=given["timezone"])
    days = _days(settings, given)
    if given["queue"] and (given["dry_run"] or given["user"] or len(days) > 1):
        raise ConfigError("--queue is for all learners and one day, and writes", "drop the rest")
    with open_bank(settings, connections=CONNECTIONS) as bank:
        if given["report"]:
            return _use(bank, days if given["on"] or given["first"] else [])
        _require_inputs(bank, settings)
        reports = [_one(bank, _asked(settings, given, *day), given) for day in days]
    _log(reports)
    worst = max((each.outcome for each in reports), key=lambda outcome: outcome.exit.value)
    told = "\n".join(_told(each, dry=given["dry_run"]) for each in reports)
    document = {"days": [each.as_json() for each in reports], **reports[-1].as_json()}
    return Answer(document, told, worst)


def _days(settings: "Settings", given: dict[str, Any]) -> list[tuple[date, datetime]]:
    """The days that are asked for, each with the moment at which it is over; else today and now."""
    from itemwell.days import begins, zone_of

    zone, now = zone_of(settings.time_zone), datetime.now(UTC)
    today = now.astimezone(zone).date()
    on, first, last = (
        each and each.date() for each in (given["on"], given["first"], given["last"])
    )
    if on and (first or last):
        raise ConfigError("--date is one day, --from and --to are several", "choose one")
    if last and not first:
        raise ConfigError("--to needs --from", "name the first day too")
    first, last = on or first or today, on or last or today
    if last > today or first > last:
        told = f"{last} is not here yet" if last > today else f"{last} is before {first}"
        raise ConfigError(told, f"today is {today} in {settings.time_zone}")
    dates = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    return [(each, min(begins(zone, each + timedelta(days=1)), now)) for each in dates]


def _asked(settings: "Settings", given: dict[str, Any], on: date, at: datetime) -> "Asked":
    from itemwell.recommend.job import Asked
    from itemwell.store.study import Sources

    return Asked(
        sources=Sources.of(settings),
        at=at,
        on=on,
        active_days=settings.recommend_within_days,
        retention=settings.recommend_retention,
        deadline=time.monotonic() + seconds_of(settings, JOB, given["deadline"]),
        user=given["user"],
    )


def _require_inputs(bank: "Engine", settings: "Settings") -> None:
    from itemwell.store import study

    with bank.connect() as db:
        study.require(db, study.Sources.of(settings))


def _one(bank: "Engine", asked: "Asked", given: dict[str, Any]) -> "Report":
    from itemwell.recommend import job
    from itemwell.store import runs

    if given["dry_run"]:
        with _progress(bank, asked) as tell:
            return job.run(bank, None, asked, tell)
    about = {"date": asked.on.isoformat(), "user": asked.user or ""}
    with runs.begin(bank, JOB, skip_if_busy=given["skip_if_busy"], metadata=about) as run:
        if given["queue"]:
            return _left_to_workers(bank, run, asked)
        with _progress(bank, asked) as tell:
            return job.run(bank, run, asked, tell)


@contextmanager
def _progress(bank: "Engine", asked: "Asked") -> Iterator[Any]:
    """A function to tell how many learners were looked at."""
    from itemwell.store import learners

    if asked.user:
        yield lambda _: None
        return
    with bank.connect() as db:
        wanted = learners.count_known(db)
    with counting("looking at learners", shown=sys.stderr.isatty()) as show:
        yield lambda done: show(done, wanted)


def _left_to_workers(bank: "Engine", run: "Run", asked: "Asked") -> "Report":
    from itemwell.queue.recommendations import deferring
    from itemwell.recommend import job

    with deferring(bank) as defer:
        return job.queue(bank, run, asked, defer)


def _log(reports: "list[Report]") -> None:
    import structlog

    log = structlog.get_logger()
    for report in reports:
        for user, reason in report.broken.items():
            log.error(f"[Recommend] learner {user} keeps what he had: {reason}")
        if report.queued is not None:
            log.info(f"[BGJob] {report.queued} shards of {report.learners} learners wait")


def _told(report: "Report", *, dry: bool) -> str:
    if report.queued is not None:
        return ""
    what = "nothing written" if dry else f"{report.new} new, {report.ended} old ones ended"
    rules = ", ".join(f"{name} {count}" for name, count in report.by_rule.most_common())
    return f"{report.on}: {report.line}\n  {what}; {report.seconds:.1f} s\n  {rules}".rstrip()


def _use(bank: "Engine", days: list[tuple[date, datetime]]) -> Answer:
    """What came of each rule's recommendations, of these days or of all."""
    from itemwell.cli.table import table
    from itemwell.store import recommendations

    since = days[0][1] - timedelta(days=1) if days else None
    until = days[-1][1] if days else None
    with bank.connect() as db:
        found = recommendations.uses(db, since, until)
    rows = [
        {
            "rule": each.recommendation_type,
            "given": each.given,
            "dismissed": _share(each.dismissed, each.given),
            "followed": _share(each.followed, each.given),
            "improved": _share(each.followed_improved, each.followed_told),
            "others": _share(each.others_improved, each.others_told),
        }
        for each in found
    ]
    told = table(COLUMNS, rows) if rows else "no recommendation was given yet"
    return Answer({"rules": [_as_json(each) for each in found]}, told)


def _share(part: int, whole: int) -> str:
    """A share and its 95 % interval.

    >>> _share(9, 10), _share(0, 0)
    ('9 of 10, 60-98 %', '')
    """
    from itemwell.interval import wilson

    if not whole:
        return ""
    low, high = wilson(part, whole)
    return f"{part} of {whole}, {100 * low:.0f}-{100 * high:.0f} %"


def _as_json(use: "Use") -> dict[str, Any]:
    from itemwell.interval import wilson

    return use._asdict() | {
        "followed_interval": wilson(use.followed, use.given),
        "dismissed_interval": wilson(use.dismissed, use.given),
        "improved_interval": wilson(use.followed_improved, use.followed_told),
        "others_improved_interval": wilson(use.others_improved, use.others_told),
    }
