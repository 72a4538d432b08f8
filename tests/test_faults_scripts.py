"""The fault loops of scripts/faults, in their short form."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import USUAL

SCRIPTS = Path(__file__).parents[1] / "scripts"


def loop(name, *options):
    """What a loop prints, once it has found nothing amiss."""
    command = [sys.executable, SCRIPTS / "faults" / f"{name}.py", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_five_sigkills_lose_nothing_and_double_nothing(monkeypatch):
    monkeypatch.setenv("EMBEDDER", USUAL["EMBEDDER"])

    assert "5 SIGKILLs" in loop("sigkill", "--kills", 5, "--count", 40)


def test_five_sigkills_lose_no_answer_that_a_vendor_was_paid_for(bank_url):
    options = ("--kills", 5, "--count", 12, "--naive", 0, "--bank", bank_url)

    assert "5 SIGKILLs" in loop("sigkill_models", *options)


def test_two_writers_that_are_killed_let_no_pair_of_twins_in(bank_url):
    options = ("--kills", 2, "--pairs", 16, "--latency", 0.02, "--bank", bank_url)

    assert "2 SIGKILLs" in loop("twins", *options)


def test_stopped_runs_leave_a_clean_checkpoint_and_the_next_makes_the_missing_calls(bank_url):
    options = ("--times", 3, "--parallel", 16, "--count", 8, "--within", 20, "--bank", bank_url)

    assert "The resumed run met the order" in loop("sigterm", *options)


def test_runs_that_share_budgets_overspend_none(bank_url):
    assert "8 runs" in loop("budget", "--runs", 8, "--calls", 20, "--bank", bank_url)


def test_three_sigkills_of_calibrations_leave_one_set_of_parameters_in_force(bank_url):
    options = ("--kills", 3, "--questions", 30, "--bank", bank_url)

    assert "3 SIGKILLs" in loop("sigkill_calibrate", *options)


def test_three_sigkills_of_generators_and_workers_make_no_exam_twice_and_miss_none(bank_url):
    options = ("--kills", 3, "--learners", 600, "--bank", bank_url)

    assert "3 SIGKILLs" in loop("sigkill_exams", *options)


def test_garbled_bodies_end_in_a_documented_status_without_a_traceback(bank_url):
    assert "garbled bodies" in loop("fuzz", "--bodies", 40, "--count", 10, "--bank", bank_url)


def test_four_sigkills_of_snapshots_and_recommendations_leave_what_a_clean_run_leaves(bank_url):
    options = ("--kills", 4, "--learners", 400, "--bank", bank_url)

    assert "4 SIGKILLs" in loop("sigkill_snapshot", *options)


def test_ten_hosts_that_are_killed_run_each_due_run_once_while_clocks_step(bank_url):
    options = ("--hours", 3, "--kills", 8, "--bank", bank_url)

    assert "8 SIGKILLs" in loop("run_due", *options)


def test_five_sigkills_of_cleanups_never_pass_the_cap_of_a_day(bank_url):
    options = ("--kills", 5, "--rows", 40_000, "--bank", bank_url)

    assert "5 SIGKILLs" in loop("sigkill_cleanup", *options)


def test_the_service_answers_whatever_its_document_allows_and_nothing_to_strangers(bank_url):
    options = ("--examples", 3, "--bank", bank_url)

    assert "0 answers to strangers" in loop("fuzz_http", *options)
