"""`itemwell db`: the bank as a database."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.settings import Settings

PATH = click.Path(path_type=Path)


@click.group()
def db() -> None:
    """Look after the bank: its schema, its server, its backups."""


@db.command(cls=Command)
def status(common: Common) -> Answer:
    """Tell where the bank is, its server and its schema."""
    from itemwell.store import schema
    from itemwell.store.connect import name_of, peek, server_of

    settings = common.settings()
    document = {"bank": name_of(settings), "schema_needed": schema.head(), **server_of(settings)}
    document["schema"] = peek(settings, schema.current) or "empty"
    known = {name.replace("_", " "): value for name, value in document.items() if value is not None}
    text = "\n".join(
        f"{name:<15} {value:,}" if isinstance(value, int) else f"{name:<15} {value}"
        for name, value in known.items()
    )
    return Answer(document, text)


@db.command(cls=Command)
def upgrade(common: Common) -> Answer:
    """Bring the bank's schema to what this program needs."""
    from itemwell.store import schema
    from itemwell.store.connect import open_bank

    with open_bank(common.settings(), schema_is="any") as bank:
        with bank.connect() as connection:
            before = schema.current(connection)
        if before != schema.head():
            schema.catch_up(bank)
    text = f"the schema is {schema.head()}" + (", as it was" if before == schema.head() else " now")
    return Answer({"before": before, "schema": schema.head()}, text)


@db.command(cls=Command)
def url(common: Common) -> Answer:
    """Print the bank's URL, with the password where it has one, for psql and others.

    The embedded server runs while a command uses it; `itemwell db start` keeps it running.
    """
    from itemwell.store.connect import address

    with address(common.settings()) as found:
        return Answer({"url": found}, found)


@db.command(cls=Command)
def start(common: Common) -> Answer:
    """Start the embedded server and keep it running until `itemwell db stop`."""
    from itemwell.store.connect import open_bank, told

    settings = common.settings()
    server = _embedded(settings)
    with open_bank(settings), told():
        server.keep()
        return Answer({"running": True}, "the embedded server runs until: itemwell db stop")


@db.command(cls=Command)
def stop(common: Common) -> Answer:
    """Stop the embedded server, unless somebody uses it."""
    from itemwell.store.connect import told

    server = _embedded(common.settings())
    with told():
        stopped = server.stop()
    return Answer({"stopped": stopped}, "stopped" if stopped else "it was not running")


@db.command(cls=Command)
def shell(common: Common) -> Answer:
    """Open psql on the bank."""
    from itemwell.stopping import left_to_the_child
    from itemwell.store import dump
    from itemwell.store.connect import address

    with address(common.settings()) as found, left_to_the_child():
        code = dump.shell(found)
    outcome = Outcome(Exit.OK if code == 0 else Exit.FAILED, "done", f"psql ended with {code}")
    return Answer({"psql": code}, outcome=outcome)


@db.command(cls=Command)
@click.option("--output", type=PATH, help="The file to write. [ITEMWELL_HOME/backups/<time>.dump]")
def backup(common: Common, output: Path | None) -> Answer:
    """Write the whole bank to a file, in pg_dump's custom format."""
    from itemwell.store import dump
    from itemwell.store.connect import address

    settings = common.settings()
    path = output or dump.new_path(settings.itemwell_home)
    with address(settings) as found:
        size = dump.backup(found, path)
    return Answer({"backup": str(path), "bytes": size}, f"{path} ({size:,} bytes)")


@db.command(cls=Command)
@click.argument("file", type=PATH)
@click.option("--yes", is_flag=True, help="Replace a bank that has questions.")
def restore(common: Common, file: Path, *, yes: bool) -> Answer:
    """Replace the bank by a backup. All of it, or nothing where that fails."""
    from itemwell.store import dump, questions
    from itemwell.store.connect import address, peek

    settings = common.settings()
    held = peek(settings, questions.count)
    if held and not yes:
        raise ConfigError(f"the bank holds {held} questions", "add --yes to replace it")
    with address(settings) as found:
        dump.restore(found, file)
    return Answer({"restored": str(file)}, f"the bank is that of {file}")


@db.command("install-pg-cron", cls=Command)
@click.option("--remove", is_flag=True, help="Take the jobs out of pg_cron again.")
def install_pg_cron(common: Common, *, remove: bool) -> Answer:
    """Let the server's pg_cron ask for the runs; some host's `itemwell run-due` does them.

    Its lines are in UTC, as pg_cron is where nobody set cron.timezone.
    """
    from itemwell.cli.run_due import jobs_of
    from itemwell.install.dialects import in_utc
    from itemwell.schedule import RUN_DUE
    from itemwell.store import pg_cron
    from itemwell.store.connect import open_bank

    settings = common.settings()
    titled = [job for job in jobs_of(settings).values() if job.enabled and job.title]
    jobs = [RUN_DUE, *(job._replace(cron=in_utc(job.cron, job.zone)) for job in titled)]
    with open_bank(settings) as bank, bank.begin() as connection:
        names = pg_cron.remove(connection) if remove else pg_cron.install(connection, jobs)
    word = "removed from" if remove else "scheduled in"
    told = Outcome(Exit.OK, "done", f"{len(names)} jobs {word} pg_cron")
    return Answer({"jobs": names, "removed": remove}, "\n".join(names), told)


def _embedded(settings: "Settings") -> "Embedded":
    from itemwell.store.embedded import Embedded

    if settings.database_url:
        raise ConfigError("DATABASE_URL names a server", "start and stop it with its own tools")
    return Embedded(settings.itemwell_home)


if TYPE_CHECKING:
    from itemwell.store.embedded import Embedded
