"""Every outcome is written down before anybody acts on it, and none is paid for twice."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from pydantic import ValidationError

from itemwell.llm.budget import to_the_end
from itemwell.llm.door import Around, Ask, Kind, LLMError, Model, Outcome, Reply, Trace, Usage
from itemwell.llm.reading import Unreadable, parse

ANSWERED: set[Kind | None] = {None, "refused", "truncated", "invalid"}
"""Outcomes that the vendor was paid for: asking the same again would pay again."""

FROM_THE_JOURNAL = "from the journal"
"""The note of a reply that nobody was asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An outcome as a journal holds it: `kind` is None for a reply."""

    kind: Kind | None
    text: str
    finish: str = ""
    usage: Usage | None = None
    message: str = ""
    seconds: float = 0.0
    price_usd: Decimal | None = None
    request_id: str = ""
    vendor: str = ""
    model: str = ""


class Journal(Protocol):
    """Where outcomes are kept. `write` must not fail for want of the bank: it has a spool."""

    async def find(self, ask: Ask) -> Entry | None:
        """The outcome on record for this ask's place, whichever model it came from."""

    async def write(self, ask: Ask, model: Model, outcome: Outcome) -> None:
        """Keep it for good. It finishes, also when its caller is cancelled meanwhile."""


@dataclass(frozen=True, slots=True)
class Journalled(Around):
    """A model whose every outcome is on record. See `journalled`."""

    journal: Journal
    model: Model

    async def __call__(self, ask: Ask) -> Reply:
        """What the model says, once that is written."""
        try:
            outcome: Outcome = await self.model(ask)
        except LLMError as error:
            outcome = error
        except BaseException as error:
            await to_the_end(self.journal.write(ask, self.model, self._given_up(error)))
            raise
        await to_the_end(self.journal.write(ask, self.model, outcome))
        if isinstance(outcome, LLMError):
            raise outcome
        return outcome

    def _given_up(self, error: BaseException) -> LLMError:
        """A call of which nobody knows the end: we were stopped, or have a bug. It may be paid for."""
        me = f"{self.vendor} {self.name}"
        if isinstance(error, asyncio.CancelledError):
            return LLMError("cancelled", f"{me}: given up in flight", perhaps_billed=True)
        return LLMError("bug", f"{me}: {type(error).__name__}", perhaps_billed=True)


def journalled(journal: Journal, model: Model) -> Journalled:
    """`model`, with every reply and every error written to `journal` before it is acted upon."""
    return Journalled(journal, model)


@dataclass(frozen=True, slots=True)
class Recalled(Around):
    """A model that is not asked what was answered before. See `recalled`."""

    journal: Journal
    model: Model

    async def __call__(self, ask: Ask) -> Reply:
        """What the journal holds, else what the model says."""
        entry = await self.journal.find(ask)
        if entry and entry.kind in ANSWERED:
            return again(ask, entry)
        return await self.model(ask)


def recalled(journal: Journal, model: Model) -> Recalled:
    """`model`, asked only where `journal` has no answer for the ask's place yet.

    It stands outside of all: what another vendor answered, when this one rested, counts as well.
    """
    return Recalled(journal, model)


def again(ask: Ask, entry: Entry) -> Reply:
    """The outcome of before. What it cost is on record and not counted again by anyone.

    Raises LLMError where there was no answer, or none of the shape that is asked for now.
    """
    kind, message = entry.kind, entry.message
    usage = entry.usage or ask.worst_usage
    if kind is None:
        try:
            answer, notes = parse(ask.answer, entry.text)
        except (Unreadable, ValidationError) as error:
            kind, message = "invalid", f"{entry.vendor} {entry.model}: journalled: {error}"[:400]
        else:
            return Reply(
                answer,
                entry.text,
                entry.finish,
                usage,
                entry.vendor,
                entry.model,
                entry.seconds,
                entry.price_usd,
                entry.request_id,
                (*notes, FROM_THE_JOURNAL),
            )
    trace = Trace(entry.text, entry.finish, usage, entry.seconds, entry.request_id)
    raise LLMError(kind, message, trace=trace)
