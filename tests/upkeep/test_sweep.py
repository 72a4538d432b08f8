"""The sweeper takes up what died, counts attempts, and leaves a slow worker alone."""

import json

import pytest
from sqlalchemy import text
from tests.upkeep.past import a_run, execute, rows

from itemwell.schedule import JOBS
from itemwell.store import runs, schedule
from itemwell.store.processes import this_process
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


DEAD = json.dumps(this_process() | {"pid": 2**22 + 1})
ELSEWHERE = json.dumps({"host": "another-machine", "machine": "x", "pid": 1, "nonce": "x"})


def a_held_run(bank, holder, *, expires="1 minute", lease="generate"):
    """A run under way by its row, with its lease."""
    run = a_run(bank, "generate", "running")
    execute(bank, "UPDATE job_runs SET completed_at = NULL WHERE id = :id", id=run)
    execute(
        bank,
        "INSERT INTO job_leases (lease, token, run_id, holder, expires_at) VALUES (:lease, 1, :run,"
        " CAST(:holder AS jsonb), clock_timestamp() + CAST(:expires AS interval))",
        lease=lease, run=run, holder=holder, expires=expires,
    )  # fmt: skip
    return run


@pytest.mark.parametrize(
    ("holder", "expires", "status"),
    [
        (DEAD, "1 minute", "stale"),
        (ELSEWHERE, "-1 second", "stale"),
        (ELSEWHERE, "1 minute", "running"),
    ],
)
def test_the_lease_of_a_dead_run_is_freed_and_that_of_a_live_one_held(
    bank, holder, expires, status
):
    run = a_held_run(bank, holder, expires=expires)

    done = swept(bank, "close_stale_runs")

    assert done.records == (status == "stale")
    assert rows(bank, "SELECT status FROM job_runs") == [(status,)]
    held = [(run,)] if status == "running" else [(None,)]
    assert rows(bank, "SELECT run_id FROM job_leases") == held


def a_due_run(bank, *, count=1):
    """Due runs that a process claimed which is gone."""
    execute(
        bank,
        "INSERT INTO due_runs (job, scheduled_for, trigger_type, state, attempts, holder, expires_at)"
        " SELECT 'exams', clock_timestamp() - n * interval '1 hour', 'scheduled', 'running', 1,"
        " CAST(:holder AS jsonb), clock_timestamp() + interval '1 minute' FROM generate_series(1, :count) AS n",
        holder=DEAD, count=count,
    )  # fmt: skip


def test_a_due_run_whose_process_died_waits_again_and_is_dead_after_three(bank):
    with bank.begin() as db:
        schedule.synchronise(db, [JOBS["exams"]], schedule.server_clock(db))
    a_due_run(bank)
    seen = []
    for _ in range(3):
        done = swept(bank, "release_due_runs")
        seen.append((done.records, done.dead))
        with bank.begin() as db:
            schedule.claim(db, ["exams"], schedule.server_clock(db))
        execute(bank, "UPDATE due_runs SET holder = CAST(:holder AS jsonb)", holder=DEAD)

    assert seen == [(1, 0), (1, 0), (1, 1)]
    assert rows(bank, "SELECT state, attempts, reason FROM due_runs") == [
        ("dead", 3, "its process died")
    ]


def open_slots(bank, run, count=1):
    execute(
        bank,
        "INSERT INTO generation_slots (run_id, question_type, difficulty, ordinal, seed)"
        " SELECT :run, 'math', 'easy', n, 'x' FROM generate_series(1, :count) AS n",
        run=run, count=count,
    )  # fmt: skip


SLOT = "SELECT state, deaths, reason FROM generation_slots"


def test_a_slot_is_given_up_after_three_runs_that_died_with_it(bank):
    first = a_run(bank, "generate", "stale")
    open_slots(bank, first)
    seen = []
    for _ in range(3):
        for _ in range(2):  # a death is counted once
            done = swept(bank, "count_lost_slots")
            seen.append((done.records, done.dead))
        another = a_run(bank, "generate", "stale")
        execute(bank, "UPDATE generation_slots SET run_id = :run WHERE state = 'open'", run=another)

    assert seen == [(1, 0), (0, 0), (1, 0), (0, 0), (1, 1), (0, 0)]
    assert rows(bank, SLOT) == [("given_up", 3, "sweep: 3 runs died with it")]


@pytest.mark.parametrize("status", ["running", "partial", "stopped"])
def test_slots_of_a_run_that_did_not_die_are_left_alone(bank, status):
    open_slots(bank, a_run(bank, "generate", status, ago="1 second"))

    assert swept(bank, "count_lost_slots").records == 0
    assert rows(bank, SLOT) == [("open", 0, None)]


def test_slots_that_wait_for_a_batch_are_left_alone(bank):
    run = a_run(bank, "generate", "stale")
    open_slots(bank, run)
    execute(
        bank,
        "INSERT INTO llm_batches (id, vendor, model, state, asks)"
        " VALUES (gen_random_uuid(), 'openai', 'm', 'submitted', 1)",
    )
    execute(
        bank,
        "INSERT INTO llm_calls (id, run_id, slot_id, attempt, stage, seat, subject, vendor, model,"
        " prompt_version, request_hash, prompt, state, perhaps_billed, batch_id)"
        " SELECT gen_random_uuid(), :run, slot.id, 1, 'draft', 0, '', 'openai', 'm', '1', 'x', 'p', 'asked',"
        " false, batch.id FROM generation_slots AS slot, llm_batches AS batch",
        run=run,
    )

    assert swept(bank, "count_lost_slots").records == 0


@pytest.mark.parametrize("action", ["close_stale_runs", "release_due_runs", "count_lost_slots"])
def test_of_everything_fifty_are_taken_at_a_time(bank, action):
    match action:
        case "close_stale_runs":
            for number in range(30):
                a_held_run(bank, DEAD, lease=f"lease {number}")
            execute(
                bank,
                "INSERT INTO job_runs (job_id, status, heartbeat_at) SELECT 'generate', 'running',"
                " clock_timestamp() - interval '1 hour' FROM generate_series(1, 30)",
            )
        case "release_due_runs":
            a_due_run(bank, count=60)
        case "count_lost_slots":
            open_slots(bank, a_run(bank, "generate", "stale"), 60)

    assert [swept(bank, action).records for _ in range(3)] == [50, 10, 0]


def test_a_run_that_is_slow_and_beats_is_left_alone_by_another_process(program, bank):
    with runs.begin(bank, "generate") as slow:
        execute(
            bank,
            "UPDATE job_runs SET started_at = started_at - interval '3 hours' WHERE id = :id",
            id=slow.id,
        )
        ended = program("sweep")
        status = rows(bank, f"SELECT status FROM job_runs WHERE id = {slow.id}")

    assert ended.last_line == "exit code: 0 (ok): nothing was stale"
    assert status == [("running",)]
