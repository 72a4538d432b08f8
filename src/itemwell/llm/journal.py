"""Every outcome is written down before anybody acts on it, and none is paid for twice."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from pydantic import ValidationError

from itemwell.llm.budget import to_the_end
from itemwell.llm.door import Ask, Kind, LLMError, Model, Outcome, Reply, Trace, Usage
from itemwell.llm.reading import Unreadable, parse

ANSWERED: set[Kind | None] = {None, "refused", "truncated", "invalid"}
"""Outcomes that the vendor was paid for: asking the same again would pay again."""


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


class Journal(Protocol):
    """Where outcomes are kept. `write` must not fail for want of the bank: it has a spool."""

    async def find(self, ask: Ask, model: Model) -> Entry | None:
        """The latest outcome for this ask's request hash, slot and attempt with this model."""

    async def write(self, ask: Ask, model: Model, outcome: Outcome) -> None:
        """Keep it for good. It finishes, also when its caller is cancelled meanwhile."""


@dataclass(frozen=True, slots=True)
class Journalled:
    """A model whose every outcome is on record. See `journalled`."""

    journal: Journal
    model: Model

    @property
    def vendor(self) -> str:
        """The vendor of the model within."""
        return self.model.vendor

    @property
    def name(self) -> str:
        """The name of the model within."""
        return self.model.name

    async def __call__(self, ask: Ask) -> Reply:
        """What the journal holds, else what the model says, once that is written."""
        entry = await self.journal.find(ask, self.model)
        if entry and entry.kind in ANSWERED:
            return self._again(ask, entry)
        try:
            outcome: Outcome = await self.model(ask)
        except LLMError as error:
            outcome = error
        except asyncio.CancelledError:
            message = f"{self.vendor} {self.name}: given up in flight"
            lost = LLMError("cancelled", message, perhaps_billed=True)
            await to_the_end(self.journal.write(ask, self.model, lost))
            raise
        await to_the_end(self.journal.write(ask, self.model, outcome))
        if isinstance(outcome, LLMError):
            raise outcome
        return outcome

    def _again(self, ask: Ask, entry: Entry) -> Reply:
        """The outcome of before. What it cost is on record and not counted again by anyone."""
        kind, message = entry.kind, entry.message
        usage = entry.usage or ask.worst_usage
        if kind is None:
            try:
                answer, notes = parse(ask.answer, entry.text)
            except (Unreadable, ValidationError) as error:
                kind, message = "invalid", f"{self.vendor} {self.name}: journalled: {error}"[:400]
            else:
                return Reply(
                    answer,
                    entry.text,
                    entry.finish,
                    usage,
                    self.vendor,
                    self.name,
                    entry.seconds,
                    entry.price_usd,
                    entry.request_id,
                    (*notes, "from the journal"),
                )
        trace = Trace(entry.text, entry.finish, usage, entry.seconds, entry.request_id)
        raise LLMError(kind, message, trace=trace)


def journalled(journal: Journal, model: Model) -> Journalled:
    """`model`, with every reply and every error written to `journal` before it is acted upon."""
    return Journalled(journal, model)
