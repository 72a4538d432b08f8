"""One run of a job: its lease, its heartbeat, its row. `begin` is the only way to run a job.

What the rows tell is read in `records`.

The lease is a row that expires by the server's clock, so that it works behind transaction poolers
and across hosts, and frees itself after a kill. On one host nobody waits for that: a holder whose
process is gone is dead at once.
"""

import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, Engine, bindparam, func, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from itemwell import __version__, sentry
from itemwell.errors import Busy, DatabaseError, Exit, ItemwellError, Outcome, Stopped
from itemwell.schedule import named
from itemwell.store import schedule
from itemwell.store.connect import explained, transact
from itemwell.store.processes import is_gone, this_process
from itemwell.store.tables import job_leases, job_runs
from itemwell.tell import pings

CLAIM, TRIGGER = "ITEMWELL_DUE_CLAIM", "ITEMWELL_DUE_TRIGGER"
"""Names in the environment of a process that `run-due` starts: job:id:attempt, and what asked for it."""

BEAT_SECONDS = 15.0
EXPIRY_SECONDS = 90.0

STATUS_OF = {
    Exit.OK: "success",
    Exit.PARTIAL: "partial",
    Exit.INTERRUPTED: "stopped",
    Exit.TERMINATED: "stopped",
}
STOPS = frozenset({Exit.INTERRUPTED, Exit.TERMINATED})

log = structlog.get_logger()


@dataclass
class Run:
    """A run under way. `outcome` and `counts` are what the job leaves for its row."""

    id: int
    job: str
    lease: str
    token: int
    outcome: Outcome = Outcome(Exit.OK, "done", "done")
    counts: dict[str, int] = field(default_factory=dict)
    claimed: "Claimed | None" = None

    def fence(self, db: Connection) -> None:
        """Hold the lease until this transaction ends; raise Busy where another run took it over."""
        if db.execute(_FENCE, {"lease": self.lease, "token": self.token}).first() is None:
            raise Busy(f"run {self.id} was taken over by another run", "see: itemwell runs")


class Claimed(NamedTuple):
    """The due run that this process was started for, by `run-due`."""

    due_id: int
    attempt: int


class _Asked(NamedTuple):
    job: str
    lease: str
    holder: Mapping[str, Any]
    metadata: Mapping[str, Any]
    claimed: Claimed | None


@contextmanager
def begin(
    bank: Engine,
    job: str,
    *,
    lease: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    skip_if_busy: bool = False,
) -> Iterator[Run]:
    """Run a job under its lease, with a row that tells how it went, whatever happens inside.

    Runs whose process died are closed as stale first. Raises Busy where another run holds the
    lease (with status 0 when that was asked for); that too leaves a row.
    """
    asked = _Asked(job, lease or job, this_process(), _about(job, metadata), _claimed(job))
    transact(bank, close_dead)
    taken = transact(bank, lambda db: _take(db, asked))
    if not isinstance(taken, Run):
        busy = _busy(job, taken, skip=skip_if_busy)
        transact(bank, lambda db: _note_skipped(db, asked, busy.outcome), patience=())
        raise busy
    with _heartbeat(bank, taken):
        try:
            sentry.begun(taken.job, taken.id)
            pings.begun(taken.job, taken.id)
            yield taken
        except BaseException as error:
            taken.outcome = _outcome_of(error)
            raise
        finally:
            _finish(bank, taken)
            sentry.ended(taken.outcome)


def close_dead(db: Connection, limit: int | None = None) -> list[int]:
    """Close runs whose holder is gone as stale, and free their leases. The ids of these runs."""
    held = db.execute(text(f"{HELD} FOR UPDATE SKIP LOCKED")).all()
    dead = [row.run_id for row in held if row.expired or is_gone(row.holder)][:limit]
    for run_id in dead:
        db.execute(_CLOSE_STALE, {"run_id": run_id, "died": DIED})
        db.execute(update(job_leases).where(job_leases.c.run_id == run_id).values(run_id=None))
    return dead


def close_late(db: Connection, due_id: int, attempt: int) -> None:
    """Close the run of a due run that was killed for its deadline, and free its lease.

    Nothing happens where the run wrote its own end, or was not late.
    """
    if not schedule.is_late(db, due_id, attempt):
        return
    given = {"due_id": due_id, "attempt": attempt, "late": schedule.LATE, "told": ENDED_LATE}
    for run_id in db.scalars(_CLOSE_LATE, given):
        db.execute(update(job_leases).where(job_leases.c.run_id == run_id).values(run_id=None))


