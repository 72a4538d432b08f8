"""`itemwell dedup decisions` and `mark`: what was decided of pairs, and a person's word on it."""

import getpass
from math import isnan
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.settings import Settings
    from itemwell.store.decisions import Decision

VERDICTS = ("duplicate", "isomorph", "variant", "grey", "new")
KINDS = ("duplicate", "isomorph", "variant", "new")
ID = click.IntRange(1, 2**62)
COLUMNS = {
    "id": "id",
    "run_id": "run",
    "question_id": "kept as",
    "neighbour_id": "neighbour",
    "verdict": "verdict",
    "cosine_told": "cosine",
    "key_relation": "key",
    "decided_by": "by",
    "corrected": "corrected",
    "why": "reasons",
    "stem": "stem",
}


@click.command(cls=Command)
@click.option("--question", "question_id", type=ID, help="Only those about this question.")
@click.option("--run", "run_id", type=ID, help="Only those of this run.")
@click.option("--verdict", type=click.Choice(VERDICTS), help="Only those.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
def decisions(common: Common, **wanted: Any) -> Answer:
    """List what was decided of drafts and their neighbours, newest first."""
    from itemwell.store import decisions as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        rows = [_row(each) for each in stored.wanted(db, stored.Wanted(**wanted))]
    told = table(COLUMNS, rows) if rows else "no decision is like that"
    return Answer({"decisions": rows}, told)


@click.command(cls=Command)
@click.argument("words", metavar="DECISION|ID ID KIND", nargs=-1, required=True)
@click.option("--by", "person", metavar="NAME", help="Who says so. [you]")
def mark(common: Common, words: tuple[str, ...], person: str | None) -> Answer:
    """Correct a decision, by its number or by the two questions: duplicate, isomorph, variant or new.

    The verdict stays as it was, with the word beside it: `itemwell dedup audit` goes by that, and
    `itemwell dedup tune` learns from it. Isomorphs and variants become enemies.
    """
    numbers, kind = _read(words)
    from itemwell.store.connect import open_bank, transact

    settings, person = common.settings(), person or _you()
    with open_bank(settings) as bank:
        found = transact(bank, lambda db: _marked(db, settings, numbers, kind, person))
    step = ""
    if kind == "duplicate" and found.question_id:
        step = f"take one out: itemwell questions retire {found.question_id} --reason twin"
    told = f"decision {found.id} on question {found.neighbour_id}: {kind}, says {person}"
    return Answer({"decision": _row(found)}, outcome=Outcome(Exit.OK, "done", told, step))


def _read(words: tuple[str, ...]) -> tuple[list[int], str]:
    """The numbers and the kind. Raises UsageError where they are none."""
    *numbers, kind = words
    if kind not in KINDS or not all(_is_id(each) for each in numbers):
        raise click.UsageError(f"give a decision, or two questions, and one of {', '.join(KINDS)}")
    if len(numbers) not in {1, 2}:
        raise click.UsageError("give one decision, or two questions, before what they are")
    return list(map(int, numbers)), kind


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and 0 < len(word) < 19 and int(word) > 0


def _you() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise ConfigError("this system has no name for you", "say who you are: --by NAME") from None


def _marked(
    db: Any, settings: "Settings", numbers: list[int], kind: str, person: str
) -> "Decision":
    from itemwell.generate import marking
    from itemwell.generate.embedding import open_stored

    number = numbers[0]
    if len(numbers) == 2:
        number = marking.decision_of(db, numbers, open_stored(settings))
    return marking.mark(db, number, kind, person)


def _row(each: "Decision") -> dict[str, Any]:
    kind, reasons, figures = each.verdict
    cosine = None if isnan(figures.cosine) else figures.cosine
    return {
        "id": each.id,
        "run_id": each.run_id,
        "question_id": each.question_id,
        "neighbour_id": each.neighbour_id,
        "verdict": kind,
        "reasons": list(reasons),
        "why": ", ".join(reasons),
        "cosine": cosine,
        "cosine_told": "" if cosine is None else f"{cosine:.2f}",
        "jaccard": figures.jaccard,
        "masked": figures.masked,
        "key_relation": figures.key,
        "embedder": each.embedder,
        "decided_by": each.decided_by,
        "corrected": each.corrected,
        "corrected_by": each.corrected_by,
        "created_at": each.created_at,
        "stem": each.candidate.stem,
        "key": each.candidate.key,
    }
