"""The vendors that can be asked: settings -> connections -> doors, each model wrapped once."""

import asyncio
import gc
import math
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module

from itemwell.generate.money.book import Book
from itemwell.generate.routing import ModelName
from itemwell.llm.budget import within
from itemwell.llm.door import Ask, Model, Reply
from itemwell.llm.embed import vectored
from itemwell.llm.exchange import Connected
from itemwell.llm.failover import failover
from itemwell.llm.journal import journalled, recalled
from itemwell.llm.pace import Bucket, Pace, counted, paced
from itemwell.llm.patient import Breaker, Patience, patient
from itemwell.llm.prices import Prices, Rate
from itemwell.settings import Settings
from itemwell.similar.embed import Identity
from itemwell.stopping import beside

OFTEN = 0.0005
"""Seconds between the turns of threads while an SDK is loaded."""

AHEAD = 4
"""For so many calls under way one more is booked already."""


@dataclass
class Later:
    """A model whose SDK is loaded when it is first asked: off the event loop, one SDK at a time.

    So the first vendor is at work while the others are still being loaded, which takes seconds.
    """

    vendor: str
    name: str
    make: Callable[[], Model]
    loading: asyncio.Lock
    made: asyncio.Task[Model] | None = None

    async def __call__(self, ask: Ask) -> Reply:
        """Ask the model, once it is there. Nobody waits for another vendor's SDK."""
        if self.made is None:
            self.made = asyncio.create_task(self._load())
        model = await asyncio.shield(self.made)
        return await model(ask)

    async def _load(self) -> Model:
        async with self.loading:
            return await beside(lambda: _imported(self.make))


@dataclass
class Vendors:
    """Doors to models. A vendor's models share its health and its pace, all share gate and places.

    The gate lets some more in than there are places: the row of a call is written, at its worst
    price, while the calls before it are still under way.
    """

    settings: Settings
    book: Book
    stack: AsyncExitStack
    gate: asyncio.Semaphore
    places: asyncio.Semaphore
    prices: Prices
    until: float  # a moment of the monotonic clock: no rest is waited out beyond it
    breakers: dict[str, Breaker] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    models: dict[ModelName, Model] = field(default_factory=dict)
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)
    doors: dict[tuple[tuple[ModelName, ...], ...], Model] = field(default_factory=dict)

    def door(self, names: Sequence[ModelName], last: Sequence[ModelName] = (), /) -> Model:
        """One model that asks these in order, and the journal before all.

        The `last` ones are asked where none of the others can be, also after waiting for them.
        """
        key = (tuple(names), tuple(last))
        if key not in self.doors:
            model = self._in_order(names)
            model = failover([model, self._in_order(last)], seconds=0) if last else model
            self.doors[key] = recalled(self.book, model)
        return self.doors[key]

    def _in_order(self, names: Sequence[ModelName]) -> Model:
        models = [self._later(name) for name in names]
        return failover(models, seconds=self.settings.patience_seconds, until=self.until)

    def embedder(self, identity: Identity) -> Model:
        """The model behind `identity`, whose answers are unit vectors. The journal is not asked first."""
        name = ModelName(identity.vendor, identity.model)

        def make() -> Model:
            connected = connect_embedder(self.settings, identity)
            self.stack.push_async_callback(connected.aclose)
            return self._wrapped(name, vectored(connected, identity))

        later = Later(*name, make, self.loading)
        return failover([later], seconds=self.settings.patience_seconds, until=self.until)

    def _later(self, name: ModelName) -> Model:
        if name not in self.models:
            self.models[name] = Later(*name, lambda: self._made(name), self.loading)
        return self.models[name]

    def _made(self, name: ModelName) -> Model:
        connected = connect(self.settings, name)
        self.stack.push_async_callback(connected.aclose)
        return self._wrapped(name, connected)

    def _wrapped(self, name: ModelName, connected: Model) -> Model:
        pace = self.paces.setdefault(name.vendor, pace_of(self.settings, name.vendor))
        breaker = self.breakers.setdefault(name.vendor, breaker_of(self.settings, name.vendor))
        model = journalled(
            self.book, within(self.book, self.prices, counted(self.places, connected))
        )
        patience = patience_of(self.settings)
        return paced(pace, patient(model, breaker=breaker, patience=patience, gate=self.gate))


@asynccontextmanager
async def open_vendors(
    settings: Settings, book: Book, *, until: float = math.inf
) -> AsyncIterator[Vendors]:
    """The vendors for the length of the block. A vendor's SDK is loaded when it is first asked.

    No call waits for a vendor's rest to end beyond `until`, a moment of the monotonic clock.
    """
    async with AsyncExitStack() as stack:
        at_once = settings.parallel_calls
        gate, places = asyncio.Semaphore(at_once + at_once // AHEAD), asyncio.Semaphore(at_once)
        yield Vendors(settings, book, stack, gate, places, prices_of(settings), until)


def _imported(make: Callable[[], Model]) -> Model:
    """What `make` gives, threads taking turns often: else each system call of the loop costs it 5 ms.

    No garbage is looked for meanwhile, nor later among what was made so far: what a module makes
    stays, and a fifth of the time went there.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(OFTEN)
    gc.disable()
    try:
        return make()
    finally:
        gc.freeze()
        gc.enable()
        sys.setswitchinterval(interval)


def connect(settings: Settings, name: ModelName, *, seconds: float | None = None) -> Connected:
    """A bare connection to one model. Close it in the loop that used it."""
    return _connect(settings, name.vendor, name, seconds=seconds)


def connect_embedder(
    settings: Settings, identity: Identity, *, seconds: float | None = None
) -> Connected:
    """A bare connection to one embedder. Close it in the loop that used it."""
    name = ModelName(identity.vendor, identity.model)
    dimensions = identity.dimensions
    return _connect(settings, f"{name.vendor}_embed", name, seconds=seconds, dimensions=dimensions)


def _connect(
    settings: Settings, module: str, name: ModelName, *, seconds: float | None, **options: int
) -> Connected:
    adapter = import_module(f"itemwell.llm.{module}")
    key = settings.key_of(name.vendor)
    assert key is not None, f"{name.vendor} has no key"
    connected: Connected = adapter.connect(
        key,
        name.model,
        settings.base_url_of(name.vendor),
        seconds=settings.call_seconds if seconds is None else seconds,
        **options,
    )
    return connected


def patience_of(settings: Settings) -> Patience:
    """How long to insist with one vendor: all of it scales with PATIENCE_SECONDS."""
    whole = settings.patience_seconds
    return Patience(
        first_wait=whole / 600,
        longest_wait=whole / 10,
        obeyed=whole / 5,
        seconds=settings.call_seconds + whole,
    )


def breaker_of(settings: Settings, vendor: str) -> Breaker:
    """The vendor's health at the start, and how long it rests when it fails."""
    return Breaker(vendor, rest=settings.patience_seconds / 10)


def prices_of(settings: Settings) -> Prices:
    """The price list with the operator's own prices before it."""
    own = {
        name: Rate(price.input, price.output, price.cached)
        for name, price in settings.prices.items()
    }
    return Prices(own, settings.allow_unknown_prices)


def pace_of(settings: Settings, vendor: str) -> Pace:
    """What the operator says that the vendor allows a minute."""
    limits = next((pace for name, pace in settings.pace.items() if name == vendor), None)
    if limits is None:
        return Pace()
    return Pace(
        Bucket(limits.requests) if limits.requests else None,
        Bucket(limits.tokens) if limits.tokens else None,
    )
