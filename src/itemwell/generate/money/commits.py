"""Commits of the run's book: rows that come while one is under way go together with the next.

    opened, closed -> one transaction -> done, or: the spool -> a wait -> the same again

Sixty-four calls at once cost a handful of commits. While the bank is away every outcome goes to the
spool first, and all wait for the bank together; the next run takes the spool from there.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from itemwell.bank import Call
from itemwell.errors import ItemwellError
from itemwell.generate.money import spool
from itemwell.store import calls
from itemwell.store.calls import Limits
from itemwell.store.connect import PATIENCE, explained, may_pass, transact

LINGER = 0.02
"""Seconds for which openings gather while there are many: the fewer commits, the less of them all."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that is to be committed, and who waits for that."""

    call: Call
    done: "asyncio.Future[str | None]"

    @property
    def closing(self) -> bool:
        """Whether the row tells what came of a call."""
        return self.call.state != "asked"

    def succeed(self, result: str | None) -> None:
        """Tell that it is committed, or which limit is in its way."""
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Tell that it is not."""
        if not self.done.done():
            self.done.set_exception(error)


@dataclass
class Commits:
    """What waits for the bank. `lost`: it was given up, and the run is to end."""

    bank: Engine
    limits: Limits
    folder: Path  # of the spool
    patience: Sequence[float] = PATIENCE
    lost: ItemwellError | None = None
    _pending: list[Waiting] = field(default_factory=list)
    _spooled: dict[UUID, Path] = field(default_factory=dict)
    _away: bool = False
    _task: asyncio.Task[None] | None = None
    _answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def through(self, call: Call) -> str | None:
        """Have `call` opened or closed by the next commit; for an opened one, the limit in its way.

        Raises DatabaseError where the bank is lost and the spool does not hold it either.
        """
        waiting = Waiting(call, asyncio.get_running_loop().create_future())
        if self._away:
            await self._put_aside([waiting])
        if self.lost:
            self._give_up(waiting)
        else:
            self._pending.append(waiting)
            if waiting.closing:
                self._answer.set()
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._commit_all())
        return await waiting.done

    async def _commit_all(self) -> None:
        waits = iter(self.patience)
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                if await self._committed(batch, waits):
                    if len(batch) > 1:
                        await self._linger()
                    waits = iter(self.patience)
            except BaseException as error:
                for each in batch:
                    each.fail(error)
                if not isinstance(error, Exception):
                    raise

    async def _linger(self) -> None:
        """Let openings gather for a moment; an answer is written at once."""
        self._answer.clear()
        if not any(each.closing for each in self._pending):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answer.wait(), LINGER)

    async def _committed(self, batch: Sequence[Waiting], waits: Iterator[float]) -> bool:
        """Whether the batch is through. Else it is put back, or failed where no wait is left."""
        try:
            results = await asyncio.to_thread(self._commit, [each.call for each in batch])
        except DBAPIError as error:
            told = explained(error)
            if told is None:  # no trouble of the bank: a row is not to its liking
                await self._one_by_one(batch, error, waits)
                return True
            self._away = True
            await self._put_aside(batch)
            wait = next(waits, None) if may_pass(error) else None
            if wait is None:
                self.lost = told
                self._give_up(*batch, *self._pending)
                self._pending = []
            else:
                await asyncio.sleep(wait)
                self._pending = [*batch, *self._pending]
            return False
        self._away = False
        if self._spooled:
            await self._clear()
        for each, result in zip(batch, results, strict=True):
            each.succeed(result)
        return True

    async def _one_by_one(
        self, batch: Sequence[Waiting], error: DBAPIError, waits: Iterator[float]
    ) -> None:
        """Commit each row alone, so that none fails for another; the one to blame gets the error."""
        if len(batch) > 1:
            for each in batch:
                await self._committed([each], waits)
        else:
            await self._put_aside(batch)
            batch[0].fail(error)

    async def _put_aside(self, batch: Sequence[Waiting]) -> None:
        """Have the spool hold the outcomes in `batch`: a kill meanwhile must not cost them."""
        ended = [each.call for each in batch if each.closing and each.call.id not in self._spooled]
        if ended and (path := await asyncio.to_thread(spool.put, self.folder, ended)):
            self._spooled |= {call.id: path for call in ended}

    async def _clear(self) -> None:
        paths, self._spooled = set(self._spooled.values()), {}
        await asyncio.to_thread(spool.discard, paths)

    def _give_up(self, *batch: Waiting) -> None:
        """What the spool holds is safe; the others fail."""
        for each in batch:
            if each.closing and each.call.id in self._spooled:
                each.succeed(None)
            elif self.lost:
                each.fail(type(self.lost)(str(self.lost), self.lost.next_step))

    def _commit(self, batch: Sequence[Call]) -> list[str | None]:
        opening = [call for call in batch if call.state == "asked"]
        closing = [call for call in batch if call.state != "asked"]

        def work(db: Connection) -> list[str | None]:
            return calls.commit(db, closing, opening, self.limits)

        refused = iter(transact(self.bank, work, patience=()))
        return [next(refused) if call.state == "asked" else None for call in batch]
