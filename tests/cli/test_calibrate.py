"""`itemwell calibrate` as cron starts it: what it prints, and how it ends."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from tests.calibrate.learners import a_truth, add_questions, answer, in_force

from itemwell.store import runs

SCRIPT = Path(__file__).parents[2] / "scripts" / "run_irt_calibration.py"
NOBODY = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def answered(bank):
    ids, truth = add_questions(bank, 40), a_truth(40, learners=600)
    answer(bank, ids, truth, 20)
    return ids, truth


def test_the_line_that_greps_rely_on_and_the_summary(program, answered):
    ended = program("calibrate", "--min-answers", 30)

    line = r"IRT calibration complete: items_calibrated=40, items_skipped=0, new_responses_count=12000, duration_seconds=\d+\.\d"
    assert re.search(line, ended.err)
    assert ended.last_line == "exit code: 0 (ok): 40 questions calibrated"
    assert "12,000 of 600 learners to 40 questions, 12,000 new" in ended.out
    assert "none: this calibration makes the scale" in ended.out


def test_json_tells_the_stages_and_a_run_keeps_its_counts(program, answered):
    document = program("calibrate", "--json").json
    run = program("runs", "show", document["run_id"], "--json").json["run"]

    assert set(document["seconds"]) == {"load", "fit", "link", "check", "publish"}
    assert document["answers"]["used"] == 12_000
    assert run["counts"]["calibrated"] == document["items_calibrated"] == 40


def test_too_few_new_answers_are_a_success_without_anything_done(program, answered):
    program("calibrate")
    ended = program("calibrate")

    assert ended.status == 0
    told = "nothing was due: 0 new answers since the last calibration; 100 are needed"
    assert ended.last_line == f"exit code: 0 (ok): {told}"
    assert "IRT calibration skipped" in ended.err


def test_history_show_diff_and_rollback(program, bank, answered):
    ids, truth = answered
    program("calibrate")
    before = in_force(bank, ids)
    answer(bank, ids, truth, 20, seed=2)
    program("calibrate")

    listed = program("calibrate", "history", "--json").json["calibrations"]
    shown = program("calibrate", "show", 2, "--json").json["calibration"]
    moved = program("calibrate", "diff", 1, 2, "--json").json["questions"]
    back = program("calibrate", "rollback", 1)

    assert [each["status"] for each in listed] == ["success", "success"]
    assert shown["items_calibrated"] == len(shown["items"]) == len(moved) == 40
    assert back.last_line == "exit code: 0 (ok): calibration 1 is in force again"
    assert (in_force(bank, ids) == before).all()
    assert "put calibration 1 in force again" in program("calibrate", "history").out
    assert program("calibrate", "show", 9).status == 3


def test_the_database_is_status_1_here_and_never_4(program, answered):
    ended = program("calibrate", DATABASE_URL=NOBODY)

    assert ended.status == 1
    assert ended.last_line.startswith("exit code: 1 (database): Failed to connect to database")


def test_a_fit_that_nobody_believes_is_status_2(program, bank, answered):
    ids, truth = answered
    program("calibrate")
    answer(bank, ids, truth._replace(b=-truth.b), 20, seed=2)
    answer(bank, ids, truth._replace(b=-truth.b), 20, seed=3)
    answer(bank, ids, truth._replace(b=-truth.b), 20, seed=4)

    ended = program("calibrate", "--json")

    assert ended.status == 2
    assert ended.json["reason"] in {"drift", "link"}
    assert "--" in ended.json["next_step"]


def test_a_wrong_option_and_a_missing_schema_are_status_3(program, empty_url):
    assert program("calibrate", "--min-new", "many").status == 3
    assert program("calibrate", "--since", "yesterday").status == 3
    assert program("calibrate", DATABASE_URL=empty_url).status == 3


def test_an_error_that_nobody_foresaw_is_status_70(program, bank, answered):
    program("calibrate")
    before = in_force(bank, answered[0])
    with bank.begin() as db:
        db.execute(text("UPDATE questions SET features = '[]'"))

    ended = program("calibrate", "--force")

    assert ended.status == 70
    assert "Traceback" in ended.err
    assert (in_force(bank, answered[0]) == before).all()
    assert "the process ended without a word" in program("calibrate", "history").out


def test_one_calibration_at_a_time(program, bank, answered):
    with runs.begin(bank, "calibrate"):
        ended = program("calibrate")
        skipped = program("calibrate", "--skip-if-busy")

    assert (ended.status, skipped.status) == (75, 0)


def test_a_deadline_ends_it_with_the_old_parameters_in_force(program, bank, answered):
    ended = program("calibrate", "--deadline", "0.001s", "--json")

    assert (ended.status, ended.json["reason"]) == (2, "deadline")
    with bank.connect() as db:
        assert db.scalar(text("SELECT status FROM job_runs ORDER BY id DESC LIMIT 1")) == "failed"


def test_sigterm_ends_it_with_the_old_parameters_in_force(program, bank, answered):
    process = program.start_anew("calibrate", "--se", "bootstrap")
    _until(bank, "SELECT count(*) FROM irt_calibration_runs WHERE status = 'running'")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 143, err
    assert np.isnan(in_force(bank, answered[0])).all()
    assert program("calibrate").status == 0
    with bank.connect() as db:
        query = text("SELECT status FROM irt_calibration_runs ORDER BY id")
        assert db.scalars(query).all() == ["failed", "success"]


def _until(bank, query):
    for _ in range(600):
        with bank.connect() as db:
            if db.scalar(text(query)):
                return
        time.sleep(0.05)
    raise AssertionError(query)


def test_the_older_name_of_the_script_still_works(program, answered):
    done = subprocess.run(
        [sys.executable, SCRIPT, "--json"],
        env=program.environment,
        cwd=program.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "IRT calibration complete" in done.stderr


def test_why_tells_what_calibrations_found_of_a_question(program, bank):
    ids, truth = add_questions(bank, 40), a_truth(40, learners=600)
    answer(bank, ids, truth, 20, wrong_keys=[5])
    program("calibrate")

    ended = program("questions", "why", ids[5])

    assert "flagged: negative discrimination" in ended.out
    told = " ".join(ended.out.split())
    assert "not published: the able answer it wrongly more often: is its key right?" in told
