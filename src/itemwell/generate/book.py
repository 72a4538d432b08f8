"""The run's book: journal and ledger of its calls to models, over the bank, with a spool beside it.

    reserve -> a row at the worst price -> the call -> settle, write -> the row with what came of it

Rows that are opened or closed while a commit is under way go together with the next one: sixty-four
calls at once cost a handful of commits. Where the bank is away an outcome goes to the spool first;
the next run takes it from there.
"""

import asyncio
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from itemwell.bank import Call
from itemwell.errors import ConfigError
from itemwell.generate.shelf import private
from itemwell.llm.door import Ask, LLMError, Model, Outcome, Place, Reply, Usage
from itemwell.llm.journal import ANSWERED, Entry
from itemwell.store import calls
from itemwell.store.calls import Limits
from itemwell.store.connect import may_pass, transact

NOTHING = Decimal(0)
MADE_NO_CALL = {"budget", "price"}

log = structlog.get_logger()


@dataclass
class Book:
    """What this run asks, was answered and pays. `spent` counts calls of unknown end at their worst."""

    bank: Engine
    run_id: int | None
    limits: Limits
    budget: Decimal | None  # of the order
    spent: Decimal  # by the order so far
    spool: Path
    calls: int = 0
    known: dict[Place, Entry] = field(default_factory=dict)
    reserved: Decimal = NOTHING
    _open: dict[int, Call] = field(default_factory=dict)  # by the identity of its ask
    _settled: dict[int, Decimal | None] = field(default_factory=dict)
    _pending: list[tuple[Call, asyncio.Future[str | None]]] = field(default_factory=list)
    _committing: asyncio.Task[None] | None = None
    _change: asyncio.Event = field(default_factory=asyncio.Event)

    def remember(self, found: Iterable[Call]) -> None:
        """Know these calls, which were closed before this run."""
        for call in found:
            if call.state == "answered" or call.error_kind in ANSWERED:
                self.known[place_of(call)] = entry_of(call)

    async def find(self, ask: Ask) -> Entry | None:
        """What is on record for this ask's place."""
        return self.known.get(ask.place)

    async def reserve(self, ask: Ask, model: Model, amount: Decimal | None) -> int:
        """Open a row at `amount`. Where only calls under way stand in the way of a limit, wait for them.

        Raises LLMError of kind budget where a limit does not allow it.
        """
        worst = amount or NOTHING
        while True:
            why = self._short(worst)
            if why is None:
                self.reserved += worst
                call = opened(ask, model, amount, self.run_id)
                try:
                    why = await self._through(call)
                except BaseException:
                    self.reserved -= worst
                    raise
                if why is None:
                    self._open[id(ask)] = call
                    self.calls += 1
                    return id(ask)
                self.reserved -= worst
            if not self._open:
                raise LLMError("budget", f"the budget of {why} does not allow ${worst:.4f} more")
            self._change.clear()
            await self._change.wait()

    async def settle(self, reservation: int, amount: Decimal | None) -> None:
        """Remember the price: it is written together with the outcome."""
        self._settled[reservation] = amount

    async def write(self, ask: Ask, model: Model, outcome: Outcome) -> None:  # noqa: ARG002
        """Close the call's row with its outcome."""
        call = self._open.get(id(ask))
        if call is None:  # no call was made: the budget or the price said no
            return
        price = self._settled.pop(id(ask), call.price_usd)
        ended = closed(call, outcome, price)
        try:
            await self._through(ended)
        finally:
            del self._open[id(ask)]
            self.reserved -= call.price_usd or NOTHING
            self.spent += price or NOTHING
            self._change.set()
        if ended.error_kind in ANSWERED:
            self.known[ask.place] = entry_of(ended)

    def _short(self, worst: Decimal) -> str | None:
        over = self.budget is not None and self.spent + self.reserved + worst > self.budget
        return "this run" if over else None

    async def _through(self, call: Call) -> str | None:
        """Have `call` opened or closed by the next commit; for an opened one, the limit in its way."""
        done: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._pending.append((call, done))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_all())
        return await done

    async def _commit_all(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                results = await asyncio.to_thread(self._commit, [call for call, _ in batch])
            except BaseException as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                if not isinstance(error, Exception):
                    raise
                continue
            for (_, done), result in zip(batch, results, strict=True):
                if not done.done():
                    done.set_result(result)

    def _commit(self, batch: Sequence[Call]) -> list[str | None]:
        opening = [call for call in batch if call.state == "asked"]
        closing = [call for call in batch if call.state != "asked"]

        def work(db: Connection) -> list[str | None]:
            if closing:
                calls.close_all(db, closing)
            return calls.open_all(db, opening, self.limits) if opening else []

        try:
            short = transact(self.bank, work, patience=())
        except DBAPIError as error:
            if not may_pass(error):
                raise
            path = self._spooled(closing)
            short = transact(self.bank, work)
            path.unlink(missing_ok=True)
        refused = iter(short)
        return [next(refused) if call.state == "asked" else None for call in batch]

    def _spooled(self, ended: Sequence[Call]) -> Path:
        path = self.spool / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        if not ended:
            return path
        try:
            self.spool.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(path, "x", encoding="ascii", opener=private) as file:
                file.writelines(f"{calls.as_line(call)}\n" for call in ended)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            log.warning("answers could not be spooled", path=str(path), error=error.strerror)
        else:
            log.warning("the bank is away: answers are spooled", answers=len(ended), path=str(path))
        return path


def absorb(bank: Engine, spool: Path) -> int:
    """Bring spooled outcomes into the bank; how many. What belongs to another bank stays."""
    count = 0
    for path in sorted(spool.glob("*.jsonl")) if spool.is_dir() else []:
        try:
            lines = [line for line in path.read_text("ascii").splitlines() if line.endswith("}")]
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{path} cannot be read: {error}", "mend it or move it away"
            ) from error
        known = transact(bank, lambda db, lines=lines: calls.close_lines(db, lines))  # type: ignore[misc]
        count += len(known)
        if len(known) == len(lines):
            path.unlink(missing_ok=True)
    return count


