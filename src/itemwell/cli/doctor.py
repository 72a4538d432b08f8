"""`itemwell doctor`: one line a check, each with its remedy."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import Exit, ItemwellError, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.settings import Settings

CLOCK_SECONDS = 5.0
FREE_BYTES = 500_000_000


class Check(NamedTuple):
    """What was looked at, how it is, and the status that it would end a run with."""

    name: str
    found: str
    exit: Exit = Exit.OK

    def __str__(self) -> str:
        return f"{'ok  ' if self.exit is Exit.OK else 'FAIL'} {self.name:<9} {self.found}"


@click.command(cls=Command)
@click.option("--online", is_flag=True, help="And each model's key and name, at its vendor.")
def doctor(common: Common, online: bool) -> Answer:
    """Check what a run needs, a line each with its remedy.

    Settings, disk, embedder, bank, schema, clock, write access and the inputs of snapshots. --online looks up each configured
    model at its vendor, which costs nothing; an empty balance shows only when a model is asked.
    """
    checks = list(_checks(common, online=online))
    failed = [check for check in checks if check.exit is not Exit.OK]
    outcome = Outcome(Exit.OK, "done", "all is well")
    if failed:
        names = ", ".join(check.name for check in failed)
        outcome = Outcome(failed[0].exit, "unhealthy", f"{names}: see above")
    rows = [
        {"check": each.name, "ok": each.exit is Exit.OK, "found": each.found} for each in checks
    ]
    return Answer({"checks": rows}, "\n".join(map(str, checks)), outcome)


def _checks(common: Common, *, online: bool) -> Iterator[Check]:
    try:
        settings = common.settings()
    except ItemwellError as error:
        yield _failed("settings", error)
        return
    yield Check("settings", "every setting can be used")
    yield _disk(settings)
    yield _embedder(settings)
    try:
        yield from _of_the_bank(settings)
    except ItemwellError as error:
        yield _failed("bank", error)
    if online:
        from itemwell.cli import doctor_online

        for found in doctor_online.look(settings):
            yield Check(found.vendor, found.told, found.exit)


def _of_the_bank(settings: "Settings") -> Iterator[Check]:
    from itemwell.store.connect import name_of, open_bank

    with open_bank(settings, schema_is="any") as bank:
        yield Check("bank", f"Postgres {bank.dialect.server_version_info[0]}, {name_of(settings)}")  # type: ignore[index]
        schema = _schema(bank, embedded=settings.database_url is None)
        yield schema
        yield _clock(bank)
        if schema.exit is Exit.OK:
            yield _write_access(bank)
            yield _inputs(bank, settings)


def _schema(bank: "Engine", *, embedded: bool) -> Check:
    from itemwell.store import schema

    try:
        schema.catch_up(bank) if embedded else schema.require(bank)
    except ItemwellError as error:
        return _failed("schema", error)
    return Check("schema", schema.head())


def _clock(bank: "Engine") -> Check:
    from itemwell.store import server

    before = time.time()
    behind = server.clock(bank) - (before + time.time()) / 2
    if abs(behind) <= CLOCK_SECONDS:
        return Check("clock", "agrees with the server's")
    return Check("clock", f"{behind:+.0f} s off the server's: set both by NTP", Exit.FAILED)


def _disk(settings: "Settings") -> Check:
    place = next(
        path for path in (settings.itemwell_home, *settings.itemwell_home.parents) if path.exists()
    )
    free = shutil.disk_usage(place).free
    if free >= FREE_BYTES:
        return Check("disk", f"{free / 1e9:.1f} GB free in {_short(place)}")
    return Check(
        "disk", f"only {free / 1e6:.0f} MB free in {place}: free space there", Exit.DATABASE
    )


def _embedder(settings: "Settings") -> Check:
    from itemwell.generate.embedding import look

    try:
        return Check("embedder", look(settings))
    except ItemwellError as error:
        return _failed("embedder", error)


def _short(path: Path) -> str:
    return str(path).replace(str(Path.home()), "~", 1)


def _write_access(bank: "Engine") -> Check:
    from itemwell.store import server

    refused = server.refused_rights(bank)
    if not refused:
        return Check("writing", "the role may write to every table")
    return Check("writing", refused, Exit.DATABASE)


def _inputs(bank: "Engine", settings: "Settings") -> Check:
    from itemwell.store import study

    sources = study.Sources.of(settings)
    try:
        with bank.connect() as db:
            study.require(db, sources)
    except ItemwellError as error:
        return _failed("inputs", error)
    return Check("inputs", f"what learners study: {', '.join(sources).replace(chr(34), '')}")


def _failed(name: str, error: ItemwellError) -> Check:
    return Check(name, f"{error}; {error.next_step}".rstrip("; "), error.exit)
