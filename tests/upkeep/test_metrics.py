"""The contract's figures, in the bank, in a file for Prometheus, and by OTLP."""

import time

import pytest
from tests.tell.listener import Listener
from tests.upkeep.past import a_call, a_run, questions, rows

from itemwell.upkeep.metrics import textfile


@pytest.fixture
def busy_bank(bank):
    questions(bank, "math", 20)
    run = a_run(bank, wanted=40, drafted=50, kept=20, duplicates=5, ms=90_000)
    a_call(bank, run, 3)
    a_run(bank, "exams", ago="3 hours")
    a_run(bank, "exams", "failed", ago="1 hour")
    a_run(bank, "snapshot", success=98, errors=2)
    return bank


WATCHED = {
    ("generate", "wanted_questions"): 40,
    ("generate", "kept_questions"): 20,
    ("generate", "kept_to_wanted_ratio"): 0.5,
    ("generate", "approval_ratio"): 0.4,
    ("generate", "duplicate_ratio"): 0.1,
    ("generate", "duration_seconds"): 90,
    ("generate", "cost_per_question_dollars"): 0.15,
    ("snapshot", "success_ratio"): 0.98,
}


def test_the_watched_figures_are_kept(program, busy_bank):
    assert program("metrics").status == 0

    kept = rows(busy_bank, "SELECT metric_type, metric_name, metric_value FROM metrics_data")
    assert WATCHED.items() <= {(kind, name): value for kind, name, value in kept}.items()
    job = "SELECT metric_value FROM metrics_data WHERE metric_name = 'success_ratio'"
    assert rows(busy_bank, f"{job} AND labels->>'job' = 'exams'") == [(0.5,)]


def test_prometheus_finds_a_whole_file(program, busy_bank, tmp_path):
    program("metrics", METRICS_TEXTFILE=str(tmp_path / "collected" / "itemwell.prom"))

    (file,) = (tmp_path / "collected").iterdir()
    said = file.read_text()
    assert "itemwell_generate_approval_ratio 0.4\n" in said
    assert 'itemwell_job_last_success_timestamp_seconds{job="exams"} 1.' in said
    assert 'itemwell_bank_active_questions{question_type="math"} 20.0\n' in said


def test_a_file_that_cannot_be_written_leaves_nothing_half(tmp_path):
    (tmp_path / "itemwell.prom").mkdir()

    with pytest.raises(OSError, match="directory"):
        textfile.write(tmp_path / "itemwell.prom", b"x")

    assert [each.name for each in tmp_path.iterdir()] == ["itemwell.prom"]


def test_otlp_is_sent_the_same(program, busy_bank):
    listener = Listener()

    ended = program("metrics", OTLP_ENDPOINT=listener.url)

    listener.close()
    assert ended.status == 0
    assert b"itemwell_generate_approval_ratio" in listener.everything


@pytest.mark.parametrize("way", [500, 302, "hang", "drip"])
def test_an_endpoint_costs_at_most_five_seconds_and_changes_nothing(program, busy_bank, way):
    listener = Listener(way, "http://127.0.0.1:9/")

    began = time.monotonic()
    program("metrics")
    without = time.monotonic() - began
    ended = program("metrics", OTLP_ENDPOINT=listener.url)
    took = time.monotonic() - began - without

    listener.close()
    assert (ended.status, took < 5 + 3 + 2 * without) == (0, True)
    assert listener.url not in ended.err
    assert rows(busy_bank, "SELECT count(*) > 0 FROM metrics_data") == [(True,)]
