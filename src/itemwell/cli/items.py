"""`itemwell items`: the parameters in force, and how they came about."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.runs import ListByDefault
from itemwell.cli.table import table
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.bank import ItemParameters

SORTS = ("id", "a", "b", "se-a", "se-b", "n", "p", "rpb", "infit", "outfit")
EXPORTS = ("csv", "mirt", "catr")
MOST = 10_000_000
"""Items of an export."""
FIGURES = {
    "discrimination": "a",
    "se_discrimination": "se(a)",
    "difficulty": "b",
    "se_difficulty": "se(b)",
    "responses": "n",
    "p_value": "p",
    "point_biserial": "r",
    "infit": "infit",
    "outfit": "outfit",
    "told": "flags",
}
COLUMNS = {"question_id": "id", "question_type": "type", "status": "status"} | FIGURES
HISTORY = {"calibration_id": "calibration", "started_at": "started (UTC)"} | FIGURES


@click.group(cls=ListByDefault)
def items() -> None:
    """List the questions' parameters, or tell one's history: itemwell items show ID."""


@items.command("list", cls=Command)
@click.option("--type", "question_type", help="Only of this type.")
@click.option("--flag", help="Only with this flag, such as drift or misfit.")
@click.option("--sort", type=click.Choice(SORTS), default="id", show_default=True)
@click.option("--descending", is_flag=True, help="The highest first.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
def list_(common: Common, **wanted: Any) -> Answer:
    """List what the calibration in force found, a line a question.

    a, b and their standard errors, n answers, p the share of right ones, r the corrected
    point-biserial (with the rest of the test), infit and outfit mean squares, and the flags.
    """
    from itemwell.store import items as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        calibration = stored.in_force(db)
        found = stored.listed(db, calibration, stored.Wanted(**wanted)) if calibration else []
    rows = [
        asdict(item.parameters) | {"question_type": item.question_type, "status": item.status}
        for item in found
    ]
    shown = [row | {"told": _flags(item.parameters)} for row, item in zip(rows, found, strict=True)]
    nothing = "no item is like that" if calibration else "no calibration has been published yet"
    text = table(COLUMNS, shown) if shown else nothing
    return Answer({"calibration_id": calibration, "items": rows}, text)


@items.command(cls=Command)
@click.option("--type", "question_type", help="Only of this type.")
@click.option("--format", "form", type=click.Choice(EXPORTS), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="A new file. [stdout]")
def export(common: Common, question_type: str | None, form: str, output: Path | None) -> Answer:
    """Write the parameters in force: csv has all figures, mirt and catr what those take.

    mirt has slope and intercept (a1, d = -a * b, g, u), catr a, b, c and d. Items without both
    parameters are left out of these, and counted.
    """
    from itemwell.cli.questions_exchange import writing
    from itemwell.interchange import item_tables
    from itemwell.store import items as stored
    from itemwell.store.connect import open_bank

    if output is None and common.as_json:
        raise click.UsageError("--json needs --output: stdout would carry two documents")
    with open_bank(common.settings()) as bank, bank.connect() as db:
        calibration = stored.in_force(db)
        if calibration is None:
            raise ConfigError("no calibration has been published yet", "run: itemwell calibrate")
        wanted = stored.Wanted(question_type=question_type, limit=MOST)
        found = stored.listed(db, calibration, wanted)
    with writing(output) as file:
        count, without = item_tables.write(file, (item.parameters for item in found), form)
    told = f"{count} items of calibration {calibration} exported" + (
        f" to {output}" if output else ""
    )
    told += f"; {without} without parameters left out" if without else ""
    document = {"exported": count, "left_out": without, "calibration_id": calibration}
    return Answer(document, outcome=Outcome(Exit.OK, "done", told))


@items.command(cls=Command)
@click.argument("question_id", type=click.IntRange(1, 2**62), metavar="ID")
def show(common: Common, question_id: int) -> Answer:
    """Tell one question's parameters, and what each calibration found of it."""
    from itemwell.store import items as stored
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        published, found = stored.published(db, question_id), stored.history(db, question_id)
    if published is None and not found:
        raise ConfigError(f"there is no question {question_id}", "see: itemwell questions list")
    history = [
        {"calibration_id": each.calibration_id} | each.calibration | asdict(each.parameters)
        for each in found
    ]
    shown = [
        row | {"told": _flags(each.parameters)} for row, each in zip(history, found, strict=True)
    ]
    text = "\n".join(_head(question_id, published))
    text += f"\n\n{table(HISTORY, shown)}" if shown else "\n  no calibration has seen it"
    return Answer({"item": published, "history": history}, text)


def _flags(item: "ItemParameters") -> str:
    """The flags, and why it was not published where it was not."""
    told = list(item.flags) + (["anchor"] if item.anchor else [])
    if not item.published:
        told.append(f"not published: {item.reason or 'no reason given'}")
    return ", ".join(told)


def _head(question_id: int, published: dict[str, Any] | None) -> list[str]:
    if published is None:
        return [f"Item {question_id}: the bank has it no more"]
    kind = f"{published['question_type']}/{published['written_as']}"
    lines = [f"Item {question_id}: {kind}, {published['status']}"]
    if published["irt_difficulty"] is None:
        return [*lines, "  nothing is published of it"]
    for name, short in (("discrimination", "a"), ("difficulty", "b")):
        error = published[f"irt_se_{name}"]
        told = f" (standard error {error:.3f})" if error is not None else ""
        lines.append(f"  {short:<9} {published[f'irt_{name}']:.3f}{told}")
    moment = published["irt_calibrated_at"]
    when = f", {moment:%Y-%m-%d %H:%M} UTC" if moment else ""
    return [*lines, f"  from      calibration {published['irt_calibration_id']}{when}"]
