"""`itemwell dedup backfill`: forms and vectors for every question that lacks them."""

import sys
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.money import dollars
from itemwell.cli.options import Command, Common
from itemwell.errors import Exit, Outcome

if TYPE_CHECKING:
    from decimal import Decimal

    from itemwell.generate.fill import Filled, Need
    from itemwell.settings import Settings


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="Say how many, and what it would cost at most.")
@click.option(
    "--budget",
    type=click.FloatRange(0, 1_000_000),
    metavar="USD",
    help="Spend no more. [BUDGET_PER_RUN]",
)
def backfill(common: Common, dry_run: bool, budget: float | None) -> Answer:
    """Embed what has no vector: forms -> vectors of hash and of EMBEDDER -> the index where it pays.

    Runs do it themselves, but for a vendor's embedder, which is paid for. The same command goes on
    where it was stopped.
    """
    from decimal import Decimal

    from itemwell.cli.progress import counting
    from itemwell.generate import fill
    from itemwell.store.connect import open_bank
    from itemwell.store.runs import begin

    settings = common.settings(budget_per_run=None if budget is None else Decimal(str(budget)))
    if dry_run:
        return _planned(settings)
    shown = sys.stderr.isatty() and not (common.as_json or common.quiet or common.no_console)
    with (
        open_bank(settings) as bank,
        begin(bank, fill.JOB) as run,
        counting("Embedding questions", shown=shown) as tell,
    ):
        filled = fill.run(bank, run, settings, tell)
    return Answer({"run_id": run.id, **_as_json(filled)}, _told(filled), run.outcome)


def _planned(settings: "Settings") -> Answer:
    from itemwell.generate import fill
    from itemwell.generate.backfill import open_chosen
    from itemwell.generate.money.book import Book
    from itemwell.stopping import run_async
    from itemwell.store.connect import open_bank

    with open_bank(settings) as bank:

        async def look() -> "Need":
            async with open_chosen(Book.of(bank, None, settings), settings) as chosen:
                return fill.need(bank, chosen, settings)

        needed = run_async(look())
    text = f"{_needed(needed)}\nIt would cost {_price(needed.usd)}"
    return Answer(
        _need_as_json(needed), text, Outcome(Exit.OK, "planned", "planned, nothing written")
    )


def _price(usd: "Decimal | None") -> str:
    return f"at most {dollars(usd)}" if usd else "nothing" if usd is not None else "nobody knows"


def _needed(needed: "Need") -> str:
    lines = [f"{needed.forms} questions without forms"]
    lines += [f"{count} without a vector of {name}" for name, count in needed.vectors.items()]
    lines += ["An index would be built" if needed.index else "No index is to be built"]
    return "\n".join(lines)


def _need_as_json(needed: "Need") -> dict[str, Any]:
    usd = None if needed.usd is None else float(needed.usd)
    return {
        "forms": needed.forms,
        "vectors": needed.vectors,
        "index": needed.index,
        "most_usd": usd,
    }


def _told(filled: "Filled") -> str:
    lines = [f"{filled.forms} questions got forms, {filled.vectors} vectors were made"]
    lines += ["Searches go by the index"] if filled.indexed else []
    lines += [f"Spent: {dollars(filled.spent)}"] if filled.spent else []
    return "\n".join(lines)


def _as_json(filled: "Filled") -> dict[str, Any]:
    return {
        "forms": filled.forms,
        "vectors": filled.vectors,
        "left": filled.left,
        "indexed": filled.indexed,
        "cost_usd": float(filled.spent),
        "needed": _need_as_json(filled.need),
    }
