"""Money: reserved at the worst before a call, settled at what it was after it, never overspent."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from itemwell.llm.door import Around, Ask, LLMError, Model, Reply, Usage
from itemwell.llm.prices import Prices

Result = TypeVar("Result")

NOTHING = Decimal(0)


class Ledger(Protocol):
    """Where money is kept. Both calls finish, also when their caller is cancelled meanwhile."""

    async def reserve(self, ask: Ask, model: Model, amount: Decimal | None) -> Any:
        """A token for `settle`. Raises LLMError of kind budget where a limit does not allow it.

        The amount is None where the price is unknown and that was allowed.
        """

    async def settle(self, reservation: Any, amount: Decimal | None) -> None:
        """Give back what was reserved and book `amount`, which is never more."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """So much set aside for one call."""

    vendor: str
    amount: Decimal


@dataclass(slots=True)
class Budget:
    """A ledger in memory. `left` holds what remains of each limit by its name, `vendors` of each vendor."""

    left: dict[str, Decimal] = field(default_factory=dict)
    vendors: dict[str, Decimal] = field(default_factory=dict)
    spent: Decimal = NOTHING
    spent_by_vendor: dict[str, Decimal] = field(default_factory=dict)

    async def reserve(self, ask: Ask, model: Model, amount: Decimal | None) -> Reserved:  # noqa: ARG002
        """Set `amount` aside, of all limits or of none."""
        vendor, amount = model.vendor, amount or NOTHING
        short = [name for name, left in self.left.items() if left < amount]
        if self.vendors.get(vendor, amount) < amount:
            short.append(vendor)
        if short:
            raise LLMError("budget", f"budget of {short[0]} does not allow ${amount:.4f} more")
        self._move(vendor, -amount)
        return Reserved(vendor, amount)

    async def settle(self, reservation: Reserved, amount: Decimal | None) -> None:
        """Book `amount` and free the rest."""
        amount = amount or NOTHING
        self._move(reservation.vendor, reservation.amount - amount)
        self.spent += amount
        before = self.spent_by_vendor.get(reservation.vendor, NOTHING)
        self.spent_by_vendor[reservation.vendor] = before + amount

    def _move(self, vendor: str, amount: Decimal) -> None:
        for name in self.left:
            self.left[name] += amount
        if vendor in self.vendors:
            self.vendors[vendor] += amount


@dataclass(frozen=True, slots=True)
class Within(Around):
    """A model that spends no more than its ledger allows. See `within`."""

    ledger: Ledger
    prices: Prices
    model: Model

    async def __call__(self, ask: Ask) -> Reply:
        """Reserve, ask, settle. Raises LLMError of kind price or budget before anything is paid."""
        worst = self._price(ask.worst_usage)
        reservation = await self._reserve(ask, worst)
        actual = worst  # so it stays when we are cancelled: the vendor may be at work
        try:
            reply = await self.model(ask)
            actual = settled(reply.usage, worst, self._price)
            return reply.priced(actual)
        except LLMError as error:
            usage = error.trace.usage
            actual = settled(usage, worst, self._price) if error.perhaps_billed else NOTHING
            error.price_usd = actual
            raise
        finally:
            await to_the_end(self.ledger.settle(reservation, actual))

    async def _reserve(self, ask: Ask, worst: Decimal | None) -> Any:
        reserving = asyncio.ensure_future(self.ledger.reserve(ask, self.model, worst))
        try:
            return await to_the_end(reserving)
        except asyncio.CancelledError:
            if not reserving.cancelled() and not reserving.exception():
                await to_the_end(self.ledger.settle(reserving.result(), NOTHING))
            raise

    def _price(self, usage: Usage) -> Decimal | None:
        return self.prices.of(usage, self.vendor, self.name)


def within(ledger: Ledger, prices: Prices, model: Model) -> Within:
    """`model`, never asked where the worst that it may cost is more than `ledger` allows."""
    return Within(ledger, prices, model)


def settled(
    usage: Usage | None, worst: Decimal | None, price_of: Callable[[Usage], Decimal | None]
) -> Decimal | None:
    """The price of what was used; the worst where the vendor did not say, or said nonsense."""
    if worst is None or usage is None or usage.estimated:
        return worst
    price = price_of(usage)
    return worst if price is None else min(price, worst)


def remaining(*, vendors: Mapping[str, Decimal] | None = None, **limits: Decimal | None) -> Budget:
    """A Budget of what remains: `remaining(run=Decimal(5), day=None, vendors={"openai": ...})`."""
    left = {name: amount for name, amount in limits.items() if amount is not None}
    return Budget(left, dict(vendors or {}))


async def to_the_end(work: "Coroutine[Any, Any, Result] | asyncio.Future[Result]") -> Result:
    """The result of `work`, which is finished even if we are cancelled meanwhile; then that is raised."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        if not task.cancelled():
            task.exception()  # seen: the cancellation goes before it
        raise cancelled
    return task.result()
