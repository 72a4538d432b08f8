"""`itemwell run-due` by the real program: what is due runs once, as a process of its own."""

import json
import signal
import time

import pytest
from sqlalchemy import text

from itemwell.schedule import JOBS

SKIPPED = [job.name for job in JOBS.values() if job.catch_up == "skip"]
ONCE = ("run-due", "--job", "exams")
A_WEEK_AGO = text("UPDATE scheduled_jobs SET planned_until = planned_until - interval '7 days'")


@pytest.fixture
def behind(bank, program):
    """A bank whose jobs were planned for the last time a week ago."""
    program(*ONCE)
    with bank.begin() as db:
        db.execute(A_WEEK_AGO)
    return bank


def all_of(bank, query):
    with bank.connect() as db:
        return [tuple(row) for row in db.execute(text(query))]


def test_at_first_nothing_was_missed(program, bank):
    ended = program(*ONCE)

    assert ended.last_line == "exit code: 0 (ok): nothing was due"
    assert all_of(bank, "SELECT count(*) FROM due_runs") == [(0,)]


def test_a_due_run_is_done_once_by_a_process_that_settles_it_with_its_own_row(program, behind):
    first = program(*ONCE, "--json").json
    second = program(*ONCE)

    assert [(each["job"], each["exit_status"]) for each in first["ran"]] == [("exams", 0)]
    assert "nothing was due" in second.last_line
    ((state, status, run_id),) = all_of(
        behind, "SELECT state, exit_status, run_id FROM due_runs WHERE state <> 'missed'"
    )
    ((found, trigger, function),) = all_of(
        behind,
        "SELECT id, metadata ->> 'trigger_type', metadata ->> 'function' FROM job_runs",
    )
    assert (state, status, run_id) == ("done", 0, found)
    assert (trigger, function) == ("scheduled", "exams")


def test_of_hosts_that_ask_at_once_one_runs_it(program, behind, tmp_path):
    hosts = [program.start(*ONCE, "--json") for _ in range(5)]
    told = [json.loads(host.communicate()[0]) for host in hosts]

    assert [host.returncode for host in hosts] == [0] * 5
    assert sum(len(each["ran"]) for each in told) == 1
    assert all_of(behind, "SELECT count(*), min(job_id) FROM job_runs") == [(1, "exams")]


@pytest.fixture
def under_way(program, behind):
    """run-due, while the run that it started waits for a table that somebody has locked."""
    with behind.connect() as lock:
        lock.execute(text("LOCK TABLE learners IN ACCESS EXCLUSIVE MODE"))
        process = program.start(*ONCE)
        end = time.monotonic() + 60
        while not all_of(behind, "SELECT id FROM job_runs"):
            assert time.monotonic() < end
            time.sleep(0.05)
        yield process
        process.kill()
        process.communicate()


def until_ended(bank):
    end = time.monotonic() + 30
    while all_of(bank, "SELECT id FROM job_runs WHERE status = 'running'"):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_stop_signal_is_passed_on_and_the_run_is_due_again(under_way, behind):
    under_way.send_signal(signal.SIGTERM)
    under_way.wait(timeout=30)
    until_ended(behind)

    assert under_way.returncode == 143
    assert all_of(behind, "SELECT status FROM job_runs") == [("stopped",)]
    assert all_of(behind, "SELECT state, attempts FROM due_runs WHERE state <> 'missed'") == [
        ("waiting", 1)
    ]


def test_a_run_stands_without_run_due_should_that_be_killed(under_way, behind, program):
    under_way.kill()
    under_way.wait()
    meanwhile = program(*ONCE)
    until_ended(behind)

    assert "nothing was due" in meanwhile.last_line
    ((state, attempts, status),) = all_of(
        behind, "SELECT state, attempts, exit_status FROM due_runs WHERE state <> 'missed'"
    )
    assert (state, attempts) in {("done", 1), ("waiting", 1)}
    assert status is not None  # the run wrote its own end


def test_a_dry_run_tells_and_writes_nothing(program, behind):
    ended = program(*ONCE, "--dry-run", "--json").json

    assert [each["job"] for each in ended["due"]] == ["exams"]
    assert all_of(behind, "SELECT count(*) FROM due_runs") == [(0,)]


