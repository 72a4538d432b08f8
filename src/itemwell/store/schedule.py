"""The jobs as all hosts see them, and each run that was due: planned, claimed, settled.

A due moment becomes a row once, whoever plans it: `(job, scheduled_for)` is unique and a job is
planned by one process at a time. A row is claimed by one process, which holds it by a heartbeat; its
attempt is the fencing token. Whose process died is due again, and dead after ATTEMPTS.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from itemwell.errors import Busy, Exit
from itemwell.schedule import GRACE, RUN_DUE, Job, dues, following
from itemwell.store.processes import is_gone, this_process

ATTEMPTS = 3
EXPIRY_SECONDS = 90.0
RETRY = timedelta(minutes=1)
"""So long a run waits that was busy, or whose process crashed, before it is tried again."""

LATE = "deadline"
"""The reason of a run that went on past its deadline and was ended."""

MOST = 500
"""Rows that one look makes for a job at the most: after years without run-due, the last of them."""

Clock = Callable[[Connection], datetime]


class Due(NamedTuple):
    """A run that is due. `attempt` is the token of who claimed it."""

    id: int
    job: str
    scheduled_for: datetime
    trigger_type: str
    attempt: int


def server_clock(db: Connection) -> datetime:
    """The server's clock: the one that all hosts share."""
    moment: datetime = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment


def synchronise(db: Connection, jobs: Sequence[Job], now: datetime) -> None:
    """Bring the table of jobs up to this program's. A new job is due from `now` on, not before."""
    for job in sorted((*jobs, RUN_DUE)):
        row = {"name": job.name, "title": job.title, "function": job.function, "now": now}
        row |= {"cron": job.cron, "zone": job.zone, "needs": list(job.needs)}
        db.execute(_SYNCHRONISE, row)


def plan(db: Connection, job: Job, now: datetime) -> int:
    """Make a row of each due moment that nobody planned; how many wait to be run. Waits for others.

    What was missed and is not caught up has a row too, that says so. A clock that is set back plans
    nothing twice: planning never goes back.
    """
    found = db.execute(_LOCK_JOB, {"name": job.name}).one_or_none()
    if found is None:
        return 0
    planned_until, enabled = found
    moments = dues(job, planned_until, now)[-MOST:] if enabled and job.enabled else []
    waiting = _caught_up(job, moments, now)
    if moments and job.catch_up != "all":
        db.execute(_SUPERSEDE, {"job": job.name, "now": now})
    for moment in moments:
        row = {"job": job.name, "moment": moment, "now": now, "waits": moment in waiting}
        db.execute(_ADD, row)
    upcoming = following(job, now) if job.enabled else None
    db.execute(_PLANNED, {"name": job.name, "now": now, "next_due": upcoming})
    return len(waiting)


def looked(db: Connection, now: datetime) -> None:
    """Note that run-due looked, and when it should again."""
    upcoming = following(RUN_DUE, now)
    db.execute(_PLANNED, {"name": RUN_DUE.name, "now": now, "next_due": upcoming})


def claim(db: Connection, jobs: Sequence[str], now: datetime) -> Due | None:
    """The earliest run that waits, or whose process died, now this process's; None where there is none.

    Runs whose attempts are over become dead on the way.
    """
    db.execute(_ONE_AT_A_TIME)  # so that what the claim looks at is what the others left
    release(db)
    given = {"jobs": list(jobs), "now": now, "seconds": EXPIRY_SECONDS, "holder": this_process()}
    found = db.execute(_CLAIM, given).one_or_none()
    return Due(*found) if found else None


def release(db: Connection, limit: int | None = None) -> list[str]:
    """Let runs whose process died wait again; dead those whose attempts are over. Their new states."""
    held = db.execute(_HELD).all()
    gone = [row for row in held if row.expired or is_gone(row.holder)][:limit]
    given = [{"id": row.id, "attempt": row.attempts, "most": ATTEMPTS} for row in gone]
    return [db.execute(_LOST, each).scalar_one() for each in given]


def beat(db: Connection, due_id: int, attempt: int) -> bool:
    """Say that the run is under way; False where it was taken over."""
    given = {"id": due_id, "attempt": attempt, "seconds": EXPIRY_SECONDS}
    return db.execute(_BEAT, given).rowcount == 1


def hold(db: Connection, due_id: int, attempt: int, *, run_id: int) -> None:
    """Make this process the claim's holder; raise Busy where another one took it over.

    From now on the run stands without `run-due`, should that be killed.
    """
    given = {"id": due_id, "attempt": attempt, "run_id": run_id, "holder": this_process()}
    if db.execute(_HOLD, given).rowcount == 0:
        raise Busy("this due run was taken over by another process", "see: itemwell jobs")


def note_late(db: Connection, due_id: int, attempt: int) -> bool:
    """Note that the run is about to be ended for its deadline; False where it was taken over."""
    given = {"id": due_id, "attempt": attempt, "late": LATE}
    return db.execute(_NOTE_LATE, given).rowcount == 1


