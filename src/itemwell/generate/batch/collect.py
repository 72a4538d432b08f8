"""Collect what the vendors have ready: batch -> how it stands -> results -> the journal.

Whoever begins a run with models does this first. Nobody waits here: what is still under way is left
to the next run.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import structlog
from pydantic import BaseModel
from sqlalchemy import Engine

from itemwell.bank import Call
from itemwell.generate import author, dedup, judge, solve
from itemwell.generate.batch.outbox import connected
from itemwell.generate.money.book import closed
from itemwell.generate.prompts import load
from itemwell.generate.vendors import prices_of
from itemwell.llm.batch import Batches, Sought, Uncertain
from itemwell.llm.budget import settled, to_the_end
from itemwell.llm.door import Ask, LLMError, Outcome, Usage
from itemwell.llm.prices import Prices
from itemwell.settings import Settings
from itemwell.store import batches, calls
from itemwell.store.batches import Batch
from itemwell.store.connect import transact

NOTHING = Decimal(0)

LOST_AFTER = timedelta(minutes=30)
"""A batch that its vendor does not know was never handed in; a vendor's list may lag behind."""

GONE_AFTER = timedelta(days=2)
"""What its vendor knows no more of ends here: meanwhile the key may be another's, a file cut off."""

AT_ONCE = 500
"""So many outcomes go with one commit."""

SHAPES: Mapping[str, tuple[type[BaseModel], int]] = {
    "draft": (author.Written, author.LONGEST_ANSWER),
    solve.STAGE: (solve.Solution, solve.LONGEST_ANSWER),
    judge.STAGE: (judge.Verdict, judge.LONGEST_ANSWER),
    dedup.STAGE: (dedup.Comparison, dedup.LONGEST_ANSWER),
}
PROMPTS = {"draft", "repair", "solve", "judge", "dedup"}

log = structlog.get_logger()


@dataclass
class Collected:
    """What came in: answers and refusals of models, and what they cost."""

    answers: int = 0
    cost_usd: Decimal = NOTHING
    notes: list[str] = field(default_factory=list)


async def collect(bank: Engine, settings: Settings) -> Collected:
    """Close every call of every batch of the bank that has ended; notes on vendors that can't be asked."""
    found = Collected()
    with bank.connect() as db:
        waiting = batches.open_ones(db)
    prices = prices_of(settings)
    async with AsyncExitStack() as stack:
        counters: dict[tuple[str, str], Batches] = {}
        for each in waiting:
            if settings.key_of(each.vendor) is None:
                found.notes.append(f"a batch of {each.vendor} waits: {each.vendor} has no key")
                continue
            name = (each.vendor, each.model)
            if name not in counters:
                counters[name] = await stack.enter_async_context(await connected(settings, *name))
            try:
                await Collection(bank, counters[name], prices, each, found).collect()
            except LLMError as error:
                found.notes.append(f"batch {each.id} cannot be collected: {error}")
    return found


