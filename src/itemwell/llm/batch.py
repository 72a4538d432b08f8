"""Batches: many asks handed in at once, answered within a day at half the price.

    submit -> the vendor's id for it -> standing: running, ended or failed -> results, in any order

What the vendors share is here; each has a `Counter` in a file of its own, where asks are handed in
and results are handed out. Nothing is retried: who keeps the book decides that.
"""

import json
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Literal, NamedTuple, Protocol, Self

from itemwell.errors import Exit
from itemwell.llm.door import Ask, LLMError, Outcome
from itemwell.llm.exchange import Exchange

MOST_ASKS = 10_000
MOST_BYTES = 80_000_000
"""Of what is handed in: all three vendors take more than either."""

SKEW = timedelta(minutes=10)
"""So far a vendor's clock and ours may be apart."""

EXCHANGE_SECONDS = 600.0

WITHOUT = {404, 405, 501}
"""What a server answers that speaks a vendor's format, but has no batches."""

UNCLEAR = {408, 409, 500, 502, 504, 520, 522, 524}
"""What may be answered after a batch was made all the same."""


class Standing(NamedTuple):
    """How a batch stands. `ended`: there are results; `failed`: there are none."""

    state: Literal["running", "ended", "failed"]
    message: str = ""


class Line(NamedTuple):
    """What came of one ask: a body with its status, or why it was never run."""

    key: str
    status: int = 200
    body: Any = None
    fate: Literal["", "expired", "cancelled"] = ""


class Sought(NamedTuple):
    """A batch that was perhaps handed in: what we know of it without the vendor's id."""

    id: str
    keys: Collection[str]
    since: datetime
    others: Collection[str]  # the vendor's ids of batches that we know


class Uncertain(Exception):
    """Whether a batch was handed in shows only later."""


class Counter(Protocol):
    """One vendor's side, by its SDK. Raises what the SDK raises."""

    async def prepare(self, batch_id: str, asks: Mapping[str, Ask]) -> Any:
        """What `submit` needs to hand in `asks` by their keys. Until then no batch is made."""

    async def submit(self, batch_id: str, prepared: Any) -> str:
        """Make the batch; the vendor's id. `batch_id` travels with it where it can."""

    async def find(self, sought: Sought) -> str | None:
        """The vendor's id of a batch that was handed in; None where it was not. Raises Uncertain."""

    async def standing(self, vendor_id: str) -> Standing:
        """How it stands."""

    def lines(self, vendor_id: str) -> AsyncGenerator[Line]:
        """What came of each ask, in the vendor's order. Only of a batch that ended."""

    async def close(self) -> None:
        """Close the connections."""


class NoBatches(LLMError):
    """This address has no batches."""

    def __init__(self, me: str) -> None:
        super().__init__("unknown_model", f"{me}: its server has no batches")
        self.next_step = "leave out --batch, or set the key of a vendor that has batches"
        self.exit = Exit.CONFIG


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of one model of one vendor. Close it in the loop that used it."""

    exchange: Exchange
    counter: Counter

    async def submit(self, batch_id: str, asks: Mapping[str, Ask]) -> str:
        """Hand in `asks`; the vendor's id. `perhaps_billed` in the LLMError: it may have got them."""
        try:
            prepared = await self.exchange.in_time(self.counter.prepare(batch_id, asks))
        except LLMError as error:
            error.perhaps_billed = False
            if error.trace.status in WITHOUT and self.exchange.dialect.vendor == "openai":
                raise NoBatches(self.exchange.me) from error
            raise
        try:
            return await self.exchange.in_time(self.counter.submit(batch_id, prepared))
        except LLMError as error:
            error.perhaps_billed |= error.trace.status in UNCLEAR
            raise

    async def find(self, sought: Sought) -> str | None:
        """The vendor's id of a batch that was perhaps handed in. Raises Uncertain, and LLMError."""
        return await self.exchange.in_time(self.counter.find(sought))

    async def standing(self, vendor_id: str) -> Standing:
        """How the batch stands."""
        return await self.exchange.in_time(self.counter.standing(vendor_id))

    async def results(
        self, vendor_id: str, ask_of: Callable[[str], Ask | None]
    ) -> AsyncGenerator[tuple[str, Outcome]]:
        """The outcome of each ask by its key, in the vendor's order; keys that are not ours left out."""
        async with aclosing(self.counter.lines(vendor_id)) as lines:
            while line := await self.exchange.in_time(_next(lines)):
                if ask := ask_of(line.key):
                    yield line.key, self._outcome(ask, line)

    def _outcome(self, ask: Ask, line: Line) -> Outcome:
        if line.fate:
            kind: Literal["timeout", "cancelled"] = (
                "timeout" if line.fate == "expired" else "cancelled"
            )
            return LLMError(kind, f"{self.exchange.me}: {line.fate} in its batch")
        body = json.dumps(line.body)
        if line.status != 200:
            error = self.exchange.refused(line.status, body)
            error.perhaps_billed = False  # no vendor charges for these
            return error
        try:
            return self.exchange.reply(ask, body)
        except LLMError as error:
            return error

    async def aclose(self) -> None:
        """Close the connections."""
        await self.counter.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def connect(
    vendor: str,
    key: str,
    model: str,
    base_url: str | None = None,
    *,
    seconds: float = EXCHANGE_SECONDS,
) -> Batches:
    """The batches of `model`. The vendor's SDK is loaded now."""
    adapter = import_module(f"itemwell.llm.{vendor}_batch")
    batches: Batches = adapter.connect(key, model, base_url, seconds=seconds)
    return batches


def parts(asks: Mapping[str, Ask]) -> Iterator[dict[str, Ask]]:
    """`asks` in portions that a vendor takes as one batch."""
    part: dict[str, Ask] = {}
    size = 0
    for key, ask in asks.items():
        more = ask.input_ceiling
        if part and (len(part) >= MOST_ASKS or size + more > MOST_BYTES):
            yield part
            part, size = {}, 0
        part[key] = ask
        size += more
    if part:
        yield part


def jsonl(rows: Iterator[dict[str, Any]]) -> bytes:
    """`rows` as a file, a line each."""
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


async def _next(lines: AsyncGenerator[Line]) -> Line | None:
    return await anext(lines, None)
