"""The run's book: journal and ledger of its calls to models, over the bank.

reserve -> a row at the worst price -> the call -> settle, write -> the row with what came of it
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine

from itemwell.bank import Call
from itemwell.generate.money.commits import Commits
from itemwell.llm.door import Ask, Kind, LLMError, Model, Outcome, Place, Reply, Usage
from itemwell.llm.journal import ANSWERED, Entry
from itemwell.llm.reading import clean
from itemwell.settings import Settings
from itemwell.store.calls import Limits
from itemwell.store.connect import PATIENCE

NOTHING = Decimal(0)


@dataclass
class Book:
    """What this run asks, was answered and pays. `spent` counts calls of unknown end at their worst."""

    bank: Engine
    run_id: int | None
    limits: Limits
    budget: Decimal | None  # of the order
    spent: Decimal  # by the order so far
    spool: Path
    patience: Sequence[float] = PATIENCE  # with a bank that is away
    calls: int = 0
    known: dict[Place, Entry] = field(default_factory=dict)
    reserved: Decimal = NOTHING
    _open: dict[int, Call] = field(default_factory=dict)  # by the identity of its ask
    _settled: dict[int, Decimal | None] = field(default_factory=dict)
    _change: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._commits = Commits(self.bank, self.limits, self.spool, self.patience)

    @classmethod
    def of(
        cls, bank: Engine, run_id: int | None, settings: Settings, spent: Decimal = NOTHING
    ) -> "Book":
        """The book of a run whose order has `spent` so much before, within the limits of the settings."""
        vendors = {str(vendor): dollars for vendor, dollars in settings.vendor_budgets.items()}
        limits = Limits(settings.budget_per_day, settings.budget_per_month, vendors)
        spool = settings.itemwell_home / "spool"
        return cls(bank, run_id, limits, settings.budget_per_run, spent, spool)

    def remember(self, found: Iterable[Call]) -> None:
        """Know these calls, which were closed before this run."""
        for call in found:
            if call.state == "answered" or call.error_kind in ANSWERED:
                self.known[place_of(call)] = entry_of(call)

    async def find(self, ask: Ask) -> Entry | None:
        """What is on record for this ask's place."""
        return self.known.get(ask.place)

    async def reserve(self, ask: Ask, model: Model, amount: Decimal | None) -> int:
        """Open a row at `amount`. Where only calls under way stand in the way of a limit, wait for them.

        Raises LLMError of kind budget where a limit does not allow it, DatabaseError where the bank
        is lost.
        """
        worst = amount or NOTHING
        while True:
            if self._fits(worst):
                why = await self._opened(ask, opened(ask, model, amount, self.run_id))
                under_way = bool(self._open)
            else:
                why, under_way = "this run", self.reserved > 0
            if why is None:
                return id(ask)
            if not under_way:
                self._change.set()  # whoever waits for us need not
                kind: Kind = "vendor_budget" if why == model.vendor else "budget"
                raise LLMError(kind, f"the budget of {why} does not allow ${worst:.4f} more")
            self._change.clear()
            await self._change.wait()

    async def settle(self, reservation: int, amount: Decimal | None) -> None:
        """Remember the price: it is written together with the outcome."""
        self._settled[reservation] = amount

    async def write(self, ask: Ask, model: Model, outcome: Outcome) -> None:  # noqa: ARG002
        """Close the call's row with its outcome; in the spool, where the bank is lost."""
        call = self._open.get(id(ask))
        if call is None:  # no call was made: the budget or the price said no
            return
        price = self._settled.pop(id(ask), call.price_usd)
        ended = closed(call, outcome, price)
        try:
            await self._commits.through(ended)
        finally:
            del self._open[id(ask)]
            self.spent += price or NOTHING
            self._give_back(call)
            self._change.set()
        if ended.error_kind in ANSWERED:
            self.known[ask.place] = entry_of(ended)

    def _fits(self, worst: Decimal) -> bool:
        return self.budget is None or self.spent + self.reserved + worst <= self.budget

    async def _opened(self, ask: Ask, call: Call) -> str | None:
        """Open the row; the limit that does not allow it, or None."""
        self.reserved += call.price_usd or NOTHING
        try:
            why = await self._commits.through(call)
        except BaseException:
            self._give_back(call)
            self._change.set()
            raise
        if why is None:
            self._open[id(ask)] = call
            self.calls += 1
        else:
            self._give_back(call)
        return why

    def _give_back(self, call: Call) -> None:
        self.reserved -= call.price_usd or NOTHING


def opened(ask: Ask, model: Model, price: Decimal | None, run_id: int | None) -> Call:
    """The row of a call that is about to be made."""
    return Call(
        id=uuid4(),
        run_id=run_id,
        slot_id=int(ask.slot_id) if ask.slot_id and run_id is not None else None,
        attempt=ask.attempt,
        stage=ask.stage,
        seat=ask.seat,
        subject=ask.subject,
        vendor=model.vendor,
        model=model.name,
        prompt_version=ask.prompt_version,
        request_hash=ask.request_hash(model.vendor, model.name),
        prompt=clean(ask.prompt),
        price_usd=price,
    )


def closed(call: Call, outcome: Outcome, price: Decimal | None) -> Call:
    """The row of a call that ended so."""
    if isinstance(outcome, Reply):
        return replace(
            _used(call, outcome.usage),
            state="answered",
            body=clean(outcome.text),
            finish=clean(outcome.finish),
            perhaps_billed=True,
            price_usd=price,
            latency_ms=round(outcome.seconds * 1000),
            vendor_request_id=clean(outcome.request_id) or None,
            notes=clean("; ".join(outcome.notes)) or None,
        )
    trace = outcome.trace
    return replace(
        _used(call, trace.usage),
        state="failed",
        body=clean(trace.text) or None,
        finish=clean(trace.finish) or None,
        error_kind=outcome.kind,
        error_message=clean(str(outcome))[:2_000],
        perhaps_billed=outcome.perhaps_billed,
        price_usd=price,
        latency_ms=round(trace.seconds * 1000),
        vendor_request_id=clean(trace.request_id) or None,
    )


def entry_of(call: Call) -> Entry:
    """A closed call as the door's journal knows it."""
    usage = None
    if call.input_tokens is not None:
        usage = Usage(
            call.input_tokens,
            call.cached_tokens or 0,
            call.output_tokens or 0,
            call.reasoning_tokens or 0,
            estimated=bool(call.usage_estimated),
        )
    return Entry(
        kind=call.error_kind,  # type: ignore[arg-type]
        text=call.body or "",
        vendor=call.vendor,
        model=call.model,
        finish=call.finish or "",
        usage=usage,
        message=call.error_message or "",
        seconds=(call.latency_ms or 0) / 1000,
        price_usd=call.price_usd,
        request_id=call.vendor_request_id or "",
    )


def place_of(call: Call) -> Place:
    """Where a call's answer belongs."""
    return Place(str(call.slot_id), call.attempt, call.stage, call.seat, call.subject)


def _used(call: Call, usage: Usage | None) -> Call:
    if usage is None:
        return call
    return replace(
        call,
        input_tokens=usage.input,
        cached_tokens=usage.cached,
        output_tokens=usage.output,
        reasoning_tokens=usage.reasoning,
        usage_estimated=usage.estimated,
    )