def opened(ask: Ask, model: Model, price: Decimal | None, run_id: int | None) -> Call:
    """The row of a call that is about to be made."""
    return Call(
        id=uuid4(),
        run_id=run_id,
        slot_id=int(ask.slot_id) if ask.slot_id and run_id is not None else None,
        attempt=ask.attempt,
        stage=ask.stage,
        seat=ask.seat,
        subject=ask.subject,
        vendor=model.vendor,
        model=model.name,
        prompt_version=ask.prompt_version,
        request_hash=ask.request_hash(model.vendor, model.name),
        prompt=ask.prompt,
        price_usd=price,
    )


def closed(call: Call, outcome: Outcome, price: Decimal | None) -> Call:
    """The row of a call that ended so."""
    if isinstance(outcome, Reply):
        return replace(
            _used(call, outcome.usage),
            state="answered",
            body=outcome.text,
            finish=outcome.finish,
            perhaps_billed=True,
            price_usd=price,
            latency_ms=round(outcome.seconds * 1000),
            vendor_request_id=outcome.request_id or None,
            notes="; ".join(outcome.notes) or None,
        )
    trace = outcome.trace
    return replace(
        _used(call, trace.usage),
        state="failed",
        body=trace.text or None,
        finish=trace.finish or None,
        error_kind=outcome.kind,
        error_message=str(outcome)[:2_000],
        perhaps_billed=outcome.perhaps_billed,
        price_usd=price,
        latency_ms=round(trace.seconds * 1000),
        vendor_request_id=trace.request_id or None,
    )


def entry_of(call: Call) -> Entry:
    """A closed call as the door's journal knows it."""
    usage = None
    if call.input_tokens is not None:
        usage = Usage(
            call.input_tokens,
            call.cached_tokens or 0,
            call.output_tokens or 0,
            call.reasoning_tokens or 0,
            estimated=bool(call.usage_estimated),
        )
    return Entry(
        kind=call.error_kind,  # type: ignore[arg-type]
        text=call.body or "",
        vendor=call.vendor,
        model=call.model,
        finish=call.finish or "",
        usage=usage,
        message=call.error_message or "",
        seconds=(call.latency_ms or 0) / 1000,
        price_usd=call.price_usd,
        request_id=call.vendor_request_id or "",
    )


def place_of(call: Call) -> Place:
    """Where a call's answer belongs."""
    return Place(str(call.slot_id), call.attempt, call.stage, call.seat, call.subject)


def _used(call: Call, usage: Usage | None) -> Call:
    if usage is None:
        return call
    return replace(
        call,
        input_tokens=usage.input,
        cached_tokens=usage.cached,
        output_tokens=usage.output,
        reasoning_tokens=usage.reasoning,
        usage_estimated=usage.estimated,
    )
