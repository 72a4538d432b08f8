"""Patience with one vendor: waits and asks again, and lets the vendor rest when that is no use."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from itemwell.llm.door import Around, Ask, Kind, LLMError, Model, Reply

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]
Chance = Callable[[], float]

AILING: set[Kind] = {"overloaded", "connection", "timeout", "cut"}
"""What counts against the vendor. After a refused or invalid answer it is well."""

OFF: set[Kind] = {"auth", "billing"}
"""What no waiting mends, for any model of the vendor."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to insist."""

    tries: int = 5
    first_wait: float = 0.5  # seconds; the ceiling of the jitter doubles with each try
    longest_wait: float = 30.0
    obeyed: float = 60.0  # a Retry-After above this is no wait: the vendor rests
    seconds: float = 600.0  # all tries and waits of one call together


class Resting(LLMError):
    """The vendor was not asked: it rests, or is off."""


class Breaker:
    """One vendor's health, shared by all its models: well, resting until a moment, or off for good.

    After a rest one call goes as a probe, and the others are turned away until it is back.
    """

    def __init__(
        self, vendor: str, *, failures: int = 8, rest: float = 30.0, clock: Clock = time.monotonic
    ) -> None:
        self.vendor = vendor
        self.failures = failures
        self.rest_seconds = rest
        self.clock = clock
        self.failed = 0
        self.until: float | None = None
        self.kind: Kind = "overloaded"
        self.last: LLMError | None = None  # why it rests
        self.probing = False
        self.off: LLMError | None = None

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Let one call through and learn from it. Raises LLMError where the vendor rests or is off."""
        probe = self._admit()
        try:
            yield
        except LLMError as error:
            self._learn(error, probe=probe)
            raise
        else:
            self.failed, self.until = 0, None if probe else self.until
        finally:
            self.probing = self.probing and not probe

    def rest(self, seconds: float, kind: Kind) -> None:
        """Let the vendor alone for so long."""
        until = self.clock() + seconds
        self.until, self.kind = max(until, self.until or until), kind

    def _admit(self) -> bool:
        if self.off:
            raise Resting(self.off.kind, f"{self.vendor} is off: {self.off}")
        if self.until is None:
            return False
        left = self.until - self.clock()
        if left > 0 or self.probing:
            left = max(left, self.rest_seconds / 30)
            why = f": {self.last}" if self.last else ""
            raise Resting(self.kind, f"{self.vendor} rests for {left:.0f} s{why}", wait=left)
        self.probing = True
        return True

    def _learn(self, error: LLMError, *, probe: bool) -> None:
        self.last = error if error.kind in AILING | {"rate"} else self.last
        if error.kind in OFF:
            self.off = error
        elif error.kind in AILING:
            self.failed += 1
            if probe or self.failed >= self.failures:
                self.rest(self.rest_seconds, error.kind)
        elif error.kind != "rate":
            self.failed, self.until = 0, None if probe else self.until


@dataclass(slots=True)
class Patient(Around):
    """A model that is asked again where that may help. See `patient`."""

    model: Model
    breaker: Breaker
    patience: Patience
    sleep: Sleep
    chance: Chance
    gate: AbstractAsyncContextManager[object]
    off: LLMError | None = None  # this model alone: its name is unknown, its price is

    async def __call__(self, ask: Ask) -> Reply:
        """Ask until there is a reply, an error that waiting does not mend, or no time left."""
        failure = None
        try:
            async with asyncio.timeout(self.patience.seconds):
                return await self._insist(ask)
        except TimeoutError:
            message = f"{self.vendor} {self.name}: no reply in {self.patience.seconds:g} s"
            failure = LLMError("timeout", message, wait=0.0, perhaps_billed=True)
        raise failure

    async def _insist(self, ask: Ask) -> Reply:
        started, paid = self.breaker.clock(), 0
        for tried in range(1, self.patience.tries + 1):
            try:
                return await self._once(ask)
            except Resting:
                raise
            except LLMError as error:
                paid += error.perhaps_billed
                left = self.patience.seconds - (self.breaker.clock() - started)
                wait = self._wait(error, tried, paid=paid, left=left)
                if wait is None:
                    raise
            await self.sleep(wait)
        raise AssertionError("the last try returns or raises")

    async def _once(self, ask: Ask) -> Reply:
        """Ask once. Whether the vendor is well is seen at the door, after the wait for a place."""
        async with self.gate:
            if self.off:
                raise Resting(self.off.kind, str(self.off))
            with self.breaker.admitted():
                return await self.model(ask)

    def _wait(self, error: LLMError, tried: int, *, paid: int, left: float) -> float | None:
        """Seconds until the next try; None where there is none."""
        if error.kind == "unknown_model":
            self.off = error
        if error.wait is None:
            return None
        if error.wait > min(self.patience.obeyed, left):
            self.breaker.rest(error.wait, error.kind)
            return None
        if tried == self.patience.tries or paid > 1:
            return None
        doubled = self.patience.first_wait * float(2 ** (tried - 1))
        jitter = self.chance() * min(doubled, self.patience.longest_wait)
        wait = error.wait + jitter
        return wait if wait <= left else None


def patient(  # noqa: PLR0913 - each is a knob of its own
    model: Model,
    *,
    breaker: Breaker | None = None,
    patience: Patience | None = None,
    sleep: Sleep = asyncio.sleep,
    chance: Chance = random.random,
    gate: AbstractAsyncContextManager[object] | None = None,
) -> Patient:
    """`model`, asked again after errors that may pass, once only where the vendor may have been paid.

    A Retry-After is waited out up to `patience.obeyed` and never cut short; where it is longer the
    vendor rests. Models of one vendor share its `breaker`, all models one `gate`, a semaphore of so
    many places: one is held for each call, and for no wait between calls.
    """
    return Patient(
        model,
        breaker or Breaker(model.vendor),
        patience or Patience(),
        sleep,
        chance,
        gate or nullcontext(),
    )