def test_the_worst_end_is_the_status_and_a_run_that_failed_is_not_done_again(program, bank):
    program("run-due", "--job", "calibrate,exams")
    with bank.begin() as db:
        db.execute(A_WEEK_AGO)
        db.execute(text("DROP TABLE irt_calibration_runs CASCADE"))

    ended = program("run-due", "--job", "calibrate,exams")
    again = program("run-due", "--job", "calibrate,exams")

    assert ended.status == 3, ended.err
    assert "1 of 2 due runs ended well; not: calibrate 3" in ended.last_line
    assert "calibrate: " in ended.err
    assert "nothing was due" in again.last_line


def test_a_schedule_of_ones_own(program, bank, tmp_path):
    (tmp_path / "itemwell.toml").write_text(
        '[schedule.exams]\ncron = "* * * * *"\nenabled = false\n'
    )
    program(*ONCE)
    with bank.begin() as db:
        db.execute(A_WEEK_AGO)

    assert "nothing was due" in program(*ONCE).last_line
    assert all_of(bank, "SELECT cron FROM scheduled_jobs WHERE name = 'exams'") == [("* * * * *",)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('generate = {cron = "99 * * * *"}', "no cron expression"),
        ('generate = {zone = "Mars/Olympus"}', "no time zone"),
        ('gnerate = {cron = "0 * * * *"}', "knows no job 'gnerate'"),
    ],
)
def test_a_schedule_that_cannot_be_is_one_clear_line(program, tmp_path, line, told):
    (tmp_path / "itemwell.toml").write_text(f"[schedule]\n{line}\n")

    ended = program("run-due")

    assert ended.status == 3
    assert told in ended.last_line
    assert "Traceback" not in ended.err


def test_every_job_of_the_table_runs_and_leaves_its_row(program, bank):
    """An empty bank of a week ago: what has nothing to do yet says so by its status."""
    program("run-due", TARGETS='{"math": 3}')
    with bank.begin() as db:
        db.execute(A_WEEK_AGO)
        for name in SKIPPED:
            db.execute(text("SELECT queue_run(:name)"), {"name": name})

    ended = program("run-due", "--json", TARGETS='{"math": 3}')

    statuses = {each["job"]: each["exit_status"] for each in ended.json["ran"]}
    assert set(statuses) >= set(JOBS), ended.err
    assert {name: status for name, status in statuses.items() if status not in {0, 1}} == {}, (
        ended.err
    )
    with bank.connect() as db:
        states = set(db.scalars(text("SELECT state FROM due_runs")))
        ran = set(db.scalars(text("SELECT job_id FROM job_runs")))
    assert states <= {"done", "missed"}
    assert ran >= set(JOBS)


@pytest.fixture
def hanging(behind):
    """A bank in which a run of exams waits for a table that somebody has locked."""
    with behind.connect() as lock:
        lock.execute(text("LOCK TABLE learners IN ACCESS EXCLUSIVE MODE"))
        yield behind


def with_a_deadline(program, seconds):
    (program.folder / "itemwell.toml").write_text(f'[schedule.exams]\ndeadline = "{seconds}s"\n')


DUE = "SELECT state, attempts, reason, exit_status FROM due_runs WHERE state <> 'missed'"


def test_a_run_that_hangs_past_its_deadline_is_ended_and_told_so(program, hanging):
    with_a_deadline(program, 4)

    ended = program(*ONCE, "--json")

    assert ended.status == 2, ended.err
    assert "0 of 1 due runs ended well; not: exams 143, ended past its deadline" in ended.last_line
    assert ended.json["ran"][0]["late"] is True
    assert all_of(hanging, "SELECT status, reason, error_message FROM job_runs") == [
        ("failed", "deadline", "it went on past its deadline, and run-due ended it")
    ]
    assert all_of(hanging, DUE) == [("waiting", 1, "deadline", 143)]
    assert all_of(hanging, "SELECT count(*) FROM job_leases WHERE run_id IS NOT NULL") == [(0,)]


def test_a_run_that_hangs_each_time_goes_to_the_dead_letter(program, hanging):
    with_a_deadline(program, 4)
    for _ in range(3):
        program(*ONCE)
        with hanging.begin() as db:
            db.execute(text("UPDATE due_runs SET not_before = NULL"))
    last = program(*ONCE)

    assert "nothing was due" in last.last_line
    assert all_of(hanging, DUE) == [("dead", 3, "deadline", 143)]
    assert all_of(hanging, "SELECT count(*), min(status) FROM job_runs") == [(3, "failed")]
