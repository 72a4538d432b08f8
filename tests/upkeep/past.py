"""Rows of runs and questions as they stand in a bank: a test writes only what it is about."""

import json

from sqlalchemy import text

RUN = text("""
    INSERT INTO job_runs (job_id, status, exit_status, reason, error_message, started_at, completed_at,
        processing_time_ms, counts)
    VALUES (:job, :status, 0, :status, :error, clock_timestamp() - CAST(:ago AS interval),
        clock_timestamp() - CAST(:ago AS interval), :ms, CAST(:counts AS jsonb)) RETURNING id
""")
QUESTION = text("""
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation, signature,
        skeleton, verified, created_at)
    SELECT :kind, 'easy', 'active', 'What is ' || n || '?', '[{"text": "a"}, {"text": "b"}]', 'A', 'So.',
        gen_random_uuid()::text, gen_random_uuid()::text, '{}', clock_timestamp() - CAST(:ago AS interval)
    FROM generate_series(1, :count) AS n
""")
CALL = text("""
    INSERT INTO llm_calls (id, run_id, attempt, stage, seat, subject, vendor, model, prompt_version,
        request_hash, prompt, state, perhaps_billed, price_usd, created_at, ended_at)
    VALUES (gen_random_uuid(), :run, 1, 'draft', 0, '', 'openai', 'gpt', '1', 'x', 'p', :state, false, :usd,
        clock_timestamp() - CAST(:ago AS interval), clock_timestamp() - CAST(:ago AS interval))
""")


def a_run(bank, job="generate", status="success", *, ago="1 hour", error=None, ms=1_000, **counts):
    given = {"job": job, "status": status, "ago": ago, "error": error, "ms": ms}
    with bank.begin() as db:
        return db.scalar(RUN, given | {"counts": json.dumps(counts)})


def questions(bank, kind, count, *, ago="1 hour"):
    with bank.begin() as db:
        db.execute(QUESTION, {"kind": kind, "count": count, "ago": ago})


def a_call(bank, run, usd, *, ago="1 hour", state="answered"):
    with bank.begin() as db:
        db.execute(CALL, {"run": run, "usd": usd, "ago": ago, "state": state})


def execute(bank, sql, **given):
    with bank.begin() as db:
        return db.execute(text(sql), given)


def rows(bank, sql):
    with bank.connect() as db:
        return [tuple(row) for row in db.execute(text(sql))]
