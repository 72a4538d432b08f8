"""The loop of a run: for each slot draft -> verify -> keep, again after a refusal, many at once."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from itemwell.bank import Draft, Slot, Verified
from itemwell.errors import Rejected
from itemwell.generate.check import key_balance
from itemwell.generate.desk import Drafted, NobodyLeft
from itemwell.generate.report import Report
from itemwell.generate.standing import Unclear
from itemwell.generate.together import Together
from itemwell.llm.budget import to_the_end
from itemwell.llm.door import LLMError
from itemwell.similar.embed import EmbedError

log = structlog.get_logger()

MOST_LOOKS = 8
"""So often an arbiter is asked about what came meanwhile."""

GATHERED = 0.1
"""Seconds for which questions gather that are to be kept, where many are under way."""

Tell = Callable[[Report], None]
Keep = Together[tuple[Slot, Verified], None]


class Writer(Protocol):
    """Who drafts and verifies: item models at their desk, or a panel of vendors' models."""

    async def draft(self, slot: Slot) -> Drafted:
        """The draft for this attempt. Raises NobodyLeft where there is nobody to write it."""

    async def verify(self, drafted: Drafted, slot: Slot) -> Verified:
        """The draft with its evidence. Raises Rejected at the first stage that refuses it."""

    async def settle(
        self, verified: Verified, drafted: Drafted, slot: Slot, unclear: Unclear
    ) -> Verified:
        """The same, told apart from what came to the bank meanwhile. Raises as `verify` does."""

    def leave(self, draft: Draft) -> None:
        """Forget a draft that has to wait."""

    def count(self, verified: Verified) -> None:
        """Remember a question that was kept."""

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:
        """Remember a refusal, for the next attempt."""


class Shelf(Protocol):
    """Where verified questions go: the bank, or a file in a dry run."""

    def keep(
        self, several: Sequence[tuple[Slot, Verified]]
    ) -> Sequence[Rejected | Unclear | EmbedError | None]:
        """Store them for good, and tell of each None, or why not: nothing of it is stored then.

        Rejected where the bank holds it or has no room for it, Unclear where a question came
        meanwhile that only an arbiter can tell from it, EmbedError where it cannot be compared.
        """

    def refuse(self, slot: Slot, drafted: Draft | None, refusal: Rejected) -> None:
        """Store the refusal with its reason, and count the attempt."""

    def give_up(self, slot: Slot) -> None:
        """Close a slot whose attempts are spent."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """When to stop: attempts for one slot, and a moment of the monotonic clock for all."""

    attempts: int
    deadline: float
    tell: Tell

    @property
    def over(self) -> bool:
        """Whether the deadline is past."""
        return time.monotonic() > self.deadline


async def work(  # noqa: PLR0913
    todo: Sequence[Slot],
    writer: Writer,
    shelf: Shelf,
    report: Report,
    bounds: Bounds,
    *,
    at_once: int = 1,
) -> None:
    """Fill each slot of `todo`, so many `at_once`, and tell the report how it went."""
    waiting, kept = deque(todo), list[Draft]()
    keep = _keeping(shelf, GATHERED if at_once > 1 else 0.0)

    async def go() -> None:
        while waiting and not report.stopped_by:
            if bounds.over:
                report.stopped_by = "deadline"
                return
            if drafted := await _fill(waiting.popleft(), writer, shelf, report, bounds, keep):
                kept.append(drafted)
            bounds.tell(report)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(todo))):
                group.create_task(go())
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    flaw = key_balance([each.key for each in kept], [len(each.options) for each in kept])
    if flaw:
        report.notes.append(str(flaw))


async def _fill(  # noqa: PLR0913
    slot: Slot, writer: Writer, shelf: Shelf, report: Report, bounds: Bounds, keep: Keep
) -> Draft | None:
    """What was kept for `slot`, after as many attempts as it takes; None where there is nothing yet."""
    while slot.attempts < bounds.attempts:
        drafted = None
        try:
            drafted = await writer.draft(slot)
            report.drafted += 1
            verified = await writer.verify(drafted, slot)
            await _keep_settled(slot, drafted, verified, writer, report, keep)
        except Rejected as refusal:
            await _refuse(slot, drafted, refusal, writer, shelf, report)
            slot = replace(slot, attempts=slot.attempts + 1)
            if report.stopped_by or bounds.over:
                return None
        except (LLMError, EmbedError) as error:
            log.debug("waits", slot=slot.id, attempt=slot.attempts, why=str(error))
            if drafted:
                writer.leave(drafted.draft)
            report.wait(error)
            return None
        except NobodyLeft as error:
            report.note(str(error))
            break
        else:
            return drafted.draft
    await asyncio.to_thread(shelf.give_up, slot)
    report.given_up += 1
    return None


def _keeping(shelf: Shelf, linger: float) -> "Keep":
    """Keeps those that wait together: the bank would let no two in at once, and one costs as much as two."""

    async def keep(several: Sequence[tuple[Slot, Verified]]) -> Sequence[Exception | None]:
        return await asyncio.to_thread(shelf.keep, several)

    return Together(keep, linger=linger)


async def _keep_settled(  # noqa: PLR0913
    slot: Slot,
    drafted: Drafted,
    verified: Verified,
    writer: Writer,
    report: Report,
    keep: Keep,
) -> None:
    """Keep it, told apart from whatever comes in between; where that does not end, it waits."""
    for _ in range(MOST_LOOKS):
        try:
            await _keep(slot, verified, writer, report, keep)
        except Unclear as unclear:
            verified = await writer.settle(verified, drafted, slot, unclear)
        else:
            return
    raise EmbedError(f"slot {slot.id}: neighbours came faster than they could be told apart")


async def _keep(slot: Slot, verified: Verified, writer: Writer, report: Report, keep: Keep) -> None:
    """Keep it to the end, and count what was kept, also when we are stopped meanwhile."""
    keeping = asyncio.ensure_future(keep((slot, verified)))
    try:
        await to_the_end(keeping)
    finally:
        if keeping.done() and not keeping.cancelled() and keeping.exception() is None:
            writer.count(verified)
            report.keep(verified)
            log.debug("kept", slot=slot.id, stratum=str(slot.stratum), by=verified.gates["draft"])


async def _refuse(  # noqa: PLR0913
    slot: Slot,
    drafted: Drafted | None,
    refusal: Rejected,
    writer: Writer,
    shelf: Shelf,
    report: Report,
) -> None:
    draft = drafted.draft if drafted else None
    await to_the_end(asyncio.to_thread(shelf.refuse, slot, draft, refusal))
    writer.refuse(slot, draft, refusal)
    report.refuse(refusal)
    log.debug("refused", slot=slot.id, attempt=slot.attempts, why=str(refusal))
