"""What is old goes, in bounds; what is in use stays, whatever the policy and the clock say."""

import gzip
import json
import time

import pytest
from sqlalchemy.exc import DBAPIError
from tests.upkeep.past import a_call, a_run, execute, questions, rows

from itemwell.errors import ConfigError
from itemwell.store import runs
from itemwell.store.cleanup import POLICIES
from itemwell.upkeep.cleanup import job
from itemwell.upkeep.cleanup.archive import keeping
from itemwell.upkeep.cleanup.job import Asked
from itemwell.upkeep.cleanup.plan import by_settings

AT_ONCE = {each.table: 0 for each in POLICIES}
CHECKS = """
    INSERT INTO health_checks (timestamp, component, status, response_time_ms)
    SELECT clock_timestamp() - CAST(:ago AS interval), 'bank', 'healthy', n FROM generate_series(1, :count) AS n
"""


def checks(bank, count, ago="40 days"):
    execute(bank, CHECKS, count=count, ago=ago)


def clean(bank, days=None, **asked):
    policies = by_settings(POLICIES, days or {})
    with runs.begin(bank, "cleanup") as run:
        return job.run(bank, run, Asked(policies, time.monotonic() + 60, **asked))


def left(bank, table):
    return rows(bank, f"SELECT count(*) FROM {table}")[0][0]


def test_what_is_old_goes_a_tenth_a_day(bank):
    checks(bank, 100)

    first = clean(bank)
    second = clean(bank)

    assert (first.deleted["health_checks"], second.deleted["health_checks"]) == (10, 0)
    assert first.outcome.reason == second.outcome.reason == "capped"
    assert left(bank, "health_checks") == 90


def test_force_takes_all_that_is_old_and_nothing_that_is_not(bank):
    checks(bank, 100)
    checks(bank, 7, ago="29 days")

    report = clean(bank, force=True)

    assert (report.deleted["health_checks"], report.outcome.reason) == (100, "done")
    assert left(bank, "health_checks") == 7


def test_the_log_says_what_was_done(bank):
    checks(bank, 100)
    clean(bank)

    logged = "SELECT operation_type, table_name, records_processed, records_deleted, status FROM cleanup_logs"
    assert rows(bank, logged) == [("delete", "health_checks", 100, 10, "success")]


@pytest.mark.parametrize("vacuum", [True, False])
def test_the_embedded_server_gets_its_room_back(bank, vacuum):
    checks(bank, 100)

    clean(bank, force=True, vacuum=vacuum)

    done = "SELECT last_vacuum IS NOT NULL AND last_analyze IS NOT NULL FROM pg_stat_user_tables"
    for _ in range(50):  # statistics come a moment later
        if rows(bank, f"{done} WHERE relname = 'health_checks'") == [(vacuum,)]:
            break
        time.sleep(0.1)
    assert rows(bank, f"{done} WHERE relname = 'health_checks'") == [(vacuum,)]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_goes_is_in_the_archive_first(bank, tmp_path, form):
    checks(bank, 5)

    clean(bank, force=True, keep=keeping(form, tmp_path))

    (file,) = (tmp_path / "health_checks").iterdir()
    assert [row["component"] for row in read(file)] == ["bank"] * 5


def read(file):
    if file.name.endswith(".parquet"):
        from pyarrow import parquet

        return parquet.read_table(file).to_pylist()
    return [json.loads(line) for line in gzip.open(file, "rt")]


def test_where_nothing_can_be_archived_nothing_goes(bank, tmp_path):
    checks(bank, 5)
    (tmp_path / "archive").write_text("a file where the folder should be")

    report = clean(bank, force=True, keep=keeping("jsonl", tmp_path / "archive"))

    assert report.failed["health_checks"].startswith("cannot be archived")
    assert (report.outcome.exit, left(bank, "health_checks")) == (2, 5)


