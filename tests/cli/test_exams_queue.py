"""Exams by the queue: deferred, worked off by the real program, failed, shown, cleared, taken up again."""

import os
import signal
import time

import pytest
from sqlalchemy import text
from tests.cli.test_exams import MINE
from tests.exams.test_job import FILL

FAST = ("--backoff", "0.2", "--heartbeat", "0.5")
SMALL = ("--type", "small")
POISON = text("""
    INSERT INTO exam_attempts (exam_id, user_id, exam_type, questions)
    VALUES (-1, 'learner-07', 'small', '[{"id": "seventeen"}]')
""")


@pytest.fixture
def filled(bank):
    with bank.begin() as db:
        db.execute(FILL, {"count": 30})
        db.execute(
            text(
                "INSERT INTO learners (user_id)"
                " SELECT 'learner-' || lpad(n::text, 2, '0') FROM generate_series(1, 20) AS n"
            )
        )
    return bank


def value(bank, query):
    with bank.connect() as db:
        return db.scalar(text(query))


def valid(bank):
    """Learners with exactly one exam, and all exams."""
    once = "SELECT count(*) FROM (SELECT 1 FROM pre_generated_exams GROUP BY user_id HAVING count(*) = 1) AS x"
    return value(bank, once), value(bank, "SELECT count(*) FROM pre_generated_exams")


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_worker_makes_what_was_queued_and_each_shard_waits_once(program, filled):
    queued = program("exams", "generate", "--queue", *SMALL, **MINE)
    again = program("exams", "generate", "--queue", *SMALL, **MINE)
    waiting = program("exams", "queue", "--json", **MINE).json
    worked = program("worker", "--until-empty", **MINE)
    after = program("exams", "generate", "--queue", *SMALL, **MINE)

    assert queued.last_line.startswith("exit code: 0 (ok): 20 exams left to workers in 1 shards")
    assert again.status == 0
    assert (waiting["waiting"], waiting["jobs"][0]["about"]["exam_type"]) == (1, "small")
    assert "[BGJob] small: 20 of 20 exams made, up to learner-20" in worked.err
    assert worked.last_line == "exit code: 0 (ok): 0 jobs wait, 0 are under way, 0 failed for good"
    assert valid(filled) == (20, 20)
    assert "nothing was due" in after.last_line


def test_a_poison_learner_goes_to_the_dead_letter_and_the_others_get_their_exams(program, filled):
    with filled.begin() as db:
        db.execute(POISON)
    program("exams", "generate", "--queue", *SMALL, **MINE)

    worked = program("worker", "--until-empty", *FAST, **MINE)
    dead = program("exams", "queue", "--json", **MINE).json
    shown = program("exams", "queue", **MINE)

    assert valid(filled) == (19, 19)
    assert "1 failed for good" in worked.last_line
    assert "attempt 3 of 3: ValueError: learner learner-07: DataError" in worked.err
    assert "Traceback" not in worked.err
    assert (dead["failed"], dead["jobs"][0]["attempts"]) == (1, 3)
    assert "learner learner-07: DataError: invalid input syntax" in shown.out

    with filled.begin() as db:
        db.execute(text("DELETE FROM exam_attempts"))
    revived = program("exams", "queue", "--retry", **MINE)
    program("worker", "--until-empty", *FAST, **MINE)

    assert "1 failed jobs wait again; 1 waiting, 0 doing, 0 failed" in revived.last_line
    assert valid(filled) == (20, 20)


def test_without_the_queue_a_poison_learner_is_told_and_the_others_get_their_exams(program, filled):
    with filled.begin() as db:
        db.execute(POISON)

    ended = program("exams", "generate", *SMALL, **MINE)

    assert ended.status == 1
    assert "19 of 20 exams made: learner learner-07: DataError" in ended.last_line
    assert valid(filled) == (19, 19)


def test_what_waits_can_be_cleared(program, filled):
    program("exams", "generate", "--queue", *SMALL, **MINE)

    cleared = program("exams", "queue", "--clear", **MINE)

    assert "1 jobs removed; 0 waiting, 0 doing, 0 failed" in cleared.last_line
    assert program("worker", "--once", **MINE).status == 0
    assert valid(filled) == (0, 0)


def test_what_cannot_be_both_is_refused(program, filled):
    assert program("exams", "queue", "--clear", "--retry").status == 3
    assert program("worker", "--once", "--until-empty").status == 3


def test_a_shortage_that_a_worker_meets_is_known_to_generate(program, filled):
    program("exams", "generate", "--queue", "--type", "practice", **MINE)
    worked = program("worker", "--until-empty", **MINE)

    assert "[BGJob] practice: shortage: " in worked.err
    planned = program("generate", "--for-shortage", "--plan", "--json", **MINE).json
    assert sum(row["planned"] for row in planned["strata"]) > 0


def test_an_idle_worker_ends_within_two_seconds_of_sigterm(program, filled):
    worker = program.start("worker", *FAST, **MINE)
    until(lambda: value(filled, "SELECT count(*) FROM procrastinate_workers") == 1)

    worker.send_signal(signal.SIGTERM)
    told = time.monotonic()
    _, err = worker.communicate(timeout=20)

    assert time.monotonic() - told < 3
    assert worker.returncode == 143, err
    assert "exit code: 143 (terminated): stopped by SIGTERM after a clean checkpoint" in err
    assert value(filled, "SELECT count(*) FROM procrastinate_workers") == 0


def test_sigterm_in_a_shard_keeps_what_is_made_and_leaves_the_rest_without_an_attempt(
    program, filled
):
    with filled.begin() as db:
        db.execute(
            text("INSERT INTO learners SELECT 'more-' || n FROM generate_series(1, 2000) AS n")
        )
    program("exams", "generate", "--queue", *SMALL, **MINE)
    worker = program.start("worker", *FAST, **MINE)
    until(lambda: valid(filled)[1] > 100)

    worker.send_signal(signal.SIGTERM)
    _, err = worker.communicate(timeout=20)

    jobs = program("exams", "queue", "--json", **MINE).json["jobs"]
    assert worker.returncode == 143, err
    assert "checkpoint hung" not in err
    assert {(job["state"], job["attempts"]) for job in jobs} == {("waiting", 0)}
    program("worker", "--until-empty", **MINE)
    assert valid(filled) == (2020, 2020)


def test_the_job_of_a_killed_worker_is_taken_up_by_another(program, filled):
    with filled.begin() as db:
        db.execute(
            text("INSERT INTO learners SELECT 'more-' || n FROM generate_series(1, 2000) AS n")
        )
    program("exams", "generate", "--queue", *SMALL, **MINE)
    worker = program.start("worker", *FAST, **MINE)
    until(lambda: valid(filled)[1] > 100)
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()

    program("worker", "--until-empty", *FAST, **MINE)

    assert valid(filled) == (2020, 2020)
    assert value(filled, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'exams'") == 0


def test_a_queue_survives_backup_and_restore(program, filled):
    program("exams", "generate", "--queue", *SMALL, **MINE)
    backup = program("db", "backup", "--output", "kept.dump")
    program("exams", "queue", "--clear", **MINE)

    restored = program("db", "restore", "kept.dump", "--yes")

    assert (backup.status, restored.status) == (0, 0), restored.err
    program("worker", "--until-empty", **MINE)
    assert valid(filled) == (20, 20)
