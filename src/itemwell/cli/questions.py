"""`itemwell questions`: look at them, bring them in and out, retire them."""

from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.questions_exchange import export, filters, import_
from itemwell.cli.questions_similar import similar
from itemwell.cli.questions_why import why
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.bank import Question

COLUMNS = {
    "id": "id",
    "question_type": "type",
    "difficulty": "difficulty",
    "status": "status",
    "family": "family",
    "stem": "stem",
}


@click.group()
def questions() -> None:
    """Look at questions, bring them in and out, retire them."""


questions.add_command(export)
questions.add_command(import_)
questions.add_command(why)
questions.add_command(similar)


@questions.command("list", cls=Command)
@filters
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
def list_(common: Common, **wanted: Any) -> Answer:
    """List questions, a line each."""
    from itemwell.cli.table import table
    from itemwell.interchange.row import plain
    from itemwell.store import questions as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank:
        rows = [plain(question) for question in stored.listed(bank, stored.Wanted(**wanted))]
    text = (
        table(COLUMNS, rows) if rows else "no question is like that; itemwell generate writes some"
    )
    return Answer({"questions": rows}, text)


@questions.command(cls=Command)
@click.argument("question_id", type=click.IntRange(1, 2**62), metavar="ID")
def show(common: Common, question_id: int) -> Answer:
    """Show one question whole, with its key and the gates that it passed."""
    from itemwell.interchange.row import plain
    from itemwell.store import questions as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        question = stored.one(db, question_id)
    if question is None:
        raise ConfigError(f"there is no question {question_id}", "see: itemwell questions list")
    return Answer({"question": plain(question)}, _whole(question))


IDS = click.argument(
    "question_ids", type=click.IntRange(1, 2**62), metavar="ID...", nargs=-1, required=True
)


@questions.command(cls=Command)
@IDS
@click.option("--reason", required=True, help="Why: it stays with the question.")
def retire(common: Common, question_ids: tuple[int, ...], reason: str) -> Answer:
    """Take questions out of use for good. They keep their place, so that no twin comes back."""
    from itemwell.store import questions as stored
    from itemwell.store.connect import open_bank, transact

    with open_bank(common.settings()) as bank:
        done = transact(
            bank, lambda db: [each for each in question_ids if stored.retire(db, each, reason)]
        )
    return _changed("retired", question_ids, done)


@questions.command(cls=Command)
@IDS
@click.option("--vouched-by", metavar="NAME", required=True, help="Who answers for them.")
def approve(common: Common, question_ids: tuple[int, ...], vouched_by: str) -> Answer:
    """Make questions of the quarantine active, on a person's word."""
    from itemwell.store import questions as stored
    from itemwell.store.connect import open_bank, transact

    with open_bank(common.settings()) as bank:
        done = transact(
            bank, lambda db: [each for each in question_ids if stored.approve(db, each, vouched_by)]
        )
    return _changed("approved", question_ids, done)


def _changed(what: str, asked: tuple[int, ...], done: list[int]) -> Answer:
    left = sorted(set(asked) - set(done))
    document = {what: sorted(done), "left_alone": left}
    told = f"{len(done)} {what}"
    if not left:
        return Answer(document, outcome=Outcome(Exit.OK, "done", told))
    told += f"; not there, or not to be {what}: {', '.join(map(str, left))}"
    return Answer(document, outcome=Outcome(Exit.PARTIAL if done else Exit.FAILED, "missing", told))


def _whole(question: "Question") -> str:
    draft = question.draft
    lines = [f"Question {question.id}: {draft.stratum}, {question.status}", ""]
    lines += [draft.stimulus.text, ""] if draft.stimulus else []
    lines += [draft.stem, ""]
    for letter, option in zip("ABCDEF", draft.options, strict=False):
        mark = "*" if letter == draft.key else " "
        why = f"   ({option.misconception})" if option.misconception else ""
        lines.append(f" {mark} {letter}. {option.text}{why}")
    lines += ["", draft.explanation, ""]
    lines += (
        [
            f"family    {draft.family}",
            f"features  {', '.join(f'{name} {value}' for name, value in draft.features.items())}",
        ]
        if draft.family
        else []
    )
    lines += [f"{gate:<9} {passed}" for gate, passed in question.gates.items()]
    return "\n".join(lines)
