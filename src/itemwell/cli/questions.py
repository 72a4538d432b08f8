"""`itemwell questions`: look at them, bring them in and out, retire them."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

import click

from itemwell.bank import QUESTION_STATUSES
from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.questions_similar import similar
from itemwell.cli.questions_why import why
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.bank import Question

FORMATS = ("jsonl", "csv")
PATH = click.Path(path_type=Path)
COLUMNS = {
    "id": "id",
    "question_type": "type",
    "difficulty": "difficulty",
    "status": "status",
    "family": "family",
    "stem": "stem",
}
SHOWN_REFUSALS = 10


@click.group()
def questions() -> None:
    """Look at questions, bring them in and out, retire them."""


questions.add_command(why)
questions.add_command(similar)


def filters(command: Any) -> Any:
    """The options that choose questions."""
    for option in (
        click.option(
            "--run", "run_id", type=click.IntRange(1, 2**62), help="Only those of this run."
        ),
        click.option("--status", type=click.Choice(QUESTION_STATUSES), help="Only of this status."),
        click.option("--difficulty", help="Only of this difficulty."),
        click.option("--type", "question_type", help="Only of this type."),
    ):
        command = option(command)
    return command


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


@questions.command(cls=Command)
@filters
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="[by the file's ending, or jsonl]"
)
@click.option("--output", type=PATH, help="A new file. [stdout]")
def export(common: Common, form: str | None, output: Path | None, **wanted: Any) -> Answer:
    """Write questions to a file or to stdout."""
    from itemwell.store import questions as stored
    from itemwell.store.connect import open_bank

    if output is None and common.as_json:
        raise click.UsageError("--json needs --output: stdout would carry two documents")
    with open_bank(common.settings()) as bank, _writing(output) as file:
        found = stored.listed(bank, stored.Wanted(**wanted))
        count = _format(form, output).write(file, found)
    told = f"{count} questions exported" + (f" to {output}" if output else "")
    return Answer({"exported": count}, outcome=Outcome(Exit.OK, "done", told))


@questions.command("import", cls=Command)
@click.argument("file", type=PATH)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="[by the file's ending, or jsonl]"
)
@click.option(
    "--vouched-by", metavar="NAME", help="Who answers for questions that no item model can solve."
)
def import_(common: Common, file: Path, form: str | None, vouched_by: str | None) -> Answer:
    """Bring questions in from a file: check -> solve -> dedup -> keep.

    What an item model wrote is solved again. Others become active when somebody vouches for them,
    and wait in quarantine when not. A refused row is told with its line; the others go in.
    """
    from itemwell.generate import admit
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    settings = common.settings()
    with _reading(file) as text, open_bank(settings) as bank:
        rows = _format(form, file).read(text)
        with runs.begin(bank, "import") as run:
            admission = admit.run(bank, run, rows, settings, vouched_by=vouched_by)
    refused = [{"line": line, "reason": reason} for line, reason in admission.refused]
    lines = [f"line {row['line']}: {row['reason']}" for row in refused[:SHOWN_REFUSALS]]
    if len(refused) > SHOWN_REFUSALS:
        lines.append(f"and {len(refused) - SHOWN_REFUSALS} more: --json tells all")
    document = {"run_id": run.id, **admission.counts(), "refusals": refused}
    return Answer(document, "\n".join(lines), run.outcome)


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


def _format(form: str | None, path: Path | None) -> ModuleType:
    ending = path.suffix.removeprefix(".") if path else ""
    return import_module(
        f"itemwell.interchange.{form or (ending if ending in FORMATS else 'jsonl')}"
    )


@contextmanager
def _reading(path: Path) -> Iterator[TextIO]:
    """The file as text, read through once: what is no text is refused before anything is begun."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if not file.seekable():
                raise ConfigError(f"{path} can be read only once", "save it to a file first")
            while file.read(1 << 20):
                pass
            file.seek(0)
            yield file
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text in UTF-8", "save it as UTF-8") from None
    except OSError as error:
        told = f"{error.filename or path}: {error.strerror}"
        raise ConfigError(told, "name a file that can be read") from error


@contextmanager
def _writing(path: Path | None) -> Iterator[TextIO]:
    """A file for its owner alone, since keys are in it, that gets its name when it is whole; or stdout."""
    from itemwell.generate.shelf import private

    if path is None:
        yield sys.stdout
        return
    if not path.name:
        raise ConfigError(f"{path} is a directory", "name a file for --output")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        with open(unfinished, "w", encoding="utf-8", newline="", opener=private) as file:
            yield file
        unfinished.rename(path)
    except OSError as error:
        told = f"{error.filename or path}: {error.strerror}"
        raise ConfigError(told, "name another --output") from error
    finally:
        unfinished.unlink(missing_ok=True)


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
