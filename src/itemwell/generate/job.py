"""The job: plan -> draft -> check -> solve -> judge -> dedup -> keep, with every effect in order.

Item models and vendors' models go the same way: a writer drafts and verifies, a shelf keeps. Many
slots are under way at once where a writer has to wait for its models.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import structlog
from sqlalchemy import Connection, Engine

from itemwell.bank import Call, Slot
from itemwell.errors import Stopped
from itemwell.generate.backfill import open_twins
from itemwell.generate.desk import Desk
from itemwell.generate.jury import Door
from itemwell.generate.material import Passage
from itemwell.generate.money.book import Book
from itemwell.generate.money.spool import absorb
from itemwell.generate.order import Order, adopt
from itemwell.generate.panel import Panel
from itemwell.generate.report import Report
from itemwell.generate.routing import Routing
from itemwell.generate.shelf import InBank, InFile
from itemwell.generate.twins import Twins
from itemwell.generate.work import Bounds, Shelf, work
from itemwell.llm.door import Place
from itemwell.settings import Settings
from itemwell.stopping import run_async
from itemwell.store import batches, calls, questions, runs, slots
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.templates import models

if TYPE_CHECKING:
    from itemwell.generate.batch.collect import Collected

log = structlog.get_logger()

Mode = Literal["live", "batch", "collect"]
"""Ask now; hand in what is to be asked and leave it; or that for what an order waits for, no more."""

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
    mode: Mode = "live",
) -> Report:
    """Write what `order` asks into the bank, and leave outcome and counts with the run."""
    started, settings = time.monotonic(), order.under(settings)
    _absorb(bank, order, settings)
    collected = _collected(bank, order, settings)
    todo, report = transact(
        bank, lambda db: _set_out(db, under, order, settings, mode), patience=()
    )
    report.notes += collected.notes if collected else []
    bounds.tell(report)
    book = Book.of(bank, under.id, settings, report.spent_before)

    def shelf(twins: Twins) -> Shelf:
        return InBank(bank, under, settings.family_cap, twins)

    try:
        with _counting(book, report, collected):
            if order.source == "templates":
                run_async(_computed(todo, book, shelf, report, bounds, settings))
            else:
                with_models = _in_batches if mode != "live" else _live
                run_async(with_models(todo, book, shelf, report, bounds, settings, material))
        if order.source != "templates":
            with bank.connect() as db:
                report.under_way = batches.under_way(db, under.id)
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

    Calls to models are booked all the same: a budget that does not see them is none. The slots are
    numbered below 0, so that no answer that the journal holds for a slot of the bank is theirs.
    """
    started, settings = time.monotonic(), order.under(settings)
    _absorb(bank, order, settings)
    with bank.connect() as db:
        chosen = order.strata(questions.stock(db), settings)
    report = Report(len(chosen), len(chosen), asked=order.count, dry=True)
    seed = order.seed or secrets.token_hex(8)
    todo = [Slot(-1 - place, stratum, place, seed) for place, stratum in enumerate(chosen)]
    bounds.tell(report)
    try:
        book = Book.of(bank, None, settings, Decimal(0))
        with InFile.open(bank, path) as file, _counting(book, report, None):

            def shelf(twins: Twins) -> Shelf:
                return replace(file, twins=twins)

            if order.source == "templates":
                run_async(_computed(todo, book, shelf, report, bounds, settings))
            else:
                run_async(_live(todo, book, shelf, report, bounds, settings, material))
    finally:
        report.seconds = time.monotonic() - started
    return report


def _set_out(
    db: Connection, run: Run, order: Order, settings: Settings, mode: Mode
) -> tuple[list[Slot], Report]:
    """The slots of this run: those that its order left open, then planned ones.

    Slots that other orders left open fill places of the plan first, unless a seed was given: it is
    to draw its own questions. Nothing is planned where only to collect, nor where a top-up waits for
    its batches: the stock does not show yet what they will bring.
    """
    run.fence(db)
    earlier = slots.unfinished(db, run.lease, order.as_json())
    topping_up = not order.count and mode != "collect"
    before = None if earlier and topping_up and not earlier.waits else earlier
    kept_before = before.kept if before else 0
    left = slots.left_open(
        db,
        order.targets(settings),
        MOST_TAKEN_OVER,
        source=order.source,
        run_id=before.run_id if before else None,
    )
    mine = [slot for run_id, slot in left if before and run_id == before.run_id]
    others = [slot for run_id, slot in left if not before or run_id != before.run_id]
    stock = Counter(questions.stock(db))
    stock.update(slot.stratum for slot in mine)
    waits = mode == "collect" or bool(before and topping_up)
    planned = [] if waits else order.strata(stock, settings, done=kept_before + len(mine))
    adopted, rest = adopt([] if order.seed else others, planned)
    slots.take_over(db, run.id, [*mine, *adopted])
    new = slots.add(db, run.id, rest, order.seed or secrets.token_hex(8), source=order.source)
    under_way = batches.take_over(db, before.run_id, run.id) if before else Decimal(0)
    spent_before = earlier.spent - under_way if earlier else 0
    before_it = {"kept_before": kept_before, "spent_before": str(spent_before)}
    batch = {} if mode == "live" else {"batch": True}
    runs.annotate(db, run, lease=run.lease, order=order.as_json(), **before_it, **batch)
    todo = [*mine, *adopted, *new]
    report = Report(len(todo) + kept_before, len(todo), asked=order.count, continued=before)
    report.taken_over = len(mine) + len(adopted)
    report.spent_before = earlier.spent if earlier else Decimal(0)
    return todo, report


