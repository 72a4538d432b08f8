"""What the report and the status tell of runs, drafts, costs and the stock: read at one moment."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from itemwell.bank import Question
from itemwell.store import questions
from itemwell.store.responses import SIMULATED

READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

LEARNERS = 300
"""Of those who were active so many tell how fast the stock is used."""


class Begun(NamedTuple):
    """A run, as a strip shows it."""

    id: int
    job: str
    status: str
    started_at: datetime


class Known(NamedTuple):
    """What there is to know of a job: its last run that was not skipped, and since when it is there."""

    last: Mapping[str, Any] | None  # a row of job_runs
    since: datetime | None  # its first run, or when run-due first planned it
    enabled: bool


class Drafts(NamedTuple):
    """Drafts that were decided on: how many were kept, and the refused ones by stage and reason."""

    kept: int
    refused: Sequence[tuple[str, str, int]]


class Cell(NamedTuple):
    """Questions of one stratum and status."""

    question_type: str
    difficulty: str
    status: str
    number: int


class Met(NamedTuple):
    """How many questions of a stratum a learner has met, and how many of them of late."""

    user_id: str
    question_type: str
    difficulty: str
    ever: int
    of_late: int


class Refused(NamedTuple):
    """A draft that was refused: its fields as they were written, and why."""

    id: int
    stage: str
    reason: str
    draft: Mapping[str, Any]


@contextmanager
def snapshot(bank: Engine) -> Iterator[Connection]:
    """A transaction that sees the bank as it is at one moment, and can write nothing."""
    with bank.connect().execution_options(**READING) as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        db.execute(text("SET LOCAL timezone = 'UTC'"))
        yield db


def about(db: Connection) -> dict[str, Any]:
    """Of the whole bank: questions, runs, answers, server, schema."""
    return dict(db.execute(_ABOUT).mappings().one())


def known_jobs(db: Connection, jobs: Sequence[str]) -> dict[str, Known]:
    """What is known of each of these jobs."""
    rows = db.execute(_KNOWN, {"jobs": list(jobs)}).mappings()
    return {
        row["job"]: Known(row["last"], row["since"], row["enabled"] is not False) for row in rows
    }


def begun(db: Connection, since: Mapping[str, datetime]) -> list[Begun]:
    """The runs of each job since its moment, skipped ones left out, the oldest first."""
    asked = {"jobs": list(since), "moments": list(since.values())}
    return [Begun(*row) for row in db.execute(_BEGUN, asked)]


def drafts(db: Connection, since: datetime | None, run_id: int | None = None) -> Drafts:
    """The drafts that were decided on since a moment, or by a run, with each reason as it was given."""
    asked = {"since": since, "run_id": run_id}
    kept = db.execute(_KEPT, asked).scalar_one()
    return Drafts(kept, [tuple(row) for row in db.execute(_REFUSED, asked)])


def kept_by_day(db: Connection, since: date) -> dict[date, int]:
    """Questions that runs wrote, by the day (UTC) that they were kept on; days without any left out."""
    return {row.day: row.number for row in db.execute(_KEPT_BY_DAY, {"since": since})}


def spent_by_day(db: Connection, since: date) -> list[tuple[date, str, Decimal]]:
    """Day (UTC), vendor and US dollars, where there were any."""
    return [tuple(row) for row in db.execute(_SPENT_BY_DAY, {"since": since})]


def cells(db: Connection) -> list[Cell]:
    """How many questions each stratum has of each status."""
    return [Cell(*row) for row in db.execute(_CELLS)]


def met(db: Connection, since: datetime) -> list[Met]:
    """What `LEARNERS` of those who answered since then have met of each stratum's active questions."""
    asked = {"since": since, "most": LEARNERS}
    return [Met(*row) for row in db.execute(_MET, asked)]


def runs_by_day(db: Connection, since: date) -> list[tuple[date, str, int]]:
    """Day (UTC), status and number of the runs that began then; skipped ones left out."""
    return [tuple(row) for row in db.execute(_BY_DAY, {"since": since})]


def accepted(
    db: Connection, since: datetime | None, run_id: int | None, most: int
) -> list[Question]:
    """Some questions that were kept since then, or by a run: the same ones of the same bank.

    Strata take turns, so that the sample shows many of them.
    """
    asked = {"since": since, "run_id": run_id, "most": most}
    return questions.some(db, list(db.scalars(_ACCEPTED, asked)))


def refused(db: Connection, since: datetime | None, run_id: int | None, most: int) -> list[Refused]:
    """Some drafts that were refused since then, or by a run: each stage and rule in turn."""
    asked = {"since": since, "run_id": run_id, "most": most}
    return [Refused(*row) for row in db.execute(_REFUSED_ONES, asked)]


def seeds(
    db: Connection, since: datetime | None, run_id: int | None = None
) -> list[Mapping[str, Any]]:
    """The last runs since then, or one, that were given a seed or drew one: id, job, version, seed."""
    rows = db.execute(_SEEDS, {"since": since, "run_id": run_id}).mappings()
    return [dict(row) for row in rows]


_WHICH = """(CAST(:since AS timestamptz) IS NULL OR {table}.created_at >= :since)
        AND (CAST(:run_id AS bigint) IS NULL OR {table}.run_id = :run_id)"""
_PLAIN_REASON = r"""CASE WHEN stage = 'check' THEN split_part(reason, ':', 1) ELSE
    regexp_replace(regexp_replace(reason, '"[^"]*"', '"…"', 'g'), '(^|[\s(#])[0-9]+([.,][0-9]+)*', '\1…', 'g') END"""
