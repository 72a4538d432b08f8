"""What comes while work is under way goes together with the next: the busier, the less each costs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

MOST = 32
"""So many go together: whoever waits with them waits for them all."""


class Together(Generic[Job, Result]):
    """Does jobs in the order in which they came, as many at a time as wait. See `__call__`.

    `work` gives for each job of a batch its result or its error; what it raises is every job's error.
    Where there is a `linger`, each batch has so many seconds to gather in.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Job]], Awaitable[Sequence[Result | Exception]]],
        *,
        linger: float = 0.0,
        most: int = MOST,
    ) -> None:
        self._work = work
        self._most = most
        self._linger = linger
        self._waiting: list[tuple[Job, asyncio.Future[Result]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, job: Job) -> Result:
        """What comes of `job`. Who is cancelled meanwhile leaves it to be done all the same."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_off())
        return await done

    async def _work_off(self) -> None:
        while self._waiting:
            if self._linger:
                await asyncio.sleep(self._linger)
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            results: Sequence[Result | BaseException]
            try:
                results = await self._work([job for job, _ in batch])
            except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
                results = [error] * len(batch)
            for (_, done), result in zip(batch, results, strict=True):
                if done.done():
                    continue
                if isinstance(result, BaseException):
                    done.set_exception(result)
                else:
                    done.set_result(result)
