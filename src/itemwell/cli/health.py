"""`itemwell health`."""

import os
from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import ItemwellError, Outcome

if TYPE_CHECKING:
    from itemwell.settings import Settings
    from itemwell.store.health import Look

COLUMNS = {"component": "component", "status": "status", "message": "what was found"}


@click.command(cls=Command, short_help="Tell whether each part is well.")
@click.option(
    "--probe", is_flag=True, help="Write nothing; end with 2 where something is unhealthy."
)
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def health(common: Common, *, probe: bool, skip_if_busy: bool) -> Answer:
    """Tell whether each part is well: look -> judge -> keep.

    Bank, schema, clock, questions, queue, disk, vendors by their record of a week, and each job by
    its own schedule. Nothing generated for 8 days is unhealthy.
    """
    from itemwell.upkeep.health import job

    settings = common.settings()
    if probe:
        looks = _probe(settings)
        return _answer(looks, job.outcome(looks))
    from itemwell.cli.monitor import limits
    from itemwell.sentry import secrets
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    redact = secrets.redacting(secrets.in_force(settings, os.environ))
    with (
        open_bank(settings) as bank,
        runs.begin(bank, "health", skip_if_busy=skip_if_busy) as run,
    ):
        looks = job.run(bank, run, limits(settings), redact)
    return _answer(looks, run.outcome)


def _probe(settings: "Settings") -> "list[Look]":
    """What was seen; a bank that cannot be reached is unhealthy, and not an error of the probe."""
    from itemwell.cli.monitor import limits
    from itemwell.sentry import secrets
    from itemwell.store.connect import exists, open_bank
    from itemwell.store.health import Look
    from itemwell.upkeep.health import job

    redact = secrets.redacting(secrets.in_force(settings, os.environ))
    try:
        if not exists(settings):
            return [Look("bank", "unhealthy", 0, "there is no bank yet")]
        with open_bank(settings, schema_is="any") as bank:
            return job.look(bank, limits(settings), redact)
    except ItemwellError as error:
        return [Look("bank", "unhealthy", 0, redact(str(error)))]


def _answer(looks: "list[Look]", outcome: Outcome) -> Answer:
    rows = [each._asdict() for each in looks]
    document = {"healthy": outcome.reason != "unhealthy", "components": rows}
    return Answer(document, table(COLUMNS, rows), outcome)
