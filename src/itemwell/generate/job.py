"""The job: plan -> draft -> check -> solve -> judge -> dedup -> keep, with every effect in order.

Item models and vendors' models go the same way: a writer drafts and verifies, a shelf keeps. Many
slots are under way at once where a writer has to wait for its models.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine

from itemwell.bank import Slot
from itemwell.errors import Stopped
from itemwell.generate.book import Book
from itemwell.generate.desk import Desk
from itemwell.generate.material import Passage
from itemwell.generate.order import Order, adopt
from itemwell.generate.panel import Panel
from itemwell.generate.report import Report
from itemwell.generate.routing import Routing
from itemwell.generate.shelf import InBank, InFile
from itemwell.generate.spool import absorb
from itemwell.generate.work import Bounds, Shelf, work
from itemwell.settings import Settings
from itemwell.stopping import run_async
from itemwell.store import calls, questions, runs, slots
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.templates import models

log = structlog.get_logger()

MOST_TAKEN_OVER = 10_000

SLOTS_PER_CALL = 2
"""Slots under way for each call that may be: while one slot waits for its turn another is asked about."""

GRACE_SECONDS = 30.0
"""After the deadline no draft is begun; those under way have so long to be kept."""


def run(  # noqa: PLR0913
    bank: Engine,
    under: Run,
    order: Order,
    settings: Settings,
    bounds: Bounds,
    *,
    material: Sequence[Passage] = (),
) -> Report:
    """Write what `order` asks into the bank, and leave outcome and counts with the run."""
    started = time.monotonic()
    _absorb(bank, order, settings)
    todo, report = transact(bank, lambda db: _set_out(db, under, order, settings), patience=())
    bounds.tell(report)
    shelf = InBank(bank, under, settings.family_cap)
    try:
        if order.source == "templates":
            run_async(work(todo, _desk(bank, settings), shelf, report, bounds))
        else:
            spent = report.continued.spent if report.continued else Decimal(0)
            book = Book.of(bank, under.id, settings, spent)
            with _counting(book, report):
                run_async(_with_models(todo, bank, book, shelf, report, bounds, settings, material))
    except Stopped as stopped:
        stopped.kept = f"{report.total} of {report.wanted} questions kept"
        raise
    finally:
        report.seconds = time.monotonic() - started
        under.counts = report.counts()
    under.outcome = report.outcome
    return report


def dry_run(  # noqa: PLR0913
    bank: Engine,
    path: Path,
    order: Order,
    settings: Settings,
    bounds: Bounds,
    *,
    material: Sequence[Passage] = (),
) -> Report:
    """Do the same without writing to the bank: what would be kept goes to `path`, a line each.

    Calls to models are booked all the same: a budget that does not see them is none.
    """
    started = time.monotonic()
    _absorb(bank, order, settings)
    with bank.connect() as db:
        chosen = order.strata(questions.stock(db), settings)
    report = Report(len(chosen), len(chosen), asked=order.count, dry=True)
    seed = order.seed or secrets.token_hex(8)
    todo = [Slot(place, stratum, place, seed) for place, stratum in enumerate(chosen)]
    bounds.tell(report)
    try:
        with InFile.open(bank, path) as shelf:
            if order.source == "templates":
                run_async(work(todo, _desk(bank, settings), shelf, report, bounds))
            else:
                book = Book.of(bank, None, settings, Decimal(0))
                with _counting(book, report):
                    run_async(
                        _with_models(todo, bank, book, shelf, report, bounds, settings, material)
                    )
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
    left = slots.left_open(db, order.targets(settings), MOST_TAKEN_OVER, source=order.source)
    mine = [slot for run_id, slot in left if before and run_id == before.run_id]
    others = [slot for run_id, slot in left if not before or run_id != before.run_id]
    stock = Counter(questions.stock(db))
    stock.update(slot.stratum for slot in mine)
    planned = order.strata(stock, settings, done=kept_before + len(mine))
    adopted, rest = adopt([] if order.seed else others, planned)
    slots.take_over(db, run.id, [*mine, *adopted])
    new = slots.add(db, run.id, rest, order.seed or secrets.token_hex(8), source=order.source)
    before_it = {"kept_before": kept_before, "spent_before": str(before.spent if before else 0)}
    runs.annotate(db, run, lease=run.lease, order=order.as_json(), **before_it)
    todo = [*mine, *adopted, *new]
    report = Report(len(todo) + kept_before, len(todo), asked=order.count, continued=before)
    report.taken_over = len(mine) + len(adopted)
    return todo, report


def _desk(bank: Engine, settings: Settings) -> Desk:
    with bank.connect() as db:
        stock = questions.count_by_family(db)
    full = {family for family, count in stock.items() if count >= settings.family_cap}
    return Desk(models(), stock, full)


def _absorb(bank: Engine, order: Order, settings: Settings) -> None:
    """Take up what an earlier run had to spool while the bank was away: what was spent hangs on it."""
    if order.source == "templates":
        return
    if number := absorb(bank, settings.itemwell_home / "spool"):
        log.info("answers of an earlier run came from the spool", answers=number)


@contextmanager
def _counting(book: Book, report: Report) -> Iterator[None]:
    """Tell the report what was paid, however the block ends."""
    before = book.spent
    try:
        yield
    finally:
        report.calls, report.cost_usd = book.calls, book.spent - before


async def _with_models(  # noqa: PLR0913
    todo: Sequence[Slot],
    bank: Engine,
    book: Book,
    shelf: Shelf,
    report: Report,
    bounds: Bounds,
    settings: Settings,
    material: Sequence[Passage],
) -> None:
    from itemwell.generate.vendors import open_vendors  # noqa: PLC0415 - item models need no network

    async with open_vendors(settings, book) as vendors:
        panel = Panel(
            vendors.door,
            Routing.of(settings),
            settings.solvers,
            settings.min_arbiter_score,
            material,
        )
        with bank.connect() as db:
            book.remember(calls.answered(db, [slot.id for slot in todo]))
            panel.recall(slots.last_refusals(db, todo), questions.last_stems(db))
        at_once = SLOTS_PER_CALL * settings.parallel_calls
        async with _ending(bounds.deadline + GRACE_SECONDS, report):
            await work(todo, panel, shelf, report, bounds, at_once=at_once)


@asynccontextmanager
async def _ending(deadline: float, report: Report) -> AsyncIterator[None]:
    """Cancel what is still under way at `deadline`, a moment of the monotonic clock."""
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            yield
    except TimeoutError:
        report.stopped_by = "deadline"
