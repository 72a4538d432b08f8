"""`itemwell dedup`: whether the bank is free of twins, and what twins are told by."""

import click

from itemwell.cli.dedup_audit import audit
from itemwell.cli.dedup_backfill import backfill
from itemwell.cli.dedup_decisions import decisions, mark
from itemwell.cli.dedup_tune import thresholds, tune


@click.group()
def dedup() -> None:
    """Look after what tells twins apart: vectors, thresholds, decisions."""


for command in (audit, decisions, mark, tune, thresholds, backfill):
    dedup.add_command(command)
