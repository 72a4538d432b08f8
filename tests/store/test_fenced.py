"""A holder of a lease that was paused and wakes up after a takeover writes nothing more."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from itemwell.schedule import JOBS
from itemwell.store import runs, schedule

HOLDER = """
import sys, time
from sqlalchemy import create_engine, make_url, text
from itemwell.store import runs
bank = create_engine(make_url(sys.argv[1]).set(drivername="postgresql+psycopg"))
with runs.begin(bank, "exams") as run:
    for n in range(10_000):
        with bank.begin() as db:
            run.fence(db)
            db.execute(text("INSERT INTO written (run_id) VALUES (:id)"), {"id": run.id})
        time.sleep(0.01)
"""
SILENT = (
    "UPDATE job_leases SET expires_at = clock_timestamp() - interval '1 second'",
    "UPDATE due_runs SET expires_at = clock_timestamp() - interval '1 second'",
)
"""What a pause of more than 90 seconds comes to: nobody beat."""


def execute(bank, *statements):
    with bank.begin() as db:
        for statement in statements:
            db.execute(text(statement))


def count(bank, query):
    with bank.connect() as db:
        return db.scalar(text(query))


def claimed(bank):
    with bank.begin() as db:
        schedule.synchronise(db, [JOBS["exams"]], schedule.server_clock(db))
        schedule.trigger(db, "exams")
        return claim(db)


def claim(db):
    return schedule.claim(db, ["exams"], schedule.server_clock(db))


def pause(bank, process):
    """Stop the process between two transactions: the server ends one that stands open by itself."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    while count(bank, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"):
        process.send_signal(signal.SIGCONT)
        time.sleep(0.013)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)


@pytest.fixture
def holder(bank, bank_url):
    """A process that holds a due run and the lease of its job, and writes; paused."""
    execute(bank, "CREATE TABLE written (run_id bigint, at timestamptz DEFAULT clock_timestamp())")
    due = claimed(bank)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, bank_url],
        env={**os.environ, runs.CLAIM: f"exams:{due.id}:{due.attempt}"},
        stderr=subprocess.PIPE,
    )
    end = time.monotonic() + 60
    while count(bank, "SELECT count(*) FROM written") < 5:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    pause(bank, process)
    yield process
    process.kill()
    process.communicate()


def test_a_paused_holder_that_wakes_up_after_a_takeover_writes_nothing(bank, holder):
    execute(bank, *SILENT)
    with bank.begin() as db:
        again = claim(db)
    with runs.begin(bank, "exams") as taker:
        before = count(bank, "SELECT count(*) FROM written")
        holder.send_signal(signal.SIGCONT)
        _, told = holder.communicate(timeout=60)

        assert count(bank, "SELECT count(*) FROM written") == before
    assert holder.returncode != 0
    assert b"taken over by another run" in told

    with bank.begin() as db:
        ended = schedule.settle(db, again.id, again.attempt, ("exams", 0, "done"))
    statuses = "SELECT array_agg(status ORDER BY id) FROM job_runs"
    assert (again.attempt, ended) == (2, True)
    assert count(bank, statuses) == ["stale", "success"]
    assert count(bank, "SELECT max(id) FROM job_runs") == taker.id
