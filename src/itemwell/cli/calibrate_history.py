"""`itemwell calibrate history`, `show`, `rollback`, `diff`: what calibrations did, and taking one back."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from itemwell.bank import ItemParameters

HISTORY = {
    "id": "calibration",
    "status": "status",
    "started_at": "started (UTC)",
    "model": "model",
    "new_responses_count": "new",
    "items_calibrated": "calibrated",
    "items_skipped": "skipped",
    "difficulty": "mean b",
    "discrimination": "mean a",
    "error_message": "what happened",
}
ID = click.argument("calibration_id", type=click.IntRange(1, 2**62), metavar="RUN")


@click.command(cls=Command)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
def history(common: Common, limit: int) -> Answer:
    """List the last calibrations, newest first."""
    from itemwell.store import calibrations
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        rows = calibrations.history(db, limit)
    shown = [
        row
        | {
            "difficulty": _number(row["mean_difficulty"]),
            "discrimination": _number(row["mean_discrimination"]),
            "error_message": _happened(row),
        }
        for row in rows
    ]
    nothing = "no calibration yet; itemwell calibrate makes the first"
    return Answer({"calibrations": rows}, table(HISTORY, shown) if rows else nothing)


@click.command(cls=Command)
@ID
@click.option(
    "--all", "whole", is_flag=True, help="Every question, not the flagged and skipped alone."
)
def show(common: Common, calibration_id: int, whole: bool) -> Answer:
    """Tell one calibration whole: its answers, its link, its questions."""
    from itemwell.store import calibrations
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        row = _required(db, calibration_id)
        found = calibrations.parameters_of(db, calibration_id)
    parts = [each for each in found if whole or each.flags or not each.published]
    text = "\n".join([*_whole(row), *([table(ITEMS, list(map(_item, parts)))] if parts else [])])
    document = row | {"items": [_item_document(each) for each in found]}
    return Answer({"calibration": document}, text)


@click.command(cls=Command)
@ID
def rollback(common: Common, calibration_id: int) -> Answer:
    """Put in force again what was in force after calibration RUN; that is a calibration of its own."""
    from itemwell.calibrate import job
    from itemwell.cli.calibrate import JOB, statuses
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    with statuses(), open_bank(common.settings()) as bank:
        with bank.connect() as db:
            if _required(db, calibration_id)["published_at"] is None:
                raise ConfigError(
                    f"calibration {calibration_id} published nothing",
                    "see: itemwell calibrate history",
                )
        with runs.begin(bank, JOB, metadata={"restores": calibration_id}) as run, statuses():
            new = job.restore(bank, run, calibration_id)
            run.outcome = Outcome(
                Exit.OK, "done", f"calibration {calibration_id} is in force again"
            )
        with bank.connect() as db:
            row = _required(db, new)
    document = {"calibration_id": new, "restored": calibration_id, "items": row["items_calibrated"]}
    return Answer(document, "", run.outcome)


@click.command(cls=Command)
@click.argument("one", type=click.IntRange(1, 2**62), metavar="A")
@click.argument("other", type=click.IntRange(1, 2**62), metavar="B")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
def diff(common: Common, one: int, other: int, limit: int) -> Answer:
    """Tell how questions moved from calibration A to B, the farthest first."""
    from itemwell.store import calibrations
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        for each in (one, other):
            _required(db, each)
        before = {each.question_id: each for each in calibrations.parameters_of(db, one)}
        after = calibrations.parameters_of(db, other)
    moved = [
        _moved(old, new)
        for new in after
        if (old := before.get(new.question_id)) and old.published and new.published
    ]
    moved.sort(key=lambda each: -abs(each["db"]))
    both = (
        f"{len(moved)} questions in both; {len(after) - len(moved)} in {other} alone or unpublished"
    )
    lines = [both, table(MOVED, [_rounded(each) for each in moved[:limit]])] if moved else [both]
    return Answer({"a": one, "b": other, "questions": moved}, "\n".join(lines))


ITEMS = {
    "question_id": "question",
    "responses": "answers",
    "difficulty": "b",
    "se_difficulty": "se",
    "discrimination": "a",
    "se_discrimination": "se(a)",
    "p_value": "p",
    "point_biserial": "r",
    "what": "what",
}
MOVED = {"question_id": "question", "b_before": "b before", "b_after": "b after", "db": "moved",
         "a_before": "a before", "a_after": "a after"}  # fmt: skip


def _required(db: "Connection", calibration_id: int) -> dict[str, Any]:
    from itemwell.store import calibrations

    row = calibrations.one(db, calibration_id)
    if row is None:
        raise ConfigError(
            f"there is no calibration {calibration_id}", "see: itemwell calibrate history"
        )
    return row


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _happened(row: dict[str, Any]) -> str:
    if row["restored_from"]:
        return f"put calibration {row['restored_from']} in force again"
    return row["error_message"] or ""


def _whole(row: dict[str, Any]) -> Iterator[str]:
    run = f", run {row['run_id']}" if row["run_id"] else ""
    yield f"Calibration {row['id']}: {row['status']}{run}"
    yield f"  started   {row['started_at']:%Y-%m-%d %H:%M:%S} UTC"
    if happened := _happened(row):
        yield f"  what      {happened}"
    yield f"  questions {row['items_calibrated']} calibrated, {row['items_skipped']} skipped"
    for title, part in row["report"].items():
        told = ", ".join(f"{name} {_plain(value)}" for name, value in part.items() if value != 0)
        yield f"  {title:<9} {told}"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_plain(part)}" for name, part in value.items()) + ")"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _item(each: "ItemParameters") -> dict[str, Any]:
    figures = (
        "difficulty",
        "se_difficulty",
        "discrimination",
        "se_discrimination",
        "p_value",
        "point_biserial",
    )
    row: dict[str, Any] = {name: _number(getattr(each, name)) for name in figures}
    what = each.reason or ", ".join(each.flags)
    return row | {"question_id": each.question_id, "responses": each.responses, "what": what}


def _item_document(each: "ItemParameters") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(each)


def _moved(old: "ItemParameters", new: "ItemParameters") -> dict[str, Any]:
    assert old.difficulty is not None
    assert new.difficulty is not None
    return {
        "question_id": new.question_id,
        "b_before": old.difficulty,
        "b_after": new.difficulty,
        "db": new.difficulty - old.difficulty,
        "a_before": old.discrimination,
        "a_after": new.discrimination,
    }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value:.2f}" if isinstance(value, float) else value for name, value in row.items()
    }
