"""`itemwell monitor`."""

import os
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common

if TYPE_CHECKING:
    from itemwell.settings import Settings
    from itemwell.upkeep.monitor.job import Telling
    from itemwell.upkeep.monitor.limits import Limits


@click.command(cls=Command, short_help="Tell operators what is wrong.")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def monitor(common: Common, *, skip_if_busy: bool) -> Answer:
    """Tell operators what is wrong: read -> rules -> note -> tell.

    Each trouble is one alert: told once when it comes and once when it is well again, by mail, Slack
    or webhook. An alert is no failure of this command. See: itemwell alerts.
    """
    from itemwell.store import runs
    from itemwell.store.connect import open_bank
    from itemwell.upkeep.monitor import job

    settings = common.settings()
    with (
        open_bank(settings) as bank,
        runs.begin(bank, "monitor", skip_if_busy=skip_if_busy) as run,
    ):
        report = job.run(bank, run, limits(settings), telling(settings))
    lines = [f"{each.severity:<8} {each.message}" for each in report.standing]
    document = {
        "run_id": run.id,
        "alerts": [
            {"key": each.key, "severity": each.severity, "message": each.message}
            for each in report.standing
        ],
        "opened": [each.key for each in report.opened],
        "resolved": report.resolved,
        "told": report.told,
        "not_told": report.problems,
    }
    return Answer(document, "\n".join(lines), run.outcome)


def limits(settings: "Settings") -> "Limits":
    """What the settings and this machine say of it."""
    from itemwell.bank import QUESTION_TYPES
    from itemwell.cli.run_due import jobs_of
    from itemwell.upkeep.monitor.limits import Limits

    kinds = (*QUESTION_TYPES, *settings.own_types)
    gigabytes = settings.bank_gigabytes
    disk = None
    if settings.database_url is None:
        usage = shutil.disk_usage(settings.itemwell_home)
        disk = usage.free, usage.total
    return Limits(
        jobs_of(settings),
        {kind: settings.targets.get(kind, settings.target_per_type) for kind in kinds},
        settings.alert_stock_share,
        settings.alert_idle_runs,
        None if gigabytes is None else int(gigabytes * 1e9),
        disk,
    )


def telling(settings: "Settings") -> "Telling":
    """The channels, when they are told, and what is not said to them."""
    from sqlalchemy import text

    from itemwell.sentry import secrets
    from itemwell.settings.hours import quiet_hours
    from itemwell.tell.channels import configured
    from itemwell.upkeep.monitor.due import When
    from itemwell.upkeep.monitor.job import Telling

    quiet = quiet_hours(settings.alert_quiet_hours) if settings.alert_quiet_hours else None
    repeat = timedelta(hours=settings.alert_repeat_hours) or None
    redact = secrets.redacting(secrets.in_force(settings, os.environ))
    clock = text("SELECT clock_timestamp()")
    return Telling(
        configured(settings),
        lambda db: When(db.execute(clock).scalar_one(), quiet, repeat),
        redact,
    )