def test_runs_in_use_stay_though_the_policy_is_nothing(bank):
    writer, idle, asking = (a_run(bank, ago="900 days") for _ in range(3))
    for _ in range(20):
        a_run(bank, ago="1 day")
    open_slot(bank, writer)
    a_call(bank, asking, 1, state="asked", ago="900 days")
    a_call(bank, writer, 1, ago="900 days")

    clean(bank, AT_ONCE, force=True)

    kept = {row[0] for row in rows(bank, "SELECT id FROM job_runs")}
    assert {writer, asking} <= kept
    assert idle not in kept
    assert left(bank, "llm_calls") == 2
    assert left(bank, "generation_slots") == 1


def open_slot(bank, run):
    execute(
        bank,
        "INSERT INTO generation_slots (run_id, question_type, difficulty, ordinal, seed)"
        " VALUES (:run, 'math', 'easy', 1, 'x')",
        run=run,
    )


def test_parameters_in_force_and_those_that_a_rollback_may_want_stay(bank):
    questions(bank, "math", 1)
    question = rows(bank, "SELECT id FROM questions")[0][0]
    for _ in range(25):
        execute(
            bank,
            "WITH run AS (INSERT INTO irt_calibration_runs (status, started_at, published_at)"
            " VALUES ('success', clock_timestamp() - interval '800 days', clock_timestamp()) RETURNING id)"
            " INSERT INTO item_parameters (calibration_id, question_id, responses, published)"
            " SELECT id, :question, 9, false FROM run",
            question=question,
        )
    execute(
        bank, "UPDATE questions SET irt_calibration_id = (SELECT min(id) FROM irt_calibration_runs)"
    )

    clean(bank, AT_ONCE, force=True)

    assert left(bank, "item_parameters") == 21


def test_questions_answers_and_exams_are_no_business_of_cleanup(bank):
    questions(bank, "math", 9, ago="9000 days")
    execute(
        bank,
        "INSERT INTO exam_attempts (exam_id, user_id, exam_type, questions, claimed_at)"
        " VALUES (1, 'ann', 'diagnostic', '[]', '2001-01-01')",
    )

    clean(bank, AT_ONCE, force=True)

    assert (left(bank, "questions"), left(bank, "exam_attempts")) == (9, 1)


def test_two_clocks_that_disagree_delete_nothing(bank, monkeypatch):
    checks(bank, 100)
    ahead = time.time() + 365 * 86_400
    monkeypatch.setattr(time, "time", lambda: ahead)

    with pytest.raises(ConfigError, match="clock"):
        clean(bank)

    assert left(bank, "health_checks") == 100


def test_a_table_that_cannot_be_cleaned_stops_no_other(bank):
    checks(bank, 100)
    execute(
        bank,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'no delete here'; END $$",
    )
    execute(bank, "CREATE TRIGGER refuse BEFORE DELETE ON job_runs EXECUTE FUNCTION refuse()")
    for number in range(25):
        a_run(bank, "exams", ago=f"{900 + number} days")

    report = clean(bank, force=True)

    assert report.failed == {"job_runs": "no delete here"}
    assert (report.outcome.exit, report.deleted["health_checks"]) == (1, 100)
    with pytest.raises(DBAPIError):
        execute(bank, "DELETE FROM job_runs")


def test_a_dry_run_counts_and_writes_nothing(program, bank):
    checks(bank, 100)

    ended = program("cleanup", "--dry-run", "--json")

    (found,) = (row for row in ended.json["tables"] if row["table"] == "health_checks")
    assert (ended.status, found["old"], found["now"]) == (0, 100, 10)
    assert (left(bank, "health_checks"), left(bank, "job_runs")) == (100, 0)


def test_a_table_without_a_policy_is_the_operators_slip(program):
    ended = program("cleanup", RETENTION_DAYS='{"questions": 0}')

    assert ended.status == 3
    assert "RETENTION_DAYS names questions" in ended.last_line
