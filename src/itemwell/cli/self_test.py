"""`itemwell self-test`."""

import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError, Exit, Outcome

SDKS = {"openai": "openai", "anthropic": "anthropic", "google": "google.genai"}


class Tried(NamedTuple):
    """A row of the table for a vendor, and what differs from what it says."""

    vendor: str
    row: str
    differences: list[str]
    seconds: float

    def __str__(self) -> str:
        if not self.differences:
            return f"ok   {self.vendor:<9} {self.row}"
        return "\n".join(f"FAIL {self.vendor:<9} {self.row}: {each}" for each in self.differences)


@click.command("self-test", cls=Command, short_help="Try every known failure of the vendors.")
@click.option("--vendor", type=click.Choice(list(SDKS)), help="Only this one. [all three]")
@click.option("--row", default="", metavar="TEXT", help="Only rows whose name has this in it.")
def self_test(common: Common, vendor: str | None, row: str) -> Answer:
    """Try every known failure of the vendors: row -> a run of generate -> what differs.

    The vendors are a server on this machine that fails as they do; the bank is a new one that is
    thrown away. Neither keys nor settings are read, nothing is paid. It takes about a minute.
    """
    from itemwell.cli import logs

    logs.set_up(
        level="DEBUG" if common.verbose else "ERROR",
        console=not common.no_console,
        quiet=common.quiet,
        form=common.log_format or "text",
        file=common.log_file,
    )
    started = time.monotonic()
    tried = _tried([vendor] if vendor else list(SDKS), row, live=not common.as_json)
    failed = [each for each in tried if each.differences]
    told = f"{len(tried) - len(failed)} of {len(tried)} rows hold, in {time.monotonic() - started:.0f} s"
    outcome = Outcome(Exit.OK, "done", told)
    if failed:
        step = "please report the lines that begin with FAIL"
        outcome = Outcome(Exit.FAILED, "differs", told, step)
    rows = [{**each._asdict(), "ok": not each.differences} for each in tried]
    return Answer({"rows": rows}, outcome=outcome)


def _tried(vendors: list[str], text: str, *, live: bool) -> list[Tried]:
    from itemwell.self_test.bank import throw_away
    from itemwell.self_test.table import TABLE
    from itemwell.self_test.trial import trial

    rows = [row for row in TABLE if text in row.name]
    if not rows:
        raise ConfigError(f"no row has {text!r} in its name", "leave out --row to see all")
    for sdk in SDKS.values():
        import_module(sdk)  # before the first row, whose calls must not wait for it
    with TemporaryDirectory(prefix="itemwell-") as folder, throw_away(Path(folder)) as bank:

        def of_vendor(vendor: str) -> list[Tried]:
            tried = []
            for row in rows:
                started = time.monotonic()
                found = trial(bank, Path(folder), row, vendor)
                tried.append(Tried(vendor, row.name, found, time.monotonic() - started))
                if live:
                    click.echo(str(tried[-1]))
            return tried

        # Side by side: most of the time of a row is waiting, as its vendor makes it wait.
        with ThreadPoolExecutor(len(vendors)) as threads:
            return [each for tried in threads.map(of_vendor, vendors) for each in tried]