@dataclass
class Collection:
    """The collecting of one batch."""

    bank: Engine
    counter: Batches
    prices: Prices
    batch: Batch
    found: Collected

    async def collect(self) -> None:
        """Take what the vendor has. Raises LLMError where it cannot be asked."""
        vendor_id = self.batch.vendor_id or await self._sought()
        if vendor_id is None:
            return
        try:
            standing = await self.counter.standing(vendor_id)
        except LLMError as error:
            if error.kind != "unknown_model" or self.batch.age < GONE_AFTER:
                raise
            await self._give_up(f"{error}: not there any more")
            return
        if standing.state == "failed":
            await self._give_up(f"the batch failed: {standing.message}")
        elif standing.state == "ended":
            await self._take(vendor_id)

    async def _sought(self) -> str | None:
        """The vendor's id of a batch that a killed run perhaps handed in; None where it shows later."""
        with self.bank.connect() as db:
            keys = {str(call.id) for call in calls.of_batch(db, self.batch.id)}
            others = batches.vendor_ids(db, self.batch.vendor)
        sought = Sought(str(self.batch.id), keys, self.batch.created_at, others)
        try:
            vendor_id = await self.counter.find(sought)
        except Uncertain:
            return None
        if vendor_id:
            transact(self.bank, lambda db: batches.submitted(db, self.batch.id, vendor_id))
            log.info("Batch found at its vendor", batch=str(self.batch.id))
        elif self.batch.age > LOST_AFTER:
            await self._give_up("never arrived at its vendor", "cancelled")
        return vendor_id

    async def _take(self, vendor_id: str) -> None:
        """Close each call with its outcome, in portions.

        A file may break off: what it does not tell of is looked for again, and closed at its worst
        once the batch is old.
        """
        waiting = self._waiting()
        asks = {key: ask_of(call) for key, call in waiting.items()}
        ended: list[Call] = []
        async for key, outcome in self.counter.results(vendor_id, asks.get):
            if call := waiting.pop(key, None):
                ended.append(self._closed(call, outcome))
            if len(ended) >= AT_ONCE:
                await self._write(ended)
                ended = []
        if waiting and self.batch.age < GONE_AFTER:
            await self._write(ended)
            raise LLMError("cut", f"no word of {len(waiting)} asks; the next run looks again")
        lost = LLMError("cut", "its batch ended without a word of it", perhaps_billed=True)
        ended += [self._closed(call, lost) for call in waiting.values()]
        await self._write(ended, last=True)
        log.info(f"Batch collected: {self.batch.vendor} {self.batch.model}, {self.batch.asks} asks")

    async def _give_up(self, why: str, kind: str = "overloaded") -> None:
        """Close what is open: nothing was done, nothing is paid."""
        error = LLMError(kind, why)  # type: ignore[arg-type]
        ended = [self._closed(call, error) for call in self._waiting().values()]
        self.found.notes.append(f"batch {self.batch.id} of {self.batch.vendor}: {why}")
        await self._write(ended, last=True, failed=why)

    def _waiting(self) -> dict[str, Call]:
        with self.bank.connect() as db:
            mine = calls.of_batch(db, self.batch.id)
        return {str(call.id): call for call in mine if call.state == "asked"}

    async def _write(
        self, ended: Sequence[Call], *, last: bool = False, failed: str | None = None
    ) -> None:
        def work() -> None:
            if last:
                end = batches.end
                transact(self.bank, lambda db: end(db, self.batch.id, ended, failed=failed))
            elif ended:
                transact(self.bank, lambda db: calls.close_all(db, ended))

        await to_the_end(asyncio.to_thread(work))
        self.found.answers += len(ended)
        self.found.cost_usd += sum((call.price_usd or NOTHING for call in ended), NOTHING)

    def _closed(self, call: Call, outcome: Outcome) -> Call:
        return closed(call, outcome, self._price(call, outcome))

    def _price(self, call: Call, outcome: Outcome) -> Decimal | None:
        """At half; the worst where the vendor did not say what was used."""
        if isinstance(outcome, LLMError) and not outcome.perhaps_billed:
            return NOTHING
        usage = outcome.trace.usage if isinstance(outcome, LLMError) else outcome.usage

        def half(usage: Usage) -> Decimal | None:
            return self.prices.of(usage, call.vendor, call.model, batch=True)

        try:
            return settled(usage, call.price_usd, half)
        except LLMError:  # its price was known when it was handed in
            return call.price_usd


def ask_of(call: Call) -> Ask:
    """The ask of a call's row, as far as its answer is read by it."""
    answer, most = SHAPES[call.stage]
    name = call.prompt_version.partition("@")[0]
    system = load(name).system.template if name in PROMPTS else ""
    return Ask(
        call.stage,
        system,
        call.prompt,
        answer,
        prompt_version=call.prompt_version,
        slot_id=str(call.slot_id or ""),
        attempt=call.attempt,
        seat=call.seat,
        subject=call.subject,
        max_output_tokens=most,
    )