def is_late(db: Connection, due_id: int, attempt: int) -> bool:
    """Whether this attempt was ended for its deadline."""
    given = {"id": due_id, "attempt": attempt, "late": LATE}
    return db.execute(_IS_LATE, given).first() is not None


def settle(db: Connection, due_id: int, attempt: int, ended: tuple[str, int, str]) -> bool:
    """Write how a claimed run of (job, exit status, reason) ended; False where it was settled before.

    A run that was stopped, was busy or lost the database is due again; those that lost it, crashed or
    were ended for their deadline, ATTEMPTS times in all.
    """
    job, exit_status, reason = ended
    again, counted = worth_trying(job, exit_status)
    given = {"id": due_id, "attempt": attempt, "exit_status": exit_status, "reason": reason}
    given |= {
        "again": again,
        "counted": counted,
        "most": ATTEMPTS,
        "seconds": RETRY.total_seconds(),
        "late": LATE,
    }
    return db.execute(_SETTLE, given).rowcount == 1


def worth_trying(job: str, exit_status: int) -> tuple[bool, bool]:
    """Whether the same run may end otherwise soon, and whether the try counts among ATTEMPTS."""
    if exit_status in {Exit.INTERRUPTED, Exit.TERMINATED, Exit.BUSY}:
        return True, False
    database = Exit.PARTIAL if job == "calibrate" else Exit.DATABASE
    return exit_status < 0 or exit_status == database, True


def set_enabled(db: Connection, name: str, *, enabled: bool) -> bool:
    """Let the job run when it is due, or not, on all hosts; False where there is no such job."""
    return db.execute(_ENABLE, {"name": name, "enabled": enabled}).rowcount == 1


def trigger(db: Connection, name: str) -> int:
    """Ask for a run of the job, or find that somebody did; the id of the due run."""
    queued: int = db.execute(text("SELECT queue_run(:name)"), {"name": name}).scalar_one()
    return queued


def waiting(db: Connection, jobs: Sequence[str]) -> list[dict[str, Any]]:
    """What `claim` would give out by and by, in order; nothing is changed."""
    return [dict(row) for row in db.execute(_WAITING, {"jobs": list(jobs)}).mappings()]


def states(db: Connection) -> list[dict[str, Any]]:
    """Each job of the table: enabled, its last run, successes, and what waits or died."""
    return [dict(row) for row in db.execute(_STATES).mappings()]


def history(db: Connection, name: str, limit: int) -> list[dict[str, Any]]:
    """The last due runs of a job, newest first."""
    rows = db.execute(_HISTORY, {"name": name, "limit": limit}).mappings()
    return [dict(row) for row in rows]


def _caught_up(job: Job, moments: Sequence[datetime], now: datetime) -> set[datetime]:
    """Which of the moments are run."""
    match job.catch_up:
        case "all":
            return set(moments)
        case "once":
            return set(moments[-1:])
        case "skip":
            return {moment for moment in moments[-1:] if now - moment <= GRACE}


