"""`itemwell exit-codes`."""

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import Exit


@click.command("exit-codes", cls=Command)
def exit_codes(_common: Common) -> Answer:
    """Print what each exit status means."""
    rows = [{"status": each.value, "name": each.word, "meaning": each.meaning} for each in Exit]
    return Answer({"exit_codes": rows}, markdown())


def markdown() -> str:
    """The table as the README has it."""
    head = ["| status | name | meaning |", "|---|---|---|"]
    return "\n".join(
        [*head, *(f"| {each.value} | {each.word} | {each.meaning} |" for each in Exit)]
    )
