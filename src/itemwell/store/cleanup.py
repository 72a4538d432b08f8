"""What may be deleted of each table, and how: in batches, never what is in use.

A policy says which rows are old by `age`, and which of these are nobody's any more by `free`. What is
not named here is never deleted by cleanup: questions, answers, learners, exams, published parameters.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Engine, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB


class Policy(NamedTuple):
    """Rows of `table` are deleted `days` after `age`, where `free` holds. `t` is the row."""

    table: str
    days: float
    age: str
    free: str = "true"


class Size(NamedTuple):
    """Rows of a table: all of them (by the planner where they are many), and those that may go."""

    rows: int
    old: int


class Log(NamedTuple):
    """What was done to a table, for `cleanup_logs`."""

    operation: str
    table: str
    processed: int
    deleted: int
    duration_ms: int
    status: str
    about: dict[str, Any]


_NOT_HELD = "NOT EXISTS (SELECT FROM job_leases AS held WHERE held.run_id = t.id)"
_RECENT = (  # the last of a job hold watermarks: what was covered, lacked, ordered
    "NOT t.id = ANY (ARRAY(SELECT id FROM job_runs AS last WHERE last.job_id = t.job_id"
    " ORDER BY started_at DESC LIMIT 20))"
)
_OPEN_SLOT = "EXISTS (SELECT FROM generation_slots AS slot WHERE slot.{column} = t.{mine} AND slot.state = 'open')"
_IN_FORCE = (
    "NOT EXISTS (SELECT FROM questions WHERE irt_calibration_id = t.calibration_id)"
    " AND t.calibration_id NOT IN (SELECT id FROM irt_calibration_runs WHERE status = 'success'"
    " AND published_at IS NOT NULL ORDER BY id DESC LIMIT 20)"
    " AND t.calibration_id NOT IN (SELECT id FROM irt_calibration_runs WHERE status = 'running')"
    " AND t.calibration_id NOT IN (SELECT restored_from FROM irt_calibration_runs"
    " WHERE restored_from IS NOT NULL)"
)

POLICIES = (
    Policy("health_checks", 30, "t.timestamp"),
    Policy("metrics_data", 90, "t.timestamp"),
    Policy("sweeper_logs", 90, "t.timestamp"),
    Policy(
        "cleanup_logs", 365, "t.timestamp", "t.timestamp < clock_timestamp() - interval '2 days'"
    ),
    Policy("monitoring_alerts", 365, "t.resolved_at", "t.status = 'resolved'"),
    Policy(
        "refusals",
        180,
        "t.created_at",
        f"NOT {_OPEN_SLOT.format(column='id', mine='slot_id')}"
        f" AND NOT {_OPEN_SLOT.format(column='run_id', mine='run_id')}",
    ),
    Policy(
        "llm_calls",
        730,
        "t.created_at",
        f"t.state <> 'asked' AND NOT {_OPEN_SLOT.format(column='id', mine='slot_id')}"
        f" AND NOT {_OPEN_SLOT.format(column='run_id', mine='run_id')}"
        " AND NOT EXISTS (SELECT FROM llm_batches AS batch WHERE batch.id = t.batch_id"
        " AND batch.state IN ('preparing', 'submitted'))",
    ),
    Policy(
        "job_runs",
        730,
        "t.completed_at",
        f"t.status <> 'running' AND {_NOT_HELD} AND {_RECENT}"
        f" AND NOT {_OPEN_SLOT.format(column='run_id', mine='id')}"
        " AND NOT EXISTS (SELECT FROM questions WHERE run_id = t.id)"
        " AND NOT EXISTS (SELECT FROM llm_calls WHERE run_id = t.id)",
    ),
    Policy(
        "item_parameters",
        365,
        "(SELECT run.started_at FROM irt_calibration_runs AS run WHERE run.id = t.calibration_id)",
        _IN_FORCE,
    ),
    Policy(
        "due_runs",
        90,
        "t.ended_at",
        "NOT t.id = ANY (ARRAY(SELECT id FROM due_runs AS last WHERE last.job = t.job"
        " ORDER BY scheduled_for DESC LIMIT 20))",
    ),
    Policy(
        "procrastinate_jobs",
        30,
        "(SELECT max(event.at) FROM procrastinate_events AS event WHERE event.job_id = t.id)",
        "t.status IN ('succeeded', 'failed', 'cancelled', 'aborted')",
    ),
    Policy(
        "queue_failures",
        30,
        "t.failed_at",
        "NOT EXISTS (SELECT FROM procrastinate_jobs AS job WHERE job.id = t.job_id)",
    ),
    Policy("cron.job_run_details", 14, "t.end_time"),
)


def present(db: Connection, policies: Sequence[Policy]) -> list[Policy]:
    """Those whose table this bank has, and lets us delete of."""
    may = text(
        "SELECT CASE WHEN to_regclass(:table) IS NULL THEN false"
        " ELSE has_table_privilege(to_regclass(:table), 'DELETE') END"
    )
    seen = text(
        "SELECT CASE WHEN :schema = '' THEN true ELSE coalesce(has_schema_privilege("
        "to_regnamespace(:schema), 'USAGE'), false) END"
    )
    found = []
    for each in policies:
        schema = each.table.rpartition(".")[0]
        if db.scalar(seen, {"schema": schema}) and db.scalar(may, {"table": each.table}):
            found.append(each)
    return found


def size(db: Connection, policy: Policy) -> Size:
    """How many rows there are, and how many may go."""
    rows = db.scalar(text(f"SELECT count(*) FROM {policy.table}"))
    old = text(f"SELECT count(*) FROM {policy.table} AS t WHERE {_which(policy)}")
    return Size(int(rows or 0), int(db.scalar(old, {"days": policy.days}) or 0))


def take(db: Connection, policy: Policy, limit: int, *, whole: bool) -> tuple[list[str], list[Any]]:
    """Lock up to `limit` rows that may go, the oldest first: where each is, and with `whole` what it is."""
    content = "to_jsonb(t)" if whole else "NULL"
    locked = text(
        f"SELECT t.ctid::text AS place, {content} AS row FROM {policy.table} AS t"
        f" WHERE {_which(policy)} ORDER BY {policy.age} LIMIT :limit FOR UPDATE OF t SKIP LOCKED"
    )
    found = db.execute(locked, {"days": policy.days, "limit": limit}).all()
    return [row.place for row in found], [row.row for row in found]


def delete(db: Connection, policy: Policy, places: list[str]) -> int:
    """Delete what this transaction locked; how many rows it was."""
    gone = text(f"DELETE FROM {policy.table} AS t WHERE t.ctid = ANY(CAST(:places AS tid[]))")
    return db.execute(gone, {"places": places}).rowcount


def deleted_lately(db: Connection, table: str) -> int:
    """How many rows cleanup took out of it within the last 20 hours, those by force left out."""
    return int(db.scalar(_LATELY, {"table": table}) or 0)


def logged(db: Connection, run_id: int, table: str) -> tuple[int, int | None]:
    """How many rows of the table this run deleted, by its row of the log, and that row's id."""
    row = db.execute(_LOGGED, {"table": table, "run": str(run_id)}).first()
    return (row.records_deleted, row.id) if row else (0, None)


