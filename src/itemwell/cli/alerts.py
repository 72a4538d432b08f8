"""`itemwell alerts`: what operators were told, and what they know of."""

import getpass

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.runs import ListByDefault
from itemwell.cli.table import table
from itemwell.errors import ConfigError, Exit, Outcome

COLUMNS = {
    "id": "alert",
    "timestamp": "since (UTC)",
    "severity": "severity",
    "status": "status",
    "message": "what is wrong",
}


@click.group(cls=ListByDefault)
def alerts() -> None:
    """List what is wrong, or say that you know: itemwell alerts ack ID."""


@alerts.command("list", cls=Command)
@click.option("--all", "everything", is_flag=True, help="And what is well again.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
def list_(common: Common, *, everything: bool, limit: int) -> Answer:
    """List the alerts that stand, newest first."""
    from itemwell.store import alerts as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        found = [
            each._asdict() for each in stored.listed(db, also_resolved=everything, limit=limit)
        ]
    text = table(COLUMNS, found) if found else "no alert stands"
    return Answer({"alerts": found}, text)


@alerts.command(cls=Command)
@click.argument("alert_id", type=click.IntRange(1, 2**62), metavar="ID")
@click.option("--by", help="Who knows of it. [you]")
def ack(common: Common, alert_id: int, by: str | None) -> Answer:
    """Say that somebody knows of an alert: it is told no more, until it is well again."""
    from itemwell.store import alerts as stored
    from itemwell.store.connect import open_bank

    name = by or _you()
    with open_bank(common.settings()) as bank, bank.begin() as db:
        status = stored.acknowledge(db, alert_id, name)
    if status is None:
        raise ConfigError(f"there is no alert {alert_id}", "see: itemwell alerts")
    told = f"alert {alert_id} is {status}"
    return Answer({"id": alert_id, "alert_status": status}, "", Outcome(Exit.OK, "done", told))


def _you() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "somebody"
