"""`itemwell runs`: what ran, and how it went."""

from collections.abc import Iterator
from decimal import Decimal
from textwrap import fill
from typing import Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.money import dollars
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table, width
from itemwell.errors import ConfigError

COLUMNS = {
    "id": "run",
    "job_id": "job",
    "status": "status",
    "started_at": "started (UTC)",
    "took": "took",
    "kept": "kept",
    "error_message": "what happened",
}


class ListByDefault(click.Group):
    """A group that lists when no command is named: `itemwell runs --json`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put "list" before options, or before nothing."""
        if not args or (args[0].startswith("-") and args[0] not in {"-h", "--help"}):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListByDefault)
def runs() -> None:
    """List the last runs, or tell one whole: itemwell runs show ID."""


@runs.command("list", cls=Command)
@click.option("--job", help="Only runs of this job.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
def list_(common: Common, job: str | None, limit: int) -> Answer:
    """List the last runs, newest first."""
    from itemwell.store import records as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        rows = stored.listed(db, job=job, limit=limit)
    shown = [row | {"took": _took(row), "kept": row["counts"].get("kept", "")} for row in rows]
    nothing = f"no run of {job}" if job else "no run yet; itemwell generate starts the first"
    text = table(COLUMNS, shown) if rows else nothing
    return Answer({"runs": rows}, text)


@runs.command(cls=Command)
@click.argument("run_id", type=click.IntRange(1, 2**62), metavar="ID")
def show(common: Common, run_id: int) -> Answer:
    """Tell one run whole: its figures, its order, its calls to models and their cost, its refusals."""
    from itemwell.store import calls, slots
    from itemwell.store import records as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        row = stored.one(db, run_id)
        refusals = slots.refusals_of(db, run_id)
        states = slots.states_of(db, run_id)
        asked = calls.by_stage_of(db, run_id)
    if row is None:
        raise ConfigError(f"there is no run {run_id}", "see: itemwell runs")
    document = row | {"slots": states, "refusals": refusals, **_asked(asked)}
    return Answer({"run": document}, _whole(document))


def _asked(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "calls": sum(row["calls"] for row in rows),
        "cost_usd": float(sum(row["usd"] for row in rows)),
        "models": [
            {name: value for name, value in row.items() if name != "usd"}
            | {"cost_usd": float(row["usd"])}
            for row in rows
        ],
    }


def _models_told(row: dict[str, Any]) -> Iterator[str]:
    """The calls that a run made, a line each vendor, model and stage."""
    if row["calls"]:
        yield f"  cost      {_usd(row['cost_usd'])} on {row['calls']} calls"
    for each in row["models"]:
        who = f"{each['vendor']} {each['model']}, {each['stage']}"
        failed = f", {each['failed']} of them failed" if each["failed"] else ""
        unknown = f", {each['unpriced']} of them without a known price" if each["unpriced"] else ""
        yield f"  calls     {who}: {each['calls']}{failed}{unknown}, {_usd(each['cost_usd'])}"


def _usd(amount: float) -> str:
    return dollars(Decimal(str(amount)))


def _took(row: dict[str, Any]) -> str:
    milliseconds = row["processing_time_ms"]
    return "" if milliseconds is None else f"{milliseconds / 1000:.1f} s"


def _plain(value: Any) -> str:
    """An order without Python's punctuation."""
    if isinstance(value, dict):
        return (
            "("
            + ", ".join(
                f"{name} {_plain(part)}" for name, part in value.items() if part is not None
            )
            + ")"
        )
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _whole(row: dict[str, Any]) -> str:
    head = f"Run {row['id']} of {row['job_id']}: {row['status']}"
    head += f" (exit code {row['exit_status']})" if row["exit_status"] is not None else ""
    lines = [
        head,
        f"  started   {row['started_at']:%Y-%m-%d %H:%M:%S} UTC, took {_took(row) or 'not ended'}",
    ]
    lines += [f"  what      {row['error_message']}"] if row["error_message"] else []
    for title in ("counts", "slots", "metadata"):
        parts = ", ".join(f"{name} {_plain(value)}" for name, value in row[title].items())
        lines += [f"  {title:<9} {parts}"] if parts else []
    lines += _models_told(row)
    lines += [
        f"  refused   {each['drafts']} x {each['stage']}: {each['reason']}"
        for each in row["refusals"]
    ]
    return "\n".join(fill(line, width(), subsequent_indent=" " * 12) for line in lines)