def note(db: Connection, log: Log, log_id: int | None = None) -> int:
    """Write or rewrite the row of one table in one run; its id."""
    given = log._asdict() | {"id": log_id}
    return int(db.execute(_NOTE if log_id is None else _AGAIN, given).scalar_one())


def vacuum(bank: Engine, table: str) -> None:
    """Make room for new rows, and tell the planner."""
    with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("SET statement_timeout = 0"))
        db.execute(text(f"VACUUM (ANALYZE) {table}"))
        db.execute(text("SET statement_timeout = '60s'"))


def _which(policy: Policy) -> str:
    return (
        f"{policy.age} < clock_timestamp() - make_interval(secs => :days * 86400) AND {policy.free}"
    )


_LATELY = text(
    "SELECT sum(records_deleted) FROM cleanup_logs WHERE table_name = :table"
    " AND timestamp > clock_timestamp() - interval '20 hours' AND NOT metadata ? 'forced'"
)
_LOGGED = text(
    "SELECT id, records_deleted FROM cleanup_logs WHERE table_name = :table"
    " AND metadata->>'run_id' = :run AND timestamp > clock_timestamp() - interval '2 days'"
)
_NOTE = text(
    "INSERT INTO cleanup_logs (operation_type, table_name, records_processed, records_deleted,"
    " duration_ms, status, metadata)"
    " VALUES (:operation, :table, :processed, :deleted, :duration_ms, :status, :about) RETURNING id"
).bindparams(bindparam("about", type_=JSONB))
_AGAIN = text(
    "UPDATE cleanup_logs SET records_processed = :processed, records_deleted = :deleted,"
    " duration_ms = :duration_ms, status = :status, metadata = :about WHERE id = :id RETURNING id"
).bindparams(bindparam("about", type_=JSONB), bindparam("id", type_=BigInteger))
