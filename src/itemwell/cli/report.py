"""`itemwell report`: the bank or a run as one HTML file that people like to read."""

import os
import webbrowser
from datetime import datetime
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any

import click

from itemwell import __version__
from itemwell.bank import QUESTION_TYPES, strata
from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common, Moment
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.report.figures.status import Told
    from itemwell.settings import Loaded, Settings

PATH = click.Path(path_type=Path)
LONG = 12
"""So many letters of a secret are no word of a question."""


@click.command(cls=Command, short_help="Write what there is to know of the bank as one HTML file.")
@click.option("--run", "run_id", type=click.IntRange(1, 2**62), help="The report of this run.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=30,
    show_default=True,
    help="Drafts and costs of.",
)
@click.option("--output", type=PATH, help="[itemwell-report.html, or itemwell-run-ID.html]")
@click.option("--open", "show", is_flag=True, help="Show it in the browser.")
@click.option("--as-of", type=Moment(), help="Tell time from this moment, not the server's clock.")
def report(
    common: Common,
    run_id: int | None,
    days: int,
    output: Path | None,
    as_of: datetime | None,
    *,
    show: bool,
) -> Answer:
    """Write the report: jobs, drafts, cost, stock, a year of runs, how well the questions measure.

    One file that asks nobody and runs nothing; the same bank at the same moment gives the same bytes.
    With --json its figures go to stdout, and a file is written only where --output or --open asks.
    """
    from itemwell.report import job
    from itemwell.store.connect import open_bank

    loaded = common.load()
    require_bank(loaded.settings)
    told = told_by(loaded)._replace(prices=_prices(loaded.settings), versions=_versions())
    with open_bank(loaded.settings) as bank:
        if run_id is None:
            document = job.of_bank(bank, told, days, as_of)
        else:
            document = job.of_run(bank, told, run_id, as_of)
    document = without_secrets(document, loaded.settings)
    if common.as_json and output is None and not show:
        return Answer(document)
    template = "report.html.j2" if run_id is None else "run.html.j2"
    usual = "itemwell-report.html" if run_id is None else f"itemwell-run-{run_id}.html"
    path = output or Path(usual)
    return Answer(document, outcome=_written(document, template, path, show=show))


def require_bank(settings: "Settings") -> None:
    """Raise ConfigError where there is no bank yet: looking makes none."""
    from itemwell.store.connect import exists

    if not exists(settings):
        raise ConfigError("there is no bank yet", "run: itemwell generate")


def without_secrets(document: dict[str, Any], settings: "Settings") -> dict[str, Any]:
    """`document` as it may leave the house."""
    from itemwell.report.clean import clean
    from itemwell.sentry import secrets

    kept = secrets.in_force(settings, os.environ)
    long = secrets.of_long_texts(value for value in kept if len(value) >= LONG)
    found: dict[str, Any] = clean(document, secrets.redacting(kept), long)
    return found


def told_by(loaded: "Loaded") -> "Told":
    """What settings say, and what follows from them."""
    from itemwell.blueprint import blueprints_of
    from itemwell.cli.config import rows
    from itemwell.cli.run_due import jobs_of
    from itemwell.generate.plan import whole_targets
    from itemwell.report.figures.status import Told
    from itemwell.sentry import secrets
    from itemwell.store.connect import name_of

    settings = loaded.settings
    types = (*QUESTION_TYPES, *settings.own_types)
    return Told(
        table=jobs_of(settings),
        targets=whole_targets({each: settings.target(each) for each in strata(types)}),
        critical_share=settings.alert_stock_share,
        test_length=blueprints_of(settings.blueprints)[0].scored,
        bank=name_of(settings),
        redact=secrets.redacting(secrets.in_force(settings, os.environ)),
        settings=[{"name": name.upper(), **row} for name, row in rows(loaded).items()],
    )


def _prices(settings: "Settings") -> list[dict[str, Any]]:
    """Of the models that may be asked and have a known price."""
    from itemwell.cli.models import price
    from itemwell.generate.routing import Routing
    from itemwell.generate.vendors import prices_of

    prices = prices_of(settings)
    known = [(name, price(name, prices)) for name in Routing.whole(settings).all()]
    return [
        {**name._asdict(), "input": rate["input"], "output": rate["output"], "from": rate["from"]}
        for name, rate in known
        if rate["known"]
    ]


def _versions() -> list[dict[str, str]]:
    from importlib.metadata import version

    libraries = ("numpy", "numba", "openai", "anthropic", "google-genai", "genai-prices")
    return [
        {"of": "itemwell", "version": __version__},
        {"of": "Python", "version": python_version()},
        *({"of": name, "version": version(name)} for name in libraries),
    ]


def _written(document: dict[str, Any], template: str, path: Path, *, show: bool) -> Outcome:
    from itemwell.report.write import write

    size = write(document, template, path)
    line = f"{path} written, {size / 1000:,.0f} kB"
    if show and not webbrowser.open(path.resolve().as_uri()):
        return Outcome(Exit.OK, "done", line, "no browser could be started: open it yourself")
    return Outcome(Exit.OK, "done", line)
