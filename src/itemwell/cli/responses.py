"""`itemwell responses`: bring answers in, simulate them, see how many there are."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from itemwell.cli.answer import Answer
from itemwell.cli.files import reading, rejecting
from itemwell.cli.options import Command, Common
from itemwell.cli.responses_simulate import remove_simulated, simulate
from itemwell.cli.runs import ListByDefault
from itemwell.cli.table import table

if TYPE_CHECKING:
    from itemwell.responses.report import Report

FORMATS = ("csv", "wide", "jsonl", "xapi", "caliper", "moodle")
PATH = click.Path(path_type=Path)
MOST_DIGITS = 19
COLUMNS = {
    "question_type": "type",
    "questions": "questions",
    "responses": "answers",
    "fewest": "fewest",
    "p_value": "right",
}


def _ids(_ctx: click.Context, _option: click.Parameter, told: str | None) -> tuple[int, ...]:
    """The numbers of a list with commas."""
    words = [word.strip() for word in told.split(",")] if told is not None else []
    if not all(word.isdecimal() and len(word) < MOST_DIGITS for word in words):
        raise click.BadParameter("ids of questions with commas between them, as 12,7,31")
    if len(set(words)) < len(words):
        raise click.BadParameter("a question stands in it twice")
    return tuple(map(int, words))


@click.group(cls=ListByDefault)
def responses() -> None:
    """Tell how many answers there are, bring them in, or simulate them."""


responses.add_command(simulate)
responses.add_command(remove_simulated)


@responses.command("list", cls=Command)
def list_(common: Common) -> Answer:
    """Tell how many answers there are, of whom, of when, and to what."""
    from itemwell.store import responses as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        totals, rows = stored.totals(db), stored.by_type(db)
    return Answer({**totals, "types": rows}, _told(totals, rows))


@responses.command("import", cls=Command)
@click.argument("file", type=PATH)
@click.option("--format", "form", type=click.Choice(FORMATS), help="[by the file's first line]")
@click.option("--dry-run", is_flag=True, help="Read and check, and write nothing to the bank.")
@click.option("--again", is_flag=True, help="Take in a file that was taken in before.")
@click.option("--rejects", type=PATH, help="Write every refused row to this new file, as JSONL.")
@click.option("--quiz", callback=_ids, help="The ids of a Moodle quiz's questions, in its order.")
def import_(
    common: Common,
    file: Path,
    form: str | None,
    dry_run: bool,
    again: bool,
    rejects: Path | None,
    quiz: tuple[int, ...],
) -> Answer:
    """Bring answers in from a file: read -> score -> keep.

    csv has an answer a row: user_id, question_id, is_correct (1 or 0) or selected_option (a letter,
    scored by the bank's key), and where they are known response_time_ms and answered_at (ISO 8601,
    UTC where it names no zone; without it the answer is of now). wide has a learner a row: user_id,
    and a column for each question, named by its id (12 or q12), with 1, 0, a letter, or nothing.
    jsonl is as csv, an object a line. xapi has statements with the verb answered, caliper events of
    items with their response: a line each, an array, or in their envelope. moodle is Moodle's report
    of a quiz's responses, CSV or JSON, in English: tick "question text" above the report, or name
    the questions by --quiz 12,7,31. Its times are of TIME_ZONE.

    A refused row is told with its line; the others go in together. The same answer of a learner
    at the same moment is stored once. Answers to questions that the bank has not are kept.
    """
    from itemwell.responses import job
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    settings = common.settings()
    with (
        reading(file) as opened,
        open_bank(settings) as bank,
        rejecting(rejects) as refused,
    ):
        zone = ZoneInfo(settings.time_zone)
        source = job.Source(opened, file.name, form, quiz, zone)
        if dry_run:
            return _answer(job.look(bank, source, refused), dry_run=True)
        sha256 = job.examined(bank, source, again=again)
        with runs.begin(bank, job.JOB, metadata={"file": source.name}) as run:
            report = job.run(bank, run, source, sha256, refused)
    return _answer(report, run_id=run.id)


def _answer(report: "Report", *, dry_run: bool = False, **more: Any) -> Answer:
    document = more | {"dry_run": dry_run} | report.document()
    return Answer(document, report.text(), report.outcome(dry_run=dry_run))


def _told(totals: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    if not totals["responses"]:
        return "no answer yet; itemwell responses import FILE brings some in"
    first, last = totals["first_answered_at"], totals["last_answered_at"]
    simulated = f", {totals['simulated']:,} of them simulated" if totals["simulated"] else ""
    head = f"{totals['responses']:,} answers of {totals['learners']:,} learners{simulated},"
    head += f" {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    named = [row | {"question_type": row["question_type"] or "(not in the bank)"} for row in rows]
    return f"{head}\n\n{table(COLUMNS, named)}"
