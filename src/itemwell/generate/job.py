"""The job: plan -> draft -> check -> solve -> judge -> dedup -> keep, with every effect in order."""

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection, Engine

from itemwell.bank import Draft, Slot, Verified
from itemwell.errors import Rejected, Stopped
from itemwell.generate.check import key_balance
from itemwell.generate.desk import Desk
from itemwell.generate.order import Order, adopt
from itemwell.generate.report import Report
from itemwell.generate.shelf import InBank, InFile
from itemwell.settings import Settings
from itemwell.store import questions, runs, slots
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.templates import models

log = structlog.get_logger()

Tell = Callable[[Report], None]

MOST_TAKEN_OVER = 10_000


class Shelf(Protocol):
    """Where verified questions go: the bank, or a file in a dry run."""

    def keep(self, slot: Slot, verified: Verified) -> None:
        """Store it for good. Raises Rejected where the bank holds it or has no room for it."""

    def refuse(self, slot: Slot, drafted: Draft, refusal: Rejected) -> None:
        """Store the refusal with its reason, and count the attempt."""

    def give_up(self, slot: Slot) -> None:
        """Close a slot whose attempts are spent."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """When to stop: attempts for one slot, and a moment of the monotonic clock for all."""

    attempts: int
    deadline: float
    tell: Tell


def run(bank: Engine, under: Run, order: Order, settings: Settings, bounds: Bounds) -> Report:
    """Write what `order` asks into the bank, and leave outcome and counts with the run."""
    started = time.monotonic()
    todo, report = transact(bank, lambda db: _set_out(db, under, order, settings), patience=())
    bounds.tell(report)
    try:
        _work(todo, _desk(bank, settings), InBank(bank, under, settings.family_cap), report, bounds)
    except Stopped as stopped:
        stopped.kept = f"{report.total} of {report.wanted} questions kept"
        raise
    finally:
        report.seconds = time.monotonic() - started
        under.counts = report.counts()
    under.outcome = report.outcome
    return report


def dry_run(bank: Engine, path: Path, order: Order, settings: Settings, bounds: Bounds) -> Report:
    """Do the same without writing to the bank: what would be kept goes to `path`, a line each."""
    started = time.monotonic()
    with bank.connect() as db:
        chosen = order.strata(questions.stock(db), settings)
    report = Report(len(chosen), len(chosen), asked=order.count, dry=True)
    seed = order.seed or secrets.token_hex(8)
    todo = [Slot(place, stratum, place, seed) for place, stratum in enumerate(chosen)]
    bounds.tell(report)
    try:
        with InFile.open(bank, path) as shelf:
            _work(todo, _desk(bank, settings), shelf, report, bounds)
    finally:
        report.seconds = time.monotonic() - started
    return report


def _set_out(
    db: Connection, run: Run, order: Order, settings: Settings
) -> tuple[list[Slot], Report]:
    """The slots of this run: those that its order left open, then planned ones.

    Slots that other orders left open fill places of the plan first, unless a seed was given: it is
    to draw its own questions.
    """
    run.fence(db)
    before = slots.unfinished(db, run.lease, order.as_json()) if order.count else None
    kept_before = before.kept if before else 0
    left = slots.left_open(db, order.targets(settings), MOST_TAKEN_OVER)
    mine = [slot for run_id, slot in left if before and run_id == before.run_id]
    others = [slot for run_id, slot in left if not before or run_id != before.run_id]
    stock = Counter(questions.stock(db))
    stock.update(slot.stratum for slot in mine)
    planned = order.strata(stock, settings, done=kept_before + len(mine))
    adopted, rest = adopt([] if order.seed else others, planned)
    slots.take_over(db, run.id, [*mine, *adopted])
    new = slots.add(db, run.id, rest, order.seed or secrets.token_hex(8))
    runs.annotate(db, run, lease=run.lease, order=order.as_json(), kept_before=kept_before)
    todo = [*mine, *adopted, *new]
    report = Report(len(todo) + kept_before, len(todo), asked=order.count, continued=before)
    report.taken_over = len(mine) + len(adopted)
    return todo, report


def _desk(bank: Engine, settings: Settings) -> Desk:
    with bank.connect() as db:
        stock = questions.count_by_family(db)
    full = {family for family, count in stock.items() if count >= settings.family_cap}
    return Desk(models(), stock, full)


def _work(todo: list[Slot], desk: Desk, shelf: Shelf, report: Report, bounds: Bounds) -> None:
    kept = []
    for slot in todo:
        if time.monotonic() > bounds.deadline:
            report.stopped_by = "deadline"
            break
        if drafted := _fill(slot, desk, shelf, report, bounds.attempts):
            kept.append(drafted)
        bounds.tell(report)
    flaw = key_balance([each.key for each in kept], [len(each.options) for each in kept])
    if flaw:
        report.notes.append(str(flaw))


def _fill(slot: Slot, desk: Desk, shelf: Shelf, report: Report, attempts: int) -> Draft | None:
    """What was kept for `slot`, after as many attempts as it takes; None when it was given up."""
    while slot.attempts < attempts:
        try:
            drafted = desk.draft(slot)
        except LookupError as error:
            report.note(str(error))
            break
        report.drafted += 1
        try:
            verified = desk.verify(drafted, slot)
            shelf.keep(slot, verified)
        except Rejected as refusal:
            shelf.refuse(slot, drafted, refusal)
            report.refuse(refusal)
            log.debug(
                "refused",
                slot=slot.id,
                attempt=slot.attempts,
                family=drafted.family,
                why=str(refusal),
            )
            if isinstance(refusal, questions.FamilyFull):
                desk.full.add(refusal.family)
            slot = replace(slot, attempts=slot.attempts + 1)
            continue
        desk.count(verified)
        report.keep(verified)
        log.debug("kept", slot=slot.id, stratum=str(slot.stratum), family=drafted.family)
        return drafted
    shelf.give_up(slot)
    report.given_up += 1
    return None
