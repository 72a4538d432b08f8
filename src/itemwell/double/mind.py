"""The model of the double: what it says to an ask, how long it takes, what that costs."""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, NamedTuple

from itemwell.double.answer import Answer, as_text, spoil, tokens_in, within_limit
from itemwell.double.bill import Bill, Charge, Tokens
from itemwell.double.conform import conform
from itemwell.double.faults import USUAL, Fault, Layer
from itemwell.double.seen import Seen
from itemwell.double.vendor import Vendor

Reply = Fault | Answer | dict[str, Any] | list[Any] | str
Brain = Callable[[Seen], Reply]
LEAST_CACHED = 1024
"""Tokens that a system prompt must have before the vendors keep it."""


class Refused(Exception):
    """The vendor answers with this error; `message` where its usual words are not enough."""

    def __init__(self, fault: Fault, message: str = "") -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.message = message


class Ticket(NamedTuple):
    """One ask's id, the SHA-256 of its request, and its chance."""

    id: str
    digest: str
    rng: Random


@dataclass(frozen=True)
class Chance:
    """How the double behaves by itself: mean latency and its spread in logarithms, faults, seed."""

    latency: float = 0.0
    sigma: float = 0.0
    seed: int = 0
    fault_rate: float = 0.0
    faults: tuple[Fault, ...] = USUAL

    def delay(self, rng: Random) -> float:
        """Lognormal with mean `latency`; the same for each where sigma is 0."""
        if not self.latency or not self.sigma:
            return self.latency
        return rng.lognormvariate(math.log(self.latency) - self.sigma**2 / 2, self.sigma)

    def strikes(self, rng: Random) -> Fault | None:
        if self.fault_rate and self.faults and rng.random() < self.fault_rate:
            return rng.choice(self.faults)
        return None


@dataclass
class Mind:
    brain: Brain | None = None
    chance: Chance = field(default_factory=Chance)
    reasoning: int = 0
    bill: Bill = field(default_factory=Bill)
    errors: list[Exception] = field(default_factory=list)
    models: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.systems: set[tuple[str, str]] = set()

    def ticket(self, request_id: str, digest: str) -> Ticket:
        """Its chance hangs on the request and on how often that came, not on who came first."""
        self.times[digest] += 1
        return Ticket(
            request_id, digest, Random(f"{self.chance.seed}/{digest}/{self.times[digest]}")
        )

    def ask(
        self, vendor: Vendor, seen: Seen, entry: Any, ticket: Ticket
    ) -> tuple[dict[str, Any], Charge, Fault | None]:
        """The reply in the vendor's envelope, and what it cost. Refused where the vendor refuses."""
        if seen.model not in self.models[vendor.NAME]:
            raise Refused(Fault.MODEL_NOT_FOUND)
        fault, said = self._think(seen, entry, ticket.rng)
        if fault and fault.layer is Layer.REFUSAL:
            raise Refused(fault)
        answer = said if isinstance(said, Answer) else Answer(as_text(said))
        if fault and fault.layer is Layer.ANSWER:
            answer = spoil(answer, fault)
        answer = within_limit(answer, seen)
        answer = replace(answer, tokens=self._tokens(seen, answer))
        charge = Charge(
            vendor.NAME, seen.model, ticket.id, ticket.digest, answer.tokens, time.time(),
            seen.batch, fault.name if fault else "",
        )  # fmt: skip
        self.bill.charges.append(charge)
        return vendor.render(seen, answer, ticket.id), charge, fault

    def _think(self, seen: Seen, entry: Any, rng: Random) -> tuple[Fault | None, Any]:
        """The fault, if there is one, and what is said before it is spoilt."""
        try:
            if callable(entry) and not isinstance(entry, Fault):
                entry = entry(seen)
            if entry is None and self.brain:
                entry = self.brain(seen)
            fault = entry if isinstance(entry, Fault) else None
            said = fault.options.get("answer") if fault else entry
            if said is None and self.brain:
                said = self.brain(seen)
        except Exception as error:  # a brain's bug must reach the test that wrote it, not the log
            self.errors.append(error)
            raise Refused(Fault.SERVER_ERROR, f"the double's brain raised {error!r}") from error
        if said is None or isinstance(said, Fault):
            said = conform(seen.schema, rng) if seen.schema else "An answer in plain words."
        return fault, said

    def _tokens(self, seen: Seen, answer: Answer) -> Tokens:
        if answer.tokens != Tokens(0, 0):
            return answer.tokens
        schema = as_text(seen.schema) if seen.schema else ""
        put = tokens_in(seen.system + seen.prompt + schema)
        key = (seen.vendor, seen.system)
        kept = tokens_in(seen.system) if key in self.systems else 0
        self.systems.add(key)
        cached = kept if kept >= LEAST_CACHED else 0
        return Tokens(put, tokens_in(answer.text) + self.reasoning, cached, self.reasoning)
