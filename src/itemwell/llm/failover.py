"""Several vendors in order: where one rests or is off, the next is asked."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from itemwell.llm.door import Ask, Kind, LLMError, Model, Reply
from itemwell.llm.patient import Clock, Sleep

HANDED_OVER: set[Kind] = {
    "auth",
    "billing",
    "rate",
    "overloaded",
    "connection",
    "timeout",
    "cut",
    "unknown_model",
    "redirect",
    "price",
    "vendor_budget",
}
"""Another vendor may do better. A refused or invalid answer is for the stage to judge."""


@dataclass(frozen=True, slots=True)
class Failover:
    """The first of `models` that can answer. See `failover`."""

    models: Sequence[Model]
    seconds: float
    until: float
    sleep: Sleep
    clock: Clock

    @property
    def vendor(self) -> str:
        """The vendor asked first; a Reply says which one answered."""
        return self.models[0].vendor

    @property
    def name(self) -> str:
        """The model asked first."""
        return self.models[0].name

    async def __call__(self, ask: Ask) -> Reply:
        """Ask in order, and again after a rest that ends soon. Raises the LLMError that says why."""
        started = self.clock()
        while True:
            failures = []
            for model in self.models:
                try:
                    return await model(ask)
                except LLMError as error:
                    if error.kind not in HANDED_OVER:
                        raise
                    failures.append(error)
            wait = _soonest(failures)
            last = min(started + self.seconds, self.until)
            if wait is None or self.clock() + wait > last:
                raise _all_off(failures)
            await self.sleep(wait)


def failover(
    models: Sequence[Model],
    *,
    seconds: float = 300.0,
    until: float = math.inf,
    sleep: Sleep = asyncio.sleep,
    clock: Clock = time.monotonic,
) -> Failover:
    """The first of `models`, which are patient, that can answer; when all rest, the first that wakes.

    `seconds` bounds how long it waits for that, and `until`, a moment of the clock. With one model it is what outlasts its vendor's rest.
    """
    if not models:
        raise ValueError("no model to ask")
    return Failover(tuple(models), seconds, until, sleep, clock)


def _soonest(failures: Sequence[LLMError]) -> float | None:
    """Seconds until another round may help; None where none will, or where it may be paid twice."""
    if any(failure.perhaps_billed for failure in failures):
        return None
    waits = [failure.wait for failure in failures if failure.wait is not None]
    return max(min(waits), 0.1) if waits else None


def _all_off(failures: Sequence[LLMError]) -> LLMError:
    """One error for all: of the one that may pass soonest, with the reasons of the others."""
    if len(failures) == 1:
        return failures[0]
    best = min(failures, key=lambda each: float("inf") if each.wait is None else each.wait)
    reasons = "; ".join(dict.fromkeys(map(str, failures)))
    billed = any(each.perhaps_billed for each in failures)
    return LLMError(
        best.kind,
        f"no vendor answers: {reasons}",
        wait=best.wait,
        perhaps_billed=billed,
        trace=best.trace,
    )
