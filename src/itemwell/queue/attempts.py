"""What becomes of a job that fails: its reason is stored, it waits longer each time, and then it stays.

It waits behind all that never failed, for a lock is given in the order of jobs: the others of its
exam type would wait for it otherwise.
"""

from dataclasses import dataclass
from types import TracebackType

import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from itemwell.store import queue
from itemwell.store.connect import first_line, transact

log = structlog.get_logger()

ATTEMPTS = 3
LONGER = 4
"""Times as long as before its last attempt a job waits for the next."""


class Interrupted(Exception):
    """The worker has to stop: the rest of the job is for another, and no attempt is lost."""


class AttemptFailed(Exception):
    """An attempt failed; its reason is stored."""

    def __init__(self, attempt: int, reason: str) -> None:
        super().__init__(reason)
        self.attempt = attempt


@dataclass(frozen=True, slots=True)
class Noting:
    """Within it an error becomes an AttemptFailed, its reason stored."""

    bank: Engine
    job: Job

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Store why it failed, unless it was interrupted."""
        if not isinstance(error, Exception) or isinstance(error, Interrupted):
            return
        told = first_line(error) if isinstance(error, DBAPIError) else str(error)
        reason = f"{type(error).__name__}: {told}"
        raise AttemptFailed(note(self.bank, self.job, reason), reason) from error


def note(bank: Engine, job: Job, reason: str) -> int:
    """Store and say why an attempt failed; which attempt of the job it was."""
    number = job.id or 0
    attempt = transact(bank, lambda db: queue.note_failure(db, number, reason))
    say = log.warning if attempt < ATTEMPTS else log.error
    say(f"[BGJob] job {number} failed, attempt {attempt} of {ATTEMPTS}: {reason}")
    return attempt


@dataclass(frozen=True, slots=True)
class Patience(BaseRetryStrategy):
    """A second attempt after `seconds`, further ones after ever longer."""

    seconds: float

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None after the last attempt: the job stays, failed."""
        if isinstance(exception, Interrupted):
            return RetryDecision(retry_in={"seconds": 0})
        attempt = exception.attempt if isinstance(exception, AttemptFailed) else job.attempts + 1
        if attempt >= ATTEMPTS:
            return None
        waits = int(1000 * self.seconds * LONGER ** (attempt - 1))
        return RetryDecision(retry_in={"milliseconds": waits}, priority=-attempt)
