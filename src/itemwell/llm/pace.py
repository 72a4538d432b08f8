"""A vendor's requests and tokens per minute, and calls at once, kept to before it has to say no."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from itemwell.llm.door import Around, Ask, LLMError, Model, Reply, Usage
from itemwell.llm.exchange import CHARACTERS_PER_TOKEN
from itemwell.llm.patient import Clock, Sleep


class Bucket:
    """Fills by so much a minute up to `burst` seconds' worth. First come, first served."""

    def __init__(
        self,
        per_minute: float,
        *,
        burst: float = 10.0,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if per_minute <= 0:
            raise ValueError("a pace must be above 0")
        self.per_second = per_minute / 60
        self.full = max(1.0, self.per_second * burst)
        self.level = self.full
        self.clock = clock
        self.sleep = sleep
        self.seen = clock()
        self.turn = asyncio.Lock()

    async def take(self, amount: float) -> None:
        """Wait until there is some, then take `amount`; more than is there leaves a debt for the next."""
        async with self.turn:
            while self._filled() < min(amount, self.full) - 1e-9:
                await self.sleep((min(amount, self.full) - self.level) / self.per_second)
            self.level -= amount

    def give_back(self, amount: float) -> None:
        """What was taken too much; a negative amount takes what was taken too little."""
        self.level = min(self.full, self._filled() + amount)

    def _filled(self) -> float:
        now = self.clock()
        self.level = min(self.full, self.level + (now - self.seen) * self.per_second)
        self.seen = now
        return self.level


@dataclass(frozen=True, slots=True)
class Pace:
    """What one vendor allows a minute, shared by all calls to it. None: no limit is known."""

    requests: Bucket | None = None
    tokens: Bucket | None = None


@dataclass(frozen=True, slots=True)
class Paced(Around):
    """A model that is not asked faster than its pace. See `paced`."""

    pace: Pace
    model: Model

    async def __call__(self, ask: Ask) -> Reply:
        """Wait for room, then ask; what was not used is given back."""
        expected = _expected(ask)
        if self.pace.requests:
            await self.pace.requests.take(1)
        if self.pace.tokens:
            await self.pace.tokens.take(expected)
        used: Usage | None = None
        try:
            reply = await self.model(ask)
        except LLMError as error:
            used = error.trace.usage
            raise
        else:
            used = reply.usage
            return reply
        finally:
            if self.pace.tokens and used:
                self.pace.tokens.give_back(expected - used.input - used.output)


def paced(pace: Pace, model: Model) -> Paced:
    """`model`, asked no faster than `pace` allows."""
    return Paced(pace, model)


def _expected(ask: Ask) -> int:
    """What vendors count against the limit in advance: the prompt, and all the output asked for."""
    return (len(ask.system) + len(ask.prompt)) // CHARACTERS_PER_TOKEN + ask.max_output_tokens


@dataclass(frozen=True, slots=True)
class Counted(Around):
    """A model with only so many calls under way at once. See `counted`."""

    places: AbstractAsyncContextManager[object]
    model: Model

    async def __call__(self, ask: Ask) -> Reply:
        """Ask once there is a place."""
        async with self.places:
            return await self.model(ask)


def counted(places: AbstractAsyncContextManager[object], model: Model) -> Counted:
    """`model`, asked only in one of `places`, a semaphore that models may share.

    It stands inside of journal and budget: while their rows are written nobody waits for a vendor,
    and the place is another call's.
    """
    return Counted(places, model)
