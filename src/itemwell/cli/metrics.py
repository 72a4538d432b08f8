"""`itemwell metrics`."""

import os

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table

COLUMNS = {"name": "measure", "labels": "of", "value": "value", "unit": "unit"}


@click.command(cls=Command, short_help="Keep figures, and hand them to dashboards.")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def metrics(common: Common, *, skip_if_busy: bool) -> Answer:
    """Keep figures for dashboards: read -> measure -> keep -> hand on.

    Stock against target, approval and duplicate rate, cost, durations, last success of each job: in
    the table metrics_data, and in METRICS_TEXTFILE and at OTLP_ENDPOINT where they are set.
    """
    from itemwell.cli.monitor import limits
    from itemwell.sentry import secrets
    from itemwell.store import runs
    from itemwell.store.connect import open_bank
    from itemwell.upkeep.metrics import job

    settings = common.settings()
    otlp = settings.otlp_endpoint and settings.otlp_endpoint.get_secret_value()
    redact = secrets.redacting(secrets.in_force(settings, os.environ))
    places = job.Places(settings.metrics_textfile, otlp or None, redact)
    with (
        open_bank(settings) as bank,
        runs.begin(bank, "metrics", skip_if_busy=skip_if_busy) as run,
    ):
        found = job.run(bank, run, limits(settings).targets, places)
    rows = [
        {
            "name": each.full_name,
            "labels": ", ".join(each.labels.values()),
            "value": float(each.value),
            "unit": each.unit,
        }
        for each in found
    ]
    document = {
        "run_id": run.id,
        "measures": [each._asdict() | {"labels": dict(each.labels)} for each in found],
    }
    return Answer(document, table(COLUMNS, rows), run.outcome)
