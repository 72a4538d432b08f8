"""The job: plan -> draft -> check -> solve -> judge -> dedup -> keep, with every effect in order.

Item models and vendors' models go the same way: a writer drafts and verifies, a shelf keeps. Many
slots are under way at once where a writer has to wait for its models.
"""

import asyncio
import secrets
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection, Engine

from itemwell.bank import Draft, Slot, Verified
from itemwell.errors import Rejected, Stopped
from itemwell.generate.book import Book
from itemwell.generate.check import key_balance
from itemwell.generate.desk import Desk, Drafted, NobodyLeft
from itemwell.generate.material import Passage
from itemwell.generate.order import Order, adopt
from itemwell.generate.panel import Panel
from itemwell.generate.report import Report
from itemwell.generate.routing import Routing
from itemwell.generate.shelf import InBank, InFile
from itemwell.generate.spool import absorb
from itemwell.llm.budget import to_the_end
from itemwell.llm.door import LLMError
from itemwell.settings import Settings
from itemwell.stopping import run_async
from itemwell.store import calls, questions, runs, slots
from itemwell.store.calls import Limits
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.templates import models

log = structlog.get_logger()

Tell = Callable[[Report], None]

MOST_TAKEN_OVER = 10_000

SLOTS_PER_CALL = 2
"""Slots under way for each call that may be: while one slot waits for its turn another is asked about."""

GRACE_SECONDS = 30.0
"""After the deadline no draft is begun; those under way have so long to be kept."""


class Writer(Protocol):
    """Who drafts and verifies: item models at their desk, or a panel of vendors' models."""

    async def draft(self, slot: Slot) -> Drafted:
        """The draft for this attempt. Raises NobodyLeft where there is nobody to write it."""

    async def verify(self, drafted: Drafted, slot: Slot) -> Verified:
        """The draft with its evidence. Raises Rejected at the first stage that refuses it."""

    def count(self, verified: Verified) -> None:
        """Remember a question that was kept."""

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:
        """Remember a refusal, for the next attempt."""


class Shelf(Protocol):
    """Where verified questions go: the bank, or a file in a dry run."""

    def keep(self, slot: Slot, verified: Verified) -> None:
        """Store it for good. Raises Rejected where the bank holds it or has no room for it."""

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:
        """Store the refusal with its reason, and count the attempt."""

    def give_up(self, slot: Slot) -> None:
        """Close a slot whose attempts are spent."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """When to stop: attempts for one slot, and a moment of the monotonic clock for all."""

    attempts: int
    deadline: float
    tell: Tell

    @property
    def over(self) -> bool:
        """Whether the deadline is past."""
        return time.monotonic() > self.deadline


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
            run_async(_work(todo, _desk(bank, settings), shelf, report, bounds))
        else:
            spent = report.continued.spent if report.continued else Decimal(0)
            book = _book(bank, under.id, settings, spent)
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
                run_async(_work(todo, _desk(bank, settings), shelf, report, bounds))
            else:
                book = _book(bank, None, settings, Decimal(0))
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


def _book(bank: Engine, run_id: int | None, settings: Settings, spent: Decimal) -> Book:
    vendors = {str(vendor): dollars for vendor, dollars in settings.vendor_budgets.items()}
    limits = Limits(settings.budget_per_day, settings.budget_per_month, vendors)
    spool = settings.itemwell_home / "spool"
    return Book(bank, run_id, limits, settings.budget_per_run, spent, spool)


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
            await _work(todo, panel, shelf, report, bounds, at_once=at_once)


@asynccontextmanager
async def _ending(deadline: float, report: Report) -> AsyncIterator[None]:
    """Cancel what is still under way at `deadline`, a moment of the monotonic clock."""
    try:
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            yield
    except TimeoutError:
        report.stopped_by = "deadline"


async def _work(  # noqa: PLR0913
    todo: Sequence[Slot],
    writer: Writer,
    shelf: Shelf,
    report: Report,
    bounds: Bounds,
    *,
    at_once: int = 1,
) -> None:
    waiting, kept = deque(todo), list[Draft]()

    async def work() -> None:
        while waiting and not report.stopped_by:
            if bounds.over:
                report.stopped_by = "deadline"
                return
            if drafted := await _fill(waiting.popleft(), writer, shelf, report, bounds):
                kept.append(drafted)
            bounds.tell(report)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(todo))):
                group.create_task(work())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    flaw = key_balance([each.key for each in kept], [len(each.options) for each in kept])
    if flaw:
        report.notes.append(str(flaw))


async def _fill(
    slot: Slot, writer: Writer, shelf: Shelf, report: Report, bounds: Bounds
) -> Draft | None:
    """What was kept for `slot`, after as many attempts as it takes; None where there is nothing yet."""
    while slot.attempts < bounds.attempts:
        drafted = None
        try:
            drafted = await writer.draft(slot)
            report.drafted += 1
            verified = await writer.verify(drafted, slot)
            await _keep(slot, verified, writer, shelf, report)
        except Rejected as refusal:
            await _refuse(slot, drafted, refusal, writer, shelf, report)
            slot = replace(slot, attempts=slot.attempts + 1)
            if report.stopped_by or bounds.over:
                return None
        except LLMError as error:
            log.debug("waits", slot=slot.id, attempt=slot.attempts, why=str(error))
            report.wait(error)
            return None
        except NobodyLeft as error:
            report.note(str(error))
            break
        else:
            return drafted.draft
    await asyncio.to_thread(shelf.give_up, slot)
    report.given_up += 1
    return None


async def _keep(
    slot: Slot, verified: Verified, writer: Writer, shelf: Shelf, report: Report
) -> None:
    """Keep it to the end, and count what was kept, also when we are stopped meanwhile."""
    keeping = asyncio.ensure_future(asyncio.to_thread(shelf.keep, slot, verified))
    try:
        await to_the_end(keeping)
    finally:
        if keeping.done() and not keeping.cancelled() and keeping.exception() is None:
            writer.count(verified)
            report.keep(verified)
            log.debug("kept", slot=slot.id, stratum=str(slot.stratum), by=verified.gates["draft"])


async def _refuse(  # noqa: PLR0913
    slot: Slot,
    drafted: Drafted | None,
    refusal: Rejected,
    writer: Writer,
    shelf: Shelf,
    report: Report,
) -> None:
    draft = drafted.draft if drafted else None
    await to_the_end(asyncio.to_thread(shelf.refuse, slot, draft, refusal))
    writer.refuse(slot, draft, refusal)
    report.refuse(refusal)
    log.debug("refused", slot=slot.id, attempt=slot.attempts, why=str(refusal))
