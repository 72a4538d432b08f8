"""One run at a time, a row that tells the truth, and no lease that needs a human."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from itemwell.errors import Busy, DatabaseError, Exit, Outcome, Stopped
from itemwell.store import records, runs
from itemwell.store.processes import this_process


def rows(bank):
    with bank.connect() as db:
        return records.listed(db, job=None, limit=100)


def taken_by(bank, **holder):
    """A run that another process holds, as its row would stand."""
    with pytest.raises(SystemExit), runs.begin(bank, "generate") as run:
        raise SystemExit
    holder = {
        "host": "elsewhere",
        "machine": "another",
        "pid": 1,
        "started": 0,
        "nonce": "x",
    } | holder
    with bank.begin() as db:
        db.execute(text("UPDATE job_runs SET status = 'running', completed_at = NULL"))
        db.execute(
            runs._TAKE_LEASE,
            {"run_id": run.id, "holder": holder, "seconds": 90, "lease": "generate"},
        )
    return run.id


def test_a_run_leaves_its_figures(bank):
    with runs.begin(bank, "generate") as run:
        run.counts = {"drafted": 3}
        run.outcome = Outcome(Exit.PARTIAL, "deadline", "3 of 5 kept")

    (row,) = rows(bank)
    assert (row["status"], row["exit_status"], row["reason"]) == ("partial", 1, "deadline")
    assert row["counts"] == {"drafted": 3, "kept": 0}
    assert row["processing_time_ms"] >= 0
    assert row["metadata"]["trigger_type"] in {"manual", "scheduled"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Stopped(Exit.TERMINATED), "stopped", 143),
        (KeyboardInterrupt(), "stopped", 130),
        (DatabaseError("gone"), "failed", 4),
        (RuntimeError("a bug with a \0 in it"), "failed", 70),
    ],
)
def test_a_run_that_raises_is_closed_and_the_error_goes_on(bank, error, status, code):
    with pytest.raises(type(error)), runs.begin(bank, "generate"):
        raise error

    assert (rows(bank)[0]["status"], rows(bank)[0]["exit_status"]) == (status, code)


def test_a_second_run_is_told_who_holds_the_lease_and_leaves_a_row(bank):
    holder = taken_by(bank)

    with (
        pytest.raises(Busy, match=f"run {holder}, process 1 on elsewhere"),
        runs.begin(bank, "generate"),
    ):
        pass

    assert [row["status"] for row in rows(bank)] == ["skipped", "running"]
    assert rows(bank)[0]["exit_status"] == 75


def test_a_second_run_that_may_skip_ends_well(bank):
    taken_by(bank)

    with pytest.raises(Busy) as busy, runs.begin(bank, "generate", skip_if_busy=True):
        pass

    assert busy.value.outcome.exit is Exit.OK


def test_runs_of_distinct_leases_go_side_by_side(bank):
    with (
        runs.begin(bank, "generate", lease="generate:a"),
        runs.begin(bank, "generate", lease="generate:b"),
    ):
        assert [row["status"] for row in rows(bank)] == ["running", "running"]


def test_a_holder_that_died_on_this_machine_is_closed_at_once(bank):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    mine = this_process() | {"pid": child.pid}
    child.wait()
    dead = taken_by(bank, **mine)

    with runs.begin(bank, "generate") as run:
        assert run.id > dead

    assert [row["status"] for row in rows(bank)] == ["success", "stale"]


def test_a_pid_that_now_belongs_to_another_process_is_no_holder(bank):
    mine = this_process()
    taken_by(bank, **mine | {"started": "1"})

    with runs.begin(bank, "generate"):
        assert os.getpid() == mine["pid"]


def test_a_holder_elsewhere_is_believed_until_its_lease_expires(bank):
    taken_by(bank)
    with bank.begin() as db:
        db.execute(
            text("UPDATE job_leases SET expires_at = clock_timestamp() - interval '1 second'")
        )

    with runs.begin(bank, "generate"):
        pass

    assert [row["status"] for row in rows(bank)] == ["success", "stale"]


def test_a_run_whose_lease_was_taken_over_writes_no_more(bank):
    def overtaken():
        with runs.begin(bank, "generate") as run:
            with bank.begin() as db:
                db.execute(
                    text(
                        "UPDATE job_leases SET expires_at = clock_timestamp() - interval '1 second'"
                    )
                )
            with runs.begin(bank, "generate"), bank.begin() as db:
                run.fence(db)

    with pytest.raises(Busy, match="taken over"):
        overtaken()

    assert sorted(row["status"] for row in rows(bank)) == ["failed", "stale"]


def test_the_heartbeat_keeps_the_lease_alive(bank, monkeypatch):
    monkeypatch.setattr(runs, "BEAT_SECONDS", 0.05)
    with runs.begin(bank, "generate"):
        with bank.begin() as db:
            db.execute(
                text("UPDATE job_leases SET expires_at = clock_timestamp() + interval '1 second'")
            )
            db.execute(text("SELECT pg_sleep(0.3)"))
        with bank.begin() as db:
            db.execute(text("SELECT pg_sleep(0.3)"))
            left = db.scalar(
                text("SELECT extract(epoch FROM expires_at - clock_timestamp()) FROM job_leases")
            )

    assert left > 60
