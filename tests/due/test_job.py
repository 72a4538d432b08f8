"""Runs as processes of their own: one that answers no signal is killed, and its end is told for it."""

import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from itemwell.due import job, process
from itemwell.schedule import JOBS
from itemwell.store import schedule
from itemwell.store.connect import transact

EXAMS = {"exams": JOBS["exams"]._replace(deadline=timedelta(seconds=3))}
PID = "SELECT (metadata ->> 'pid')::int FROM job_runs WHERE status = 'running'"


@pytest.fixture
def hanging(bank, bank_url, monkeypatch):
    """A bank in which a run of exams is asked for, and will wait for a table that is locked."""
    monkeypatch.setenv("DATABASE_URL", bank_url)
    monkeypatch.setattr(process, "GRACE", 1.0)
    with bank.begin() as db:
        schedule.synchronise(db, list(EXAMS.values()), schedule.server_clock(db))
        schedule.trigger(db, "exams")
    with bank.connect() as lock:
        lock.execute(text("LOCK TABLE learners IN ACCESS EXCLUSIVE MODE"))
        yield bank


def stop_the_run(bank):
    """Stop its process, so that no signal but the last reaches it."""
    while True:
        with bank.connect() as db:
            if pid := db.scalar(text(PID)):
                os.kill(pid, signal.SIGSTOP)
                return
        time.sleep(0.05)


def test_a_run_that_answers_no_signal_is_killed_and_its_row_closed(hanging):
    stopping = threading.Thread(target=stop_the_run, args=(hanging,))
    stopping.start()

    report = job.run(hanging, EXAMS, process.starting(["--quiet"]))

    stopping.join()
    (ran,) = report.ran
    assert (ran["exit_status"], ran["late"], report.outcome.exit) == (-9, True, 2)
    with hanging.connect() as db:
        runs = db.execute(text("SELECT status, reason, completed_at IS NOT NULL FROM job_runs"))
        assert [tuple(row) for row in runs] == [("failed", "deadline", True)]
        assert db.scalar(text("SELECT count(*) FROM job_leases WHERE run_id IS NOT NULL")) == 0
        due = db.execute(text("SELECT state, reason, exit_status FROM due_runs")).one()
    assert tuple(due) == ("waiting", "deadline", -9)


def test_what_has_no_time_left_is_the_next_ones(bank):
    rarely = "0 0 1 1 *"  # so that nothing is due by the clock besides
    jobs = {name: JOBS[name]._replace(cron=rarely) for name in ("exams", "sweep", "metrics")}
    with bank.begin() as db:
        schedule.synchronise(db, list(jobs.values()), schedule.server_clock(db))
        for name in jobs:
            schedule.trigger(db, name)

    def look(minutes):
        report = job.run(bank, jobs, lambda *_: job.Ended(0), whole=timedelta(minutes=minutes))
        return [each["job"] for each in report.ran]

    assert look(0) == ["exams"]  # the first is run whatever it takes
    assert look(6) == ["sweep", "metrics"]


def test_whoever_lost_the_claim_cannot_call_it_late(bank):
    with bank.begin() as db:
        schedule.synchronise(db, list(EXAMS.values()), schedule.server_clock(db))
        schedule.trigger(db, "exams")
        due = schedule.claim(db, ["exams"], schedule.server_clock(db))

    assert not transact(bank, lambda db: schedule.note_late(db, due.id, due.attempt + 1))
    assert transact(bank, lambda db: schedule.note_late(db, due.id, due.attempt))
