"""`itemwell questions similar`: what in the bank looks like a question or a text."""

from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.generate.lookalikes import Asked, Lookalike
    from itemwell.settings import Settings

COLUMNS = {
    "id": "id",
    "status": "status",
    "verdict": "verdict",
    "cosine_told": "cosine",
    "key_relation": "key",
    "why": "reasons",
    "stem": "stem",
}


@click.command(cls=Command)
@click.argument("question_id", type=click.IntRange(1, 2**62), metavar="[ID]", required=False)
@click.option("--text", help="A question that is not in the bank, instead of ID.")
@click.option("--key", metavar="TEXT", help="The right answer to --text.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=10, show_default=True)
def similar(
    common: Common, question_id: int | None, text: str | None, key: str | None, limit: int
) -> Answer:
    """Show a question's neighbours, or a text's: the rule's verdict on each, and why.

    Questions of every status are compared with, after the same stimulus or after none. What is more
    than a neighbour (duplicate, isomorph, variant, grey) comes first.
    """
    if (question_id is None) == (text is None):
        raise click.UsageError("give either the ID of a question or --text")
    if key is not None and text is None:
        raise click.UsageError("--key goes with --text: a question has its own")
    from itemwell.store.connect import open_bank

    settings = common.settings()
    with open_bank(settings) as bank:
        asked = _asked(bank, question_id, text, key)
        found = _found(bank, settings, asked, limit)
    rows = [_row(each) for each in found]
    shown = [row | {"cosine_told": f"{row['cosine']:.2f}"} for row in rows]
    told = table(COLUMNS, shown) if rows else "nothing in the bank is near it"
    return Answer({"similar": rows}, told)


def _asked(bank: "Engine", question_id: int | None, text: str | None, key: str | None) -> "Asked":
    """What is compared. Raises ConfigError where it is not there, or nothing is there to compare with."""
    from itemwell.generate import lookalikes
    from itemwell.store import questions

    with bank.connect() as db:
        if not questions.count(db):
            raise ConfigError("the bank is empty", "write some questions: itemwell generate")
        question = questions.one(db, question_id) if question_id else None
    if question_id is None:
        return lookalikes.text(text or "", key or "")
    if question is None:
        raise ConfigError(f"there is no question {question_id}", "see: itemwell questions list")
    return lookalikes.Asked(question.draft, question.id)


def _found(bank: "Engine", settings: "Settings", asked: "Asked", limit: int) -> "list[Lookalike]":
    from itemwell.generate.backfill import open_twins
    from itemwell.generate.lookalikes import find
    from itemwell.generate.money.book import Book
    from itemwell.stopping import run_async

    async def look() -> "list[Lookalike]":
        async with open_twins(Book.of(bank, None, settings), settings) as twins:
            return await find(twins, asked, limit)

    return run_async(look())


def _row(found: "Lookalike") -> dict[str, Any]:
    question, (kind, reasons, figures) = found.question, found.verdict
    return {
        "id": question.id,
        "status": question.status,
        "verdict": kind,
        "reasons": list(reasons),
        "why": ", ".join(reasons),
        "cosine": figures.cosine,
        "jaccard": figures.jaccard,
        "masked": figures.masked,
        "key_relation": figures.key,
        "embedder": found.embedder,
        "stem": question.draft.stem,
        "key": question.draft.right.text,
    }
