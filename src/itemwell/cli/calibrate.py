"""`itemwell calibrate`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer, how_called
from itemwell.cli.calibrate_history import diff, history, rollback, show
from itemwell.cli.options import CommandWithMore, Common, Duration, Moment
from itemwell.cli.run_due import seconds_of
from itemwell.errors import Busy, CalibrationDatabaseError, DatabaseError, Exit

if TYPE_CHECKING:
    from itemwell.calibrate.job import Asked
    from itemwell.calibrate.report import Report
    from itemwell.settings import Settings

JOB = "calibrate"


@click.group(cls=CommandWithMore, short_help="Refit the item parameters from the responses.")
@click.option(
    "--min-new-responses",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="Skip while there are fewer that the published calibration has not seen.",
)
@click.option("--force", is_flag=True, help="Calibrate however few are new.")
@click.option("--dry-run", is_flag=True, help="Fit and report; publish nothing.")
@click.option(
    "--model", type=click.Choice(["2pl", "1pl"]), default="2pl", show_default=True,
    help="A discrimination each, or one for all.",
)  # fmt: skip
@click.option(
    "--se", type=click.Choice(["information", "bootstrap"]), default="information",
    show_default=True, help="Where standard errors come from.",
)  # fmt: skip
@click.option("--since", type=Moment(), metavar="MOMENT", help="Use answers from then on. [all]")
@click.option(
    "--link", type=click.Choice(["stocking-lord", "fixed"]), default="stocking-lord",
    show_default=True, help="Bring the fit to the published scale, or hold its anchors fixed.",
)  # fmt: skip
@click.option(
    "--new-scale", is_flag=True, help="Begin a new scale: these learners have mean 0, sd 1."
)
@click.option("--accept-drift", is_flag=True, help="Publish though the anchors moved far.")
@click.option(
    "--min-answers", type=click.IntRange(1), help="MIN_ANSWERS_PER_QUESTION for this run."
)
@click.option("--threads", type=click.IntRange(1, 256), help="Of the fit. [all processors]")
@click.option("--deadline", type=Duration(), help="Give up after 90s, 10m, 1h. [30m]")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def calibrate(common: Common, **asked: Any) -> Answer:
    """Refit the item parameters: due -> load -> fit -> link -> check -> publish.

    All usable answers are fitted by a Bayesian 2PL, linked to the published scale by questions that
    did not drift, checked, and published in one transaction. Until then, and whatever goes wrong,
    the parameters of before stay in force. Nothing is due while fewer than --min-new-responses are
    new. Status 1 stands for the database here, and 4 for nothing.
    """
    from itemwell.calibrate import job
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    settings = common.settings(min_answers_per_question=asked["min_answers"])
    wanted = _asked(settings, asked)
    seconds = seconds_of(settings, JOB, asked["deadline"])
    with statuses(), open_bank(settings) as bank:
        begun = runs.begin(bank, JOB, skip_if_busy=asked["skip_if_busy"])
        with begun as run, statuses():
            report = job.run(bank, run, wanted, time.monotonic() + seconds)
    _log(report)
    return Answer(report.as_json() | {"run_id": run.id}, _told(report), report.outcome)


@contextmanager
def statuses() -> Iterator[None]:
    """An error of the database as status 1: see the contract of `calibrate`."""
    from sqlalchemy.exc import DBAPIError

    from itemwell.store.connect import explained

    try:
        yield
    except CalibrationDatabaseError:
        raise
    except DatabaseError as error:
        raise CalibrationDatabaseError(str(error), error.next_step) from error
    except DBAPIError as error:
        known = explained(error)
        if isinstance(known, DatabaseError):
            raise CalibrationDatabaseError(str(known), known.next_step) from error
        raise


def _asked(settings: "Settings", asked: dict[str, Any]) -> "Asked":
    from itemwell.calibrate.check import Bounds
    from itemwell.calibrate.fit import How
    from itemwell.calibrate.job import Asked

    return Asked(
        how=How(asked["model"], asked["se"], asked["threads"]),
        bounds=Bounds(settings.min_answers_per_question, settings.exposure_cap),
        method=asked["link"],
        **{
            name: asked[name]
            for name in (
                "min_new_responses", "since", "force", "dry_run", "new_scale", "accept_drift",
            )
        },
    )  # fmt: skip


def _log(report: "Report") -> None:
    import structlog

    log = structlog.get_logger()
    if report.skipped:
        log.info(f"IRT calibration skipped: {report.skipped}")
        return
    drifted = report.record.get("link", {}).get("drifted")
    if drifted:
        log.warning(f"{drifted} anchors drifted and were left out of the link")
    if (groups := report.record["fit"]["groups"]) > 1:
        log.warning(
            f"the questions fall into {groups} groups that no learner connects;"
            " they are on one scale only as far as their learners are alike"
        )
    log.info(report.line)


def _told(report: "Report") -> str:
    if report.skipped:
        return ""
    lines = [f"{report.outcome.message[0].upper()}{report.outcome.message[1:]}:"]
    answers, fit = report.record["answers"], report.record["fit"]
    lines.append(
        f"  answers   {answers['used']:,} of {answers['learners']:,} learners to {answers['questions']:,}"
        f" questions, {report.new_responses:,} new"
    )
    left = {name: number for name, number in answers.items() if number and name in LEFT_OUT}
    if left:
        lines.append(
            "  left out  " + ", ".join(f"{name} {number:,}" for name, number in left.items())
        )
    lines.append(
        f"  fit       {fit['e_steps']} E steps over {fit['nodes']} nodes,"
        f" log-likelihood {fit['log_likelihood']:.2f}"
    )
    lines.append(f"  link      {_link_told(report.record['link'])}")
    for title, counted in (("skipped", report.reasons), ("flagged", report.flags)):
        lines += [f"  {title:<9} {number} x {what}" for what, number in counted.most_common(5)]
    seconds = report.record["seconds"]
    lines.append("  seconds   " + ", ".join(f"{name} {each:.2f}" for name, each in seconds.items()))
    if report.calibration_id and not report.dry:
        lines.append(
            f"Next: {how_called()} calibrate show {report.calibration_id} · {how_called()} readiness"
        )
    return "\n".join(lines)


LEFT_OUT = (
    "orphans", "before_since", "future", "mistimed", "repeated", "rapid", "bots",
)  # fmt: skip


def _link_told(link: dict[str, Any]) -> str:
    if link.get("new_scale"):
        return "none: this calibration makes the scale"
    return (
        f"{link['anchors']} anchors, {link['drifted']} drifted: slope {link['slope']:.3f},"
        f" intercept {link['intercept']:+.3f}; learners {link['mean']:+.2f} ± {link['sd']:.2f}"
    )


for _command in (history, show, rollback, diff):
    calibrate.add_command(_command)

__all__ = ["Busy", "Exit", "calibrate"]
