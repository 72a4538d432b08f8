"""`itemwell readiness`."""

from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table

if TYPE_CHECKING:
    from itemwell.readiness.assess import Readiness

COLUMNS = {
    "question_type": "type",
    "state": "state",
    "active": "active",
    "calibrated": "calibrated",
    "sound": "sound",
    "low": "b < -1",
    "middle": "-1..1",
    "high": "b > 1",
    "what": "missing",
}


@click.command(cls=Command, short_help="Tell whether the bank can carry an adaptive test.")
@click.option("--require", is_flag=True, help="End with 2 where a type is not ready.")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def readiness(common: Common, require: bool, skip_if_busy: bool) -> Answer:
    """Tell of each question type whether it can carry an adaptive test, and what is missing.

    It takes 30 questions or more with SE(b) <= 0.50 and SE(a) <= 0.30, and of these at least 5 in
    each of b < -1, -1..1 and b > 1.
    """
    from itemwell.readiness import job
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    with (
        open_bank(common.settings()) as bank,
        runs.begin(bank, "readiness", skip_if_busy=skip_if_busy) as run,
    ):
        found = job.run(bank, run, required=require)
    document = {"types": [_document(each) for each in found], "run_id": run.id}
    return Answer(document, table(COLUMNS, [_row(each) for each in found]), run.outcome)


def _document(each: "Readiness") -> dict[str, Any]:
    return {
        **each._asdict(),
        "by_band": dict(each.by_band),
        "ready": each.ready,
        "missing": each.missing,
    }


def _row(each: "Readiness") -> dict[str, Any]:
    low, middle, high = each.by_band.values()
    return {
        **each._asdict(),
        "state": "ready" if each.ready else "not ready",
        "low": low,
        "middle": middle,
        "high": high,
        "what": "; ".join(each.missing),
    }