def _desk(bank: Engine, settings: Settings, twins: Twins) -> Desk:
    with bank.connect() as db:
        stock = questions.count_by_family(db)
    full = {family for family, count in stock.items() if count >= settings.family_cap}
    return Desk(models(), twins, stock, full)


def _absorb(bank: Engine, order: Order, settings: Settings) -> None:
    """Take up what an earlier run had to spool while the bank was away: what was spent hangs on it."""
    if order.source == "templates":
        return
    if number := absorb(bank, settings.itemwell_home / "spool"):
        log.info("answers of an earlier run came from the spool", answers=number)


def _collected(bank: Engine, order: Order, settings: Settings) -> "Collected | None":
    """What the vendors had ready of the bank's batches; None where none is under way."""
    if order.source == "templates":
        return None
    with bank.connect() as db:
        if not batches.open_ones(db):
            return None
    from itemwell.generate.batch.collect import collect  # noqa: PLC0415 - most runs have no batches

    return run_async(collect(bank, settings))


@contextmanager
def _counting(book: Book, report: Report, collected: "Collected | None") -> Iterator[None]:
    """Tell the report what was paid, however the block ends; of batches what was collected."""
    before = book.spent
    try:
        yield
    finally:
        report.calls, report.cost_usd = book.calls, book.spent - before
        if not book.calls:  # what was handed in is booked at its worst
            report.cost_usd = Decimal(0)
        if collected:
            report.calls += collected.answers
            report.cost_usd += collected.cost_usd


async def _computed(  # noqa: PLR0913
    todo: Sequence[Slot],
    book: Book,
    shelf: Callable[[Twins], Shelf],
    report: Report,
    bounds: Bounds,
    settings: Settings,
) -> None:
    async with open_twins(book, settings, needed=bool(todo), until=bounds.deadline) as twins:
        await work(todo, _desk(book.bank, settings, twins), shelf(twins), report, bounds)


async def _live(  # noqa: PLR0913
    todo: Sequence[Slot],
    book: Book,
    shelf: Callable[[Twins], Shelf],
    report: Report,
    bounds: Bounds,
    settings: Settings,
    material: Sequence[Passage],
) -> None:
    from itemwell.generate.vendors import open_vendors  # noqa: PLC0415 - item models need no network

    under_way, known = _known(book.bank, todo)
    book.remember(known)
    async with (
        open_vendors(settings, book, until=bounds.deadline) as vendors,
        open_twins(book, settings, vendors, needed=bool(todo)) as twins,
    ):
        door: Door = vendors.door
        if under_way:
            from itemwell.generate.batch.outbox import awaiting  # noqa: PLC0415 - most runs have no batches

            door = awaiting(under_way, door)
        panel = _panel(door, todo, twins, settings, material)
        at_once = SLOTS_PER_CALL * settings.parallel_calls
        async with _ending(bounds.deadline + GRACE_SECONDS, report):
            await work(todo, panel, shelf(twins), report, bounds, at_once=at_once)


async def _in_batches(  # noqa: PLR0913
    todo: Sequence[Slot],
    book: Book,
    shelf: Callable[[Twins], Shelf],
    report: Report,
    bounds: Bounds,
    settings: Settings,
    material: Sequence[Passage],
) -> None:
    """Take every slot as far as the journal goes, and hand in what has to be asked next."""
    from itemwell.generate.batch.outbox import Outbox  # noqa: PLC0415 - item models need no network
    from itemwell.generate.vendors import prices_of  # noqa: PLC0415

    under_way, known = _known(book.bank, todo)
    book.remember(known)
    outbox = Outbox(settings, book, prices_of(settings), under_way)
    outbox.remember(known)
    async with open_twins(book, settings, needed=bool(todo), until=bounds.deadline) as twins:
        panel = _panel(outbox.door, todo, twins, settings, material)
        await work(todo, panel, shelf(twins), report, bounds, at_once=SLOTS_PER_CALL)
    await outbox.hand_in(report)


def _known(bank: Engine, todo: Sequence[Slot]) -> tuple[set[Place], list[Call]]:
    """Places of asks that a vendor has for these slots, and the calls that were closed for them."""
    ids = [slot.id for slot in todo]
    with bank.connect() as db:
        with_vendors = batches.asks_under_way(db, ids)
        places = {
            Place(str(each.slot_id), each.attempt, each.stage, each.seat, each.subject)
            for each in with_vendors
        }
        return places, calls.answered(db, ids)


def _panel(
    door: Door,
    todo: Sequence[Slot],
    twins: Twins,
    settings: Settings,
    material: Sequence[Passage],
) -> Panel:
    routing, least = Routing.of(settings), settings.min_arbiter_score
    panel = Panel(door, routing, twins, settings.solvers, least, material)
    with twins.bank.connect() as db:
        panel.recall(slots.last_refusals(db, todo), questions.last_stems(db))
    return panel


@asynccontextmanager
async def _ending(deadline: float, report: Report) -> AsyncIterator[None]:
    """Cancel what is still under way at `deadline`, a moment of the monotonic clock."""
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            yield
    except TimeoutError:
        report.stopped_by = "deadline"
