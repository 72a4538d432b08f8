"""What the sweeper takes up: rows whose process said nothing for ten minutes, at most so many at a time."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from itemwell.store import queue, schedule
from itemwell.store import runs as running
from itemwell.store.queue import QUEUE
from itemwell.store.tables import sweeper_logs

SILENT_SECONDS = 600
ATTEMPTS = 3
OFTEN = f"sweep: {ATTEMPTS} runs died with it"


class Swept(NamedTuple):
    """How many rows were taken up, and how many of them went to the dead letter."""

    records: int
    dead: int = 0


class Log(NamedTuple):
    """A row of `sweeper_logs`."""

    action: str
    status: str
    records: int
    dead: int
    error: str | None
    duration_ms: int
    about: Mapping[str, Any]


def runs(db: Connection, limit: int) -> Swept:
    """Close runs whose process is gone as stale and free their leases, and runs that have no lease."""
    closed = running.close_dead(db, limit)
    given = {"limit": limit - len(closed), "silent": SILENT_SECONDS, "died": running.DIED}
    return Swept(len(closed) + db.execute(_CLOSE, given).rowcount)


def due_runs(db: Connection, limit: int) -> Swept:
    """Let due runs whose process is gone wait again, or be dead where their attempts are over."""
    states = schedule.release(db, limit)
    return Swept(len(states), states.count("dead"))


def queue_jobs(db: Connection, limit: int) -> Swept:
    """Let the queue's jobs of silent workers wait again; those whose attempts are over fail for good."""
    found = db.execute(_STALLED, {"queue": QUEUE, "limit": limit, "silent": SILENT_SECONDS}).all()
    dead = 0
    for job in found:
        attempt = queue.note_failure(db, job.id, "its worker died")
        if attempt >= ATTEMPTS:
            db.execute(_FAIL, {"id": job.id})
            dead += 1
        else:
            db.execute(_RETRY, {"id": job.id, "priority": -attempt})
    return Swept(len(found), dead)


def slots(db: Connection, limit: int) -> Swept:
    """Count for each slot that a dead run left open that it was so, once for each run that died.

    The next run takes such slots up. Those that ATTEMPTS runs died with are given up. Slots that wait
    for batches are left alone.
    """
    states = db.scalars(_SLOTS, {"limit": limit, "most": ATTEMPTS, "reason": OFTEN}).all()
    return Swept(len(states), states.count("given_up"))


def note(db: Connection, row: Log) -> None:
    """Keep what an action came to."""
    db.execute(
        sweeper_logs.insert().values(
            action=row.action,
            status=row.status,
            records_processed=row.records,
            duration_ms=row.duration_ms,
            error_details=row.error,
            metadata={"dead_letter": row.dead, **row.about},
        )
    )


_CLOSE = text("""
    UPDATE job_runs SET status = 'stale', completed_at = clock_timestamp(), reason = 'died',
        error_message = :died,
        processing_time_ms = 1000 * extract(epoch FROM clock_timestamp() - started_at)
    WHERE id IN (SELECT run.id FROM job_runs AS run WHERE run.status = 'running'
        AND coalesce(run.heartbeat_at, run.started_at) < clock_timestamp() - make_interval(secs => :silent)
        AND NOT EXISTS (SELECT FROM job_leases WHERE run_id = run.id)
        ORDER BY run.id LIMIT greatest(0, :limit) FOR UPDATE SKIP LOCKED)
""")
_STALLED = text("""
    SELECT job.id FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND job.queue_name = :queue AND job.task_name <> 'stalled'
        AND (worker.id IS NULL
            OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => :silent))
    ORDER BY job.id LIMIT :limit FOR UPDATE OF job SKIP LOCKED
""")
_RETRY = text(
    "SELECT procrastinate_retry_job_v2(CAST(:id AS bigint), now(), CAST(:priority AS integer), NULL, NULL)"
)
_FAIL = text("SELECT procrastinate_finish_job_v1(CAST(:id AS bigint), 'failed', false)")
_SLOTS = text("""
    UPDATE generation_slots AS slot SET deaths = deaths + 1, died_with = run_id,
        state = CASE WHEN deaths + 1 >= :most THEN 'given_up' ELSE state END,
        reason = CASE WHEN deaths + 1 >= :most THEN :reason ELSE reason END,
        updated_at = clock_timestamp()
    WHERE id IN (SELECT lost.id FROM generation_slots AS lost JOIN job_runs AS run ON run.id = lost.run_id
        WHERE lost.state = 'open' AND run.status = 'stale' AND lost.died_with IS DISTINCT FROM run.id
            AND NOT EXISTS (SELECT FROM llm_calls AS call JOIN llm_batches AS batch ON batch.id = call.batch_id
                WHERE call.slot_id = lost.id AND call.state = 'asked'
                    AND batch.state IN ('preparing', 'submitted'))
        ORDER BY lost.id LIMIT :limit FOR UPDATE OF lost SKIP LOCKED)
    RETURNING state
""")