"""A rule's name, or what was said without quotations and numbers: so that like counts with like."""

_ABOUT = text("""
    SELECT clock_timestamp() AS now, current_setting('server_version') AS postgres,
        (SELECT version_num FROM alembic_version) AS schema,
        (SELECT count(*) FROM questions) AS questions,
        (SELECT count(*) FROM questions WHERE status = 'active') AS active,
        (SELECT count(*) FROM job_runs) AS runs,
        (SELECT count(*) FROM responses) AS responses,
        (SELECT count(*) FROM monitoring_alerts WHERE status <> 'resolved') AS alerts
""")
_KNOWN = text("""
    SELECT job, to_jsonb(last) AS last, scheduled.enabled,
        least((SELECT started_at FROM job_runs WHERE job_id = job ORDER BY started_at LIMIT 1),
            (SELECT min(scheduled_for) FROM due_runs WHERE due_runs.job = asked.job)) AS since
    FROM unnest(CAST(:jobs AS text[])) AS asked (job)
    LEFT JOIN LATERAL (SELECT id, status, reason, error_message, exit_status, counts, processing_time_ms,
            extract(epoch FROM started_at)::double precision AS started
        FROM job_runs WHERE job_id = job AND status <> 'skipped' ORDER BY started_at DESC LIMIT 1) AS last ON true
    LEFT JOIN scheduled_jobs AS scheduled ON scheduled.name = job
""")
_BEGUN = text("""
    SELECT run.id, run.job_id, run.status, run.started_at
    FROM unnest(CAST(:jobs AS text[]), CAST(:moments AS timestamptz[])) AS asked (job, moment)
    JOIN job_runs AS run ON run.job_id = asked.job AND run.started_at >= asked.moment
    WHERE run.status <> 'skipped' ORDER BY run.started_at, run.id
""")
_KEPT = text(
    f"SELECT count(*) FROM questions WHERE slot_id IS NOT NULL AND {_WHICH.format(table='questions')}"
)
_REFUSED = text(f"""
    SELECT stage, reason, count(*) AS drafts FROM refusals
    WHERE {_WHICH.format(table="refusals")} GROUP BY 1, 2 ORDER BY drafts DESC, 1, 2
""")
_KEPT_BY_DAY = text("""
    SELECT created_at::date AS day, count(*) AS number FROM questions
    WHERE slot_id IS NOT NULL AND created_at >= CAST(:since AS date) GROUP BY 1 ORDER BY 1
""")
_SPENT_BY_DAY = text(
    "SELECT day, vendor, usd FROM llm_spending WHERE day >= :since AND usd > 0 ORDER BY day, vendor"
)
_CELLS = text("""
    SELECT question_type, difficulty, status, count(*) AS number FROM questions
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")
_MET = text(f"""
    WITH active AS MATERIALIZED (
        SELECT user_id FROM (
            SELECT DISTINCT user_id FROM responses
            WHERE answered_at >= :since AND NOT starts_with(user_id, '{SIMULATED}')
            UNION SELECT user_id FROM exam_attempts WHERE claimed_at >= :since
        ) AS learner ORDER BY md5(user_id), user_id LIMIT :most
    ), seen AS (
        SELECT user_id, question_id, min(moment) AS first FROM (
            SELECT user_id, question_id, answered_at AS moment
            FROM active JOIN responses USING (user_id)
            UNION ALL
            SELECT user_id, (entry ->> 'id')::bigint, claimed_at
            FROM active JOIN exam_attempts USING (user_id), jsonb_array_elements(questions) AS entry
        ) AS meeting GROUP BY 1, 2
    )
    SELECT seen.user_id, question_type, difficulty, count(*) AS ever,
        count(*) FILTER (WHERE first >= :since) AS of_late
    FROM seen JOIN questions ON questions.id = seen.question_id AND status = 'active'
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")
_BY_DAY = text("""
    SELECT started_at::date AS day, status, count(*) AS number FROM job_runs
    WHERE started_at >= CAST(:since AS date) AND status <> 'skipped' GROUP BY 1, 2 ORDER BY 1, 2
""")
_ACCEPTED = text(f"""
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY question_type, difficulty ORDER BY md5(id::text)) AS turn
        FROM questions WHERE slot_id IS NOT NULL AND {_WHICH.format(table="questions")}
    ) AS drawn ORDER BY turn, md5(id::text), id LIMIT :most
""")
_REFUSED_ONES = text(f"""
    SELECT id, stage, reason, draft FROM (
        SELECT id, stage, reason, draft, row_number() OVER (
            PARTITION BY stage, {_PLAIN_REASON} ORDER BY md5(id::text)) AS turn
        FROM refusals WHERE draft ? 'stem' AND {_WHICH.format(table="refusals")}
    ) AS drawn ORDER BY turn, md5(id::text), id LIMIT :most
""")
_SEEDS = text("""
    SELECT id, job_id AS job, metadata ->> 'version' AS version, seed
    FROM job_runs, LATERAL (
        SELECT coalesce(metadata #>> '{order,seed}', metadata ->> 'seed') AS seed) AS told
    WHERE seed IS NOT NULL AND (CAST(:since AS timestamptz) IS NULL OR started_at >= :since)
        AND (CAST(:run_id AS bigint) IS NULL OR id = :run_id)
    ORDER BY id DESC LIMIT 12
""")