def annotate(db: Connection, run: Run, **facts: Any) -> None:
    """Add `facts` to what the run's row tells about it."""
    db.execute(_ANNOTATE, {"run_id": run.id, "facts": facts})


def _take(db: Connection, asked: _Asked) -> Run | Mapping[str, Any]:
    """The run with its lease, or who holds it. Finds its own traces after a lost COMMIT."""
    db.execute(_MAKE_LEASE, {"lease": asked.lease})
    row = db.execute(_LOCK_LEASE, {"lease": asked.lease}).one()
    if row.run_id is not None:
        mine = row.holder.get("nonce") == asked.holder["nonce"]
        run = Run(row.run_id, asked.job, asked.lease, row.token, claimed=asked.claimed)
        return run if mine else {"run": row.run_id, **row.holder}
    moment = func.clock_timestamp()
    begun = {"job_id": asked.job, "status": "running", "metadata": asked.metadata}
    added = job_runs.insert().values(heartbeat_at=moment, **begun).returning(job_runs.c.id)
    run_id = db.execute(added).scalar_one()
    if asked.claimed:
        schedule.hold(db, *asked.claimed, run_id=run_id)
    given = {
        "lease": asked.lease,
        "run_id": run_id,
        "holder": asked.holder,
        "seconds": EXPIRY_SECONDS,
    }
    token = db.execute(_TAKE_LEASE, given).scalar_one()
    return Run(run_id, asked.job, asked.lease, token, claimed=asked.claimed)


def _note_skipped(db: Connection, asked: _Asked, outcome: Outcome) -> None:
    row = {"job_id": asked.job, "status": "skipped", "metadata": asked.metadata}
    ended = {"exit_status": outcome.exit.value, "processing_time_ms": 0}
    told = {"reason": outcome.reason, "error_message": outcome.message}
    moment = func.clock_timestamp()
    db.execute(job_runs.insert().values(completed_at=moment, **row, **ended, **told))


def _finish(bank: Engine, run: Run) -> None:
    """Write the end of the run and free its lease, in a transaction of its own.

    A stop signal during it does not come twice, so one more try is enough. Where the database is
    away the row stays as it is: the next run closes it.
    """
    hasty = run.outcome.exit in STOPS or run.outcome.reason == DatabaseError.reason
    patience = (0.1, 0.3) if hasty else (0.2, 1.0, 3.0)
    try:
        transact(bank, lambda db: _write_end(db, run), patience)
    except Stopped:
        transact(bank, lambda db: _write_end(db, run), ())
        raise
    except DBAPIError as error:
        log.warning("the end of the run could not be written", run=run.id, error=str(error.orig))


def _write_end(db: Connection, run: Run) -> None:
    lost = run.outcome.reason == DatabaseError.reason  # a status of its own in calibrate
    ended = {
        "run_id": run.id,
        "status": "failed" if lost else STATUS_OF.get(run.outcome.exit, "failed"),
        "exit_status": run.outcome.exit.value,
        "reason": run.outcome.reason,
        "error_message": None if run.outcome.exit is Exit.OK else run.outcome.message,
        "counts": run.counts,
    }
    if run.claimed and schedule.is_late(db, *run.claimed):
        ended |= {"status": "failed", "reason": schedule.LATE, "error_message": ENDED_LATE}
    db.execute(update(job_leases).where(job_leases.c.run_id == run.id).values(run_id=None))
    if db.execute(_END, ended).rowcount and run.claimed:
        how = (run.job, run.outcome.exit.value, run.outcome.reason)
        schedule.settle(db, *run.claimed, how)


def _outcome_of(error: BaseException) -> Outcome:
    if isinstance(error, DBAPIError):
        error = explained(error) or error
    if isinstance(error, ItemwellError | Stopped):
        return error.outcome
    if isinstance(error, KeyboardInterrupt):
        return Stopped(Exit.INTERRUPTED).outcome
    return Outcome(Exit.BUG, "bug", f"{type(error).__name__}: {error}"[:2_000].replace("\0", ""))


