"""The sweeper takes up what died, counts attempts, and leaves a slow worker alone."""

import pytest
from sqlalchemy import text

from itemwell.store import runs
from itemwell.upkeep import sweep

ABOUT = {"trigger_type": "scheduled"}
WORKER = text(
    "INSERT INTO procrastinate_workers (last_heartbeat)"
    " VALUES (now() - make_interval(secs => :silent)) RETURNING id"
)
JOB = text(
    "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
    " SELECT 'itemwell', 'exams', 'doing', :worker FROM generate_series(1, :count)"
)


def jobs(bank, *, silent, count=1):
    with bank.begin() as db:
        worker = db.execute(WORKER, {"silent": silent}).scalar_one()
        db.execute(JOB, {"worker": worker, "count": count})


def value(bank, query):
    with bank.connect() as db:
        return db.scalar(text(query))


def swept(bank, action):
    return next(each for each in sweep.run(bank, ABOUT) if each.action == action)


def test_a_job_whose_worker_is_silent_waits_again_and_its_attempts_are_counted(bank):
    jobs(bank, silent=601)
    seen = []
    for _ in range(3):
        done = swept(bank, "retry_queue_jobs")
        seen.append((done.records, done.dead))
        with bank.begin() as db:
            db.execute(
                text(
                    "UPDATE procrastinate_jobs SET status = 'doing', worker_id ="
                    " (SELECT min(id) FROM procrastinate_workers) WHERE status = 'todo'"
                )
            )

    assert seen == [(1, 0), (1, 0), (1, 1)]
    assert value(bank, "SELECT status::text FROM procrastinate_jobs") == "failed"
    assert value(bank, "SELECT count(*) FROM queue_failures") == 3


def test_a_slow_worker_that_lives_is_left_alone(bank):
    jobs(bank, silent=590)

    with runs.begin(bank, "generate"):
        done = sweep.run(bank, ABOUT)

    assert [each.records for each in done] == [0, 0, 0, 0]
    assert value(bank, "SELECT status::text FROM procrastinate_jobs") == "doing"


def test_fifty_are_taken_at_a_time(bank):
    jobs(bank, silent=3600, count=70)

    assert swept(bank, "retry_queue_jobs").records == 50
    assert swept(bank, "retry_queue_jobs").records == 20


@pytest.mark.parametrize(("silent", "status"), [(601, "stale"), (590, "running")])
def test_a_run_without_a_lease_is_closed_when_it_is_silent_for_ten_minutes(bank, silent, status):
    with bank.begin() as db:
        db.execute(
            text(
                "INSERT INTO job_runs (job_id, status, heartbeat_at)"
                " VALUES ('generate', 'running', now() - make_interval(secs => :silent))"
            ),
            {"silent": silent},
        )
    sweep.run(bank, ABOUT)

    assert value(bank, "SELECT status FROM job_runs") == status


def test_what_was_swept_stands_in_the_log_with_who_asked_for_it(program, bank):
    jobs(bank, silent=601)

    ended = program("sweep")

    assert ended.last_line == "exit code: 0 (ok): 1 taken up, 0 of them to the dead letter"
    assert (
        value(
            bank,
            "SELECT records_processed FROM sweeper_logs WHERE action = 'retry_queue_jobs'"
            " AND status = 'success' AND metadata ->> 'trigger_type' = 'scheduled'",
        )
        == 1
    )
