"""Batch mode: a door that queues what it is asked, and hands it in once every slot was visited.

    slot -> panel -> door: from the journal, else queued, and the slot waits
    queue -> one batch a model -> rows at the worst price at half -> vendor -> its id -> rows

The rows are there before the vendor is asked, and the vendor's id is stored at once: whatever is
killed between, the next run finds the batch instead of handing it in twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Connection

from itemwell.bank import Call
from itemwell.generate.jury import Door
from itemwell.generate.money.book import Book, closed, opened, place_of
from itemwell.generate.report import Report
from itemwell.generate.routing import ModelName
from itemwell.llm import batch
from itemwell.llm.budget import to_the_end
from itemwell.llm.door import Around, Ask, LLMError, Model, Place, Reply
from itemwell.llm.failover import HANDED_OVER
from itemwell.llm.journal import recalled
from itemwell.llm.prices import Prices
from itemwell.settings import Settings
from itemwell.store import batches
from itemwell.store.connect import transact

NOTHING = Decimal(0)

MOST_TRIES = 3
"""So often an ask may fail in batches before its slot is in trouble."""

NOT_TAKEN = "its vendor did not take the batch"

LONGEST_REST = 30.0
RESTS = 2
"""So often, and so many seconds at most, a vendor is waited for that takes no batch just now."""

Written = TypeVar("Written")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Queued:
    """A model that answers with a batch: it queues what it is asked, and says that it has to wait."""

    outbox: "Outbox"
    names: tuple[ModelName, ...]
    last: tuple[ModelName, ...] = ()

    @property
    def vendor(self) -> str:
        """The vendor of the model that is to be asked first."""
        return self.names[0].vendor

    @property
    def name(self) -> str:
        """The model that is to be asked first."""
        return self.names[0].model

    async def __call__(self, ask: Ask) -> Reply:
        """Never. Raises LLMError of kind batch, or of another where batches failed too often."""
        self.outbox.post(ask, self.names, self.last)
        raise waits()


@dataclass(frozen=True, slots=True)
class Awaiting(Around):
    """A live model that is not asked for what is already with a vendor."""

    under_way: "set[Place]"
    model: Model

    async def __call__(self, ask: Ask) -> Reply:
        """What the model says. Raises LLMError of kind batch where that comes with a batch."""
        if ask.place in self.under_way:
            raise waits()
        return await self.model(ask)


def awaiting(under_way: set[Place], door: Door) -> Door:
    """`door`, whose models are not asked for what is already with a vendor."""
    return lambda names, last=(), /: Awaiting(under_way, door(names, last))


def waits() -> LLMError:
    """Why there is no answer yet."""
    return LLMError("batch", "waits for a batch")


@dataclass
class Outbox:
    """What a run has to ask as batches. `under_way`: places of asks that a vendor already has."""

    settings: Settings
    book: Book
    prices: Prices
    under_way: set[Place] = field(default_factory=set)
    tries: dict[Place, list[Call]] = field(default_factory=lambda: defaultdict(list))
    asks: dict[Place, tuple[Sequence[ModelName], Ask]] = field(default_factory=dict)
    off: dict[ModelName, LLMError] = field(default_factory=dict)

    def door(self, names: Sequence[ModelName], last: Sequence[ModelName] = (), /) -> Model:
        """The journal, and behind it the queue for the first of these that takes batches."""
        return recalled(self.book, Queued(self, tuple(names), tuple(last)))

    def remember(self, ended: Iterable[Call]) -> None:
        """Know which asks failed in earlier batches."""
        for call in ended:
            if call.batch_id and call.state == "failed" and call.notes != NOT_TAKEN:
                self.tries[place_of(call)].append(call)

    def post(self, ask: Ask, names: Sequence[ModelName], last: Sequence[ModelName]) -> None:
        """Queue `ask`, once for its place; after a failure for the next of `names`.

        Raises LLMError of the last failure where it failed MOST_TRIES times.
        """
        tries = self.tries.get(ask.place, [])
        if ask.place in self.under_way:
            return
        if len(tries) >= MOST_TRIES:
            kind, message = tries[-1].error_kind, tries[-1].error_message
            told = f"{message}, in {len(tries)} batches; leave out --batch to ask it live"
            raise LLMError(kind or "invalid", told)  # type: ignore[arg-type]
        turn = len(tries) % len(names)
        self.asks[ask.place] = ([*names[turn:], *names[:turn], *last], ask)

    async def hand_in(self, report: Report) -> None:
        """Hand in what is queued, and tell the report. Where a model takes none the next one gets it."""
        while self.asks:
            asks, self.asks = self.asks, {}
            for name, queued in self._grouped(asks, report).items():
                for part in batch.parts({str(uuid4()): ask for ask in queued}):
                    await self._hand_in(name, part, asks, report)
        if report.trouble:
            report.note(str(report.trouble))

    def _grouped(
        self, asks: Mapping[Place, tuple[Sequence[ModelName], Ask]], report: Report
    ) -> dict[ModelName, list[Ask]]:
        groups: dict[ModelName, list[Ask]] = defaultdict(list)
        for names, ask in asks.values():
            usable = [name for name in names if name not in self.off]
            if usable:
                groups[usable[0]].append(ask)
            else:
                report.wait(self.off[names[0]])
        return groups

    async def _hand_in(
        self,
        name: ModelName,
        asks: Mapping[str, Ask],
        queued: Mapping[Place, tuple[Sequence[ModelName], Ask]],
        report: Report,
    ) -> None:
        batch_id, calls = uuid4(), list[Call]()
        try:
            async with await connected(self.settings, *name) as counter:
                calls = await self._prepared(batch_id, name, asks, report)
                mine = {str(call.id): asks[str(call.id)] for call in calls}
                if not mine:
                    return
                vendor_id = await _submitted(counter, batch_id, mine)
        except LLMError as error:
            if error.perhaps_billed:
                report.note(f"{error}; the next run looks whether it has batch {batch_id}")
                return
            if calls:
                await self._take_back(batch_id, calls, error)
            if error.kind in HANDED_OVER:
                self.off[name] = error
                self.asks |= {ask.place: queued[ask.place] for ask in asks.values()}
            else:
                report.wait(error)
        else:
            await self._written(lambda db: batches.submitted(db, batch_id, vendor_id))
            log.info(f"Batch handed in: {name}, {len(calls)} asks", batch=str(batch_id))
            report.handed_in += len(calls)
            report.batches += 1

    async def _prepared(
        self, batch_id: UUID, name: ModelName, asks: Mapping[str, Ask], report: Report
    ) -> list[Call]:
        """The calls whose rows are open now. What the budgets do not allow is told and left out."""
        fits, short = [], list[str]()
        spent = self.book.spent
        for key, ask in asks.items():
            call = self._call(key, ask, batch_id, name)
            spent += call.price_usd or NOTHING
            if self.book.budget is not None and spent > self.book.budget:
                short.append("this run")
                spent -= call.price_usd or NOTHING
            else:
                fits.append(call)
        if fits:
            limits = self.book.limits
            why = await self._written(lambda db: batches.prepare(db, batch_id, fits, limits))
            short += filter(None, why)
            if name.vendor in why:
                told = f"the budget of {name.vendor} is spent"
                self.off |= {name: LLMError("vendor_budget", told)}
            fits = [call for call, limit in zip(fits, why, strict=True) if limit is None]
        if short:
            told = f"the budget of {short[0]} does not allow {len(short)} more asks"
            report.wait(LLMError("budget", told))
        self.book.spent += sum((call.price_usd or NOTHING for call in fits), NOTHING)
        return fits

    def _call(self, key: str, ask: Ask, batch_id: UUID, name: ModelName) -> Call:
        price = self.prices.of(ask.worst_usage, *name, batch=True)
        call = opened(ask, Queued(self, (name,)), price, self.book.run_id)
        return replace(call, id=UUID(key), batch_id=batch_id)

    async def _take_back(self, batch_id: UUID, calls: Sequence[Call], error: LLMError) -> None:
        """Close the rows of a batch that the vendor did not take: nothing is paid for it."""
        ended = [replace(closed(call, error, NOTHING), notes=NOT_TAKEN) for call in calls]
        await self._written(lambda db: batches.end(db, batch_id, ended, failed=str(error)))
        self.book.spent -= sum((call.price_usd or NOTHING for call in calls), NOTHING)

    def _written(self, work: Callable[[Connection], Written]) -> Awaitable[Written]:
        return to_the_end(asyncio.to_thread(transact, self.book.bank, work))


async def connected(settings: Settings, vendor: str, model: str) -> batch.Batches:
    """The batches of one model. The SDK is loaded off the event loop, which has to hear a signal."""
    key = settings.key_of(vendor)
    assert key is not None, f"{vendor} has no key"
    address = settings.base_url_of(vendor)
    return await asyncio.to_thread(batch.connect, vendor, key, model, address)


async def _submitted(counter: batch.Batches, batch_id: UUID, asks: Mapping[str, Ask]) -> str:
    """The vendor's id, after as many rests as it asks for and we grant."""
    for _ in range(RESTS):
        try:
            return await counter.submit(str(batch_id), asks)
        except LLMError as error:
            soon = error.wait is not None and error.wait <= LONGEST_REST
            if error.perhaps_billed or not soon:
                raise
            rest = max(error.wait or 0.0, 1.0)
        await asyncio.sleep(rest)
    return await counter.submit(str(batch_id), asks)
