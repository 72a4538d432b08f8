"""`itemwell status`: how jobs and bank are, at a glance."""

import os
import sys

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.report import require_bank, told_by, without_secrets
from itemwell.cli.table import width


@click.command(cls=Command, short_help="Tell how jobs and bank are, in twenty lines.")
def status(common: Common) -> Answer:
    """Tell how jobs and bank are: each job's last due runs, and the stock by type and difficulty.

    Colours are for terminals, unless NO_COLOR is set. `itemwell report` tells more.
    """
    from itemwell.report import glance, terminal
    from itemwell.report.figures.status import status as figures
    from itemwell.store.connect import open_bank
    from itemwell.store.report import snapshot

    loaded = common.load()
    require_bank(loaded.settings)
    told = told_by(loaded)
    with open_bank(loaded.settings) as bank, snapshot(bank) as db:
        found = glance.read(db, told.table)
    glance.require_something(found)
    document = without_secrets(figures(found, told), loaded.settings)
    return Answer(document, terminal.status(document, width(), _paint))


def _paint(text: str, colour: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=colour)