@contextmanager
def _heartbeat(bank: Engine, run: Run) -> Iterator[None]:
    """Beat in a thread for the length of the block: the main thread may be asking a slow model."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                with bank.begin() as db:
                    db.execute(_BEAT, {"run_id": run.id, "seconds": EXPIRY_SECONDS})
                    if run.claimed:
                        schedule.beat(db, *run.claimed)
            except DBAPIError as error:
                log.warning("a heartbeat was lost", run=run.id, error=str(error.orig))
            except PoolTimeout as error:
                log.warning("a heartbeat was lost", run=run.id, error=str(error))

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _busy(job: str, holder: Mapping[str, Any], *, skip: bool) -> Busy:
    where = f"process {holder.get('pid')} on {holder.get('host')}"
    busy = Busy(
        f"another run of {job} is under way: run {holder['run']}, {where}", "see: itemwell runs"
    )
    if skip:
        busy.exit = Exit.OK
    return busy


def _about(job: str, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Who runs it. Nobody sits at a scheduled run: it has no terminal."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    manual = any(stream is not None and stream.isatty() for stream in streams)
    trigger = os.environ.get(TRIGGER) or ("manual" if manual else "scheduled")
    here = {"host": socket.gethostname(), "pid": os.getpid(), "version": __version__}
    known = named(job)
    function = known.function if known and known.function else job
    return {"trigger_type": trigger, "function": function, **here, **(metadata or {})}


def _claimed(job: str) -> Claimed | None:
    """What `run-due` says to the process that it starts for a claimed run of this job."""
    name, _, numbers = os.environ.get(CLAIM, "").partition(":")
    if name != job:
        return None
    due_id, _, attempt = numbers.partition(":")
    return Claimed(int(due_id), int(attempt))


ENDED_LATE = "it went on past its deadline, and run-due ended it"
DIED = "the process ended without a word; the next run takes over its work"
HELD = (
    "SELECT run_id, holder, expires_at < clock_timestamp() AS expired FROM job_leases"
    " WHERE run_id IS NOT NULL"
)
KEPT = (
    "CASE WHEN job_id IN ('generate', 'import') THEN jsonb_build_object('kept',"
    " (SELECT count(*) FROM questions WHERE run_id = :run_id)) ELSE '{}' END"
)
"""What the bank holds of a run: a stop between COMMIT and counting must not make its record wrong."""

_ANNOTATE = text("UPDATE job_runs SET metadata = metadata || :facts WHERE id = :run_id").bindparams(
    bindparam("facts", type_=JSONB)
)
_FENCE = text(
    "SELECT 1 FROM job_leases WHERE lease = :lease AND token = :token AND run_id IS NOT NULL FOR SHARE"
)
_CLOSE_STALE = text(
    "UPDATE job_runs SET status = 'stale', completed_at = clock_timestamp(), reason = 'died',"
    f" error_message = :died, counts = counts || {KEPT},"
    " processing_time_ms = 1000 * extract(epoch FROM clock_timestamp() - started_at)"
    " WHERE id = :run_id AND status = 'running'"
)
_CLOSE_LATE = text(
    "UPDATE job_runs AS run SET status = 'failed', completed_at = clock_timestamp(), reason = :late,"
    " error_message = :told,"
    " processing_time_ms = 1000 * extract(epoch FROM clock_timestamp() - run.started_at)"
    " FROM due_runs AS due WHERE due.id = :due_id AND due.attempts = :attempt AND run.id = due.run_id"
    " AND run.status = 'running' RETURNING run.id"
)
_MAKE_LEASE = text(
    "INSERT INTO job_leases (lease, token, expires_at) VALUES (:lease, 0, clock_timestamp())"
    " ON CONFLICT DO NOTHING"
)
_LOCK_LEASE = text("SELECT token, run_id, holder FROM job_leases WHERE lease = :lease FOR UPDATE")
_TAKE_LEASE = text(
    "UPDATE job_leases SET token = token + 1, run_id = :run_id, holder = :holder,"
    " expires_at = clock_timestamp() + make_interval(secs => :seconds)"
    " WHERE lease = :lease RETURNING token"
).bindparams(bindparam("holder", type_=JSONB))
_BEAT = text(
    "WITH beat AS (UPDATE job_leases SET expires_at = clock_timestamp() + make_interval(secs => :seconds)"
    " WHERE run_id = :run_id RETURNING run_id)"
    " UPDATE job_runs SET heartbeat_at = clock_timestamp() FROM beat WHERE id = beat.run_id"
)
_END = text(
    "UPDATE job_runs SET status = :status, completed_at = clock_timestamp(), exit_status = :exit_status,"
    f" reason = :reason, error_message = :error_message, counts = :counts || {KEPT},"
    " processing_time_ms = 1000 * extract(epoch FROM clock_timestamp() - started_at)"
    " WHERE id = :run_id AND status = 'running'"
).bindparams(bindparam("counts", type_=JSONB))
