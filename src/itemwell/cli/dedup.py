"""`itemwell dedup`: whether the bank is free of twins, and what twins are told by."""

import click

from itemwell.cli.dedup_backfill import backfill


@click.group()
def dedup() -> None:
    """Look after what tells twins apart: vectors, thresholds, decisions."""


dedup.add_command(backfill)