_SYNCHRONISE = text("""
    INSERT INTO scheduled_jobs AS old (name, title, function, cron, zone, needs, planned_until)
    VALUES (:name, :title, :function, :cron, :zone, :needs, :now)
    ON CONFLICT (name) DO UPDATE SET title = excluded.title, function = excluded.function,
        cron = excluded.cron, zone = excluded.zone, needs = excluded.needs
    WHERE (old.title, old.function, old.cron, old.zone, old.needs)
        IS DISTINCT FROM (excluded.title, excluded.function, excluded.cron, excluded.zone, excluded.needs)
""")
_LOCK_JOB = text("SELECT planned_until, enabled FROM scheduled_jobs WHERE name = :name FOR UPDATE")
_SUPERSEDE = text("""
    UPDATE due_runs SET state = 'missed', reason = 'superseded', ended_at = :now
    WHERE job = :job AND state = 'waiting' AND trigger_type = 'scheduled'
""")
_ADD = text("""
    INSERT INTO due_runs (job, scheduled_for, trigger_type, state, ended_at, reason)
    VALUES (:job, :moment, 'scheduled', CASE WHEN :waits THEN 'waiting' ELSE 'missed' END,
        CASE WHEN NOT :waits THEN CAST(:now AS timestamptz) END,
        CASE WHEN NOT :waits THEN 'not caught up' END)
    ON CONFLICT DO NOTHING
""")
_PLANNED = text("""
    UPDATE scheduled_jobs SET planned_until = greatest(planned_until, :now), looked_at = :now,
        next_due = :next_due WHERE name = :name
""")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('itemwell claim of a due run'))")
_HELD = text("""
    SELECT id, attempts, holder, expires_at < clock_timestamp() AS expired
    FROM due_runs WHERE state = 'running' AND ended_at IS NULL FOR UPDATE SKIP LOCKED
""")
_LOST = text("""
    UPDATE due_runs SET state = CASE WHEN attempts >= :most THEN 'dead' ELSE 'waiting' END,
        ended_at = CASE WHEN attempts >= :most THEN clock_timestamp() END, reason = 'its process died'
    WHERE id = :id AND attempts = :attempt AND state = 'running' RETURNING state
""")
_CLAIM = text("""
    UPDATE due_runs SET state = 'running', attempts = attempts + 1, holder = :holder, reason = NULL,
        expires_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = (
        SELECT due.id FROM due_runs AS due JOIN scheduled_jobs AS job ON job.name = due.job
        WHERE due.state = 'waiting' AND due.ended_at IS NULL AND due.job = ANY(:jobs)
            AND (job.enabled OR due.trigger_type = 'manual')
            AND (due.not_before IS NULL OR due.not_before <= clock_timestamp())
            AND NOT EXISTS (SELECT FROM due_runs AS other WHERE other.job = due.job
                AND other.state = 'running')
            AND NOT EXISTS (SELECT FROM due_runs AS needed WHERE needed.job = ANY(job.needs)
                AND needed.state IN ('waiting', 'running') AND needed.scheduled_for <= due.scheduled_for)
        ORDER BY due.scheduled_for, due.id LIMIT 1 FOR UPDATE OF due SKIP LOCKED
    ) AND state = 'waiting'
    RETURNING id, job, scheduled_for, trigger_type, attempts
""").bindparams(bindparam("holder", type_=JSONB))
_BEAT = text("""
    UPDATE due_runs SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = :id AND attempts = :attempt AND state = 'running'
""")
_HOLD = text("""
    UPDATE due_runs SET run_id = :run_id, holder = :holder
    WHERE id = :id AND attempts = :attempt AND state = 'running'
""").bindparams(bindparam("holder", type_=JSONB))
_NOTE_LATE = text("""
    UPDATE due_runs SET reason = :late WHERE id = :id AND attempts = :attempt AND state = 'running'
""")
_IS_LATE = text("SELECT FROM due_runs WHERE id = :id AND attempts = :attempt AND reason = :late")
_SETTLE = text("""
    UPDATE due_runs AS due SET
        state = CASE WHEN NOT told.again THEN 'done' WHEN told.over THEN 'dead' ELSE 'waiting' END,
        ended_at = CASE WHEN NOT told.again OR told.over THEN clock_timestamp() END,
        not_before = CASE WHEN told.again THEN clock_timestamp() + make_interval(secs => :seconds) END,
        exit_status = :exit_status, reason = CASE WHEN told.late THEN :late ELSE :reason END
    FROM (SELECT late, :again OR late AS again, (:counted OR late) AND attempts >= :most AS over
        FROM (SELECT attempts, reason IS NOT DISTINCT FROM :late AS late
            FROM due_runs WHERE id = :id) AS found) AS told
    WHERE due.id = :id AND attempts = :attempt AND state = 'running'
""")
_ENABLE = text("UPDATE scheduled_jobs SET enabled = :enabled WHERE name = :name")
_WAITING = text("""
    SELECT due.id, due.job, due.scheduled_for, due.trigger_type, due.attempts, due.not_before
    FROM due_runs AS due JOIN scheduled_jobs AS job ON job.name = due.job
    WHERE due.state = 'waiting' AND due.job = ANY(:jobs) AND (job.enabled OR trigger_type = 'manual')
    ORDER BY due.scheduled_for, due.id
""")
_STATES = text("""
    SELECT job.name, job.enabled, job.planned_until, job.looked_at,
        last.started_at AS last_run, last.status AS last_status, last.exit_status AS last_exit_status,
        past.ended, past.succeeded, success.last_success, due.waiting, due.dead,
        (SELECT min(started_at) FROM job_runs WHERE job_id = job.name) AS first_run
    FROM scheduled_jobs AS job
    LEFT JOIN LATERAL (SELECT started_at, status, exit_status FROM job_runs
        WHERE job_id = job.name AND status <> 'skipped' ORDER BY started_at DESC LIMIT 1) AS last ON true
    LEFT JOIN LATERAL (SELECT count(*) AS ended,
            count(*) FILTER (WHERE status IN ('success', 'partial')) AS succeeded
        FROM job_runs WHERE job_id = job.name AND completed_at IS NOT NULL
            AND status NOT IN ('skipped', 'stopped')
            AND started_at > clock_timestamp() - interval '30 days') AS past ON true
    LEFT JOIN LATERAL (SELECT started_at AS last_success FROM job_runs WHERE job_id = job.name
        AND status IN ('success', 'partial') ORDER BY started_at DESC LIMIT 1) AS success ON true
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
            count(*) FILTER (WHERE state = 'dead') AS dead
        FROM due_runs WHERE due_runs.job = job.name) AS due ON true
""")
_HISTORY = text("""
    SELECT id, scheduled_for, trigger_type, asked_by, state, attempts, ended_at, exit_status, reason,
        run_id FROM due_runs WHERE job = :name ORDER BY scheduled_for DESC, id DESC LIMIT :limit
""")
