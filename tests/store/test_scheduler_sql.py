"""Every statement that the scheduler's document prints runs as printed, and ours over the same names."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
SETTINGS = re.compile(r"ALTER SYSTEM|CREATE EXTENSION")
"""Left out: a placeholder's ALTER SYSTEM fails on Postgres 15, as test_pg_cron shows, and would show a
key to every role; an extension is the server's own to have (`itemwell db install-pg-cron` uses it)."""
OWN = [
    "SELECT * FROM initialize_scheduler()",
    "SELECT * FROM manage_cron_jobs()",
    "SELECT * FROM get_cron_job_status()",
    "SELECT * FROM get_scheduler_health()",
    "SELECT * FROM toggle_cron_job('content_pipeline_main', false)",
    "SELECT trigger_content_automation()",
    "SELECT trigger_sweeper()",
    "SELECT trigger_monitoring()",
    "SELECT trigger_metrics_collection()",
    "SELECT trigger_health_checks()",
    "SELECT trigger_cleanup()",
    (
        "SELECT job_id, status, started_at, completed_at, processing_time_ms, error_message,"
        " metadata->>'function' FROM job_runs WHERE metadata->>'trigger_type' = 'scheduled'"
    ),
    (
        "SELECT timestamp, action, status, records_processed, duration_ms, error_details"
        " FROM sweeper_logs WHERE metadata->>'trigger_type' = 'scheduled'"
    ),
]


def printed():
    """The statements of document 004: its SQL blocks, and those within its lines."""
    found = []
    for path in sorted(SEEDS.glob("004*")):
        document = path.read_text()
        for block in re.findall(r"```sql\n(.*?)```", document, re.DOTALL):
            plain = "\n".join(line for line in block.splitlines() if not line.startswith("--"))
            found += [part.strip() for part in re.split(r";\s*\n", plain) if part.strip(" ;\n")]
        found += re.findall(r"`(SELECT [^`]*;)`", document)
    return found


def rows(bank, statement):
    with bank.begin() as db:
        return [dict(row) for row in db.execute(text(statement.replace(":", "\\:"))).mappings()]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the documents are not here")
def test_every_statement_of_the_document_runs_as_printed(bank):
    with bank.connect() as db:
        cron = db.scalar(text("SELECT to_regclass('cron.job') IS NOT NULL"))
    statements = printed()
    ran = 0
    for statement in statements:
        if SETTINGS.match(statement):
            continue
        if "cron." in statement and not cron:
            continue
        rows(bank, statement)
        ran += 1

    assert (len(statements), ran) == (46, 31 if cron else 23)  # 15 settings, 8 of pg_cron's schema


@pytest.mark.parametrize("statement", OWN)
def test_the_functions_and_columns_answer(bank, statement):
    rows(bank, statement)


def test_a_trigger_queues_once_and_only_queues(bank):
    for _ in range(2):
        rows(bank, "SELECT trigger_sweeper()")

    (queued,) = rows(bank, "SELECT job, state, trigger_type FROM due_runs")
    assert queued == {"job": "sweep", "state": "waiting", "trigger_type": "manual"}
    assert rows(bank, "SELECT * FROM job_runs") == []


def test_a_run_that_sql_asked_for_is_done_by_run_due(program, bank):
    rows(bank, "SELECT trigger_sweeper()")
    rows(bank, "SELECT trigger_content_automation()")

    ended = program("run-due", "--json").json

    asked = [each for each in ended["ran"] if each["trigger_type"] == "manual"]  # else by the clock
    assert sorted((each["job"], each["exit_status"]) for each in asked) == [
        ("run-due", 0),
        ("sweep", 0),
    ]
    assert {"t": "manual"} in rows(
        bank, "SELECT metadata->>'trigger_type' AS t FROM sweeper_logs WHERE action ~ 'runs'"
    )


def test_the_six_are_listed_and_one_that_is_disabled_is_told(bank):
    (told,) = rows(bank, "SELECT * FROM toggle_cron_job('content_pipeline_sweeper', false)")
    (status,) = rows(bank, "SELECT * FROM get_cron_job_status()")
    health = {
        row["component"]: row["status"]
        for row in rows(bank, "SELECT * FROM get_scheduler_health()")
    }
    (missing,) = rows(bank, "SELECT * FROM toggle_cron_job('nothing', false)")

    assert told == {"success": True, "message": "Job disabled: content_pipeline_sweeper"}
    assert (status["total_jobs"], status["active_jobs"]) == (6, 5)
    assert health["content_pipeline_sweeper"] == "inactive"
    assert missing["success"] is False


@pytest.fixture
def nobody(bank):
    """A role that nothing was granted to."""
    rows_of(bank, "CREATE ROLE nobody_in_particular NOLOGIN")
    yield "nobody_in_particular"
    rows_of(bank, "DROP ROLE nobody_in_particular")


def rows_of(bank, statement, role=None):
    with bank.begin() as db:
        if role:
            db.execute(text(f"SET LOCAL ROLE {role}"))
        db.execute(text(statement))


@pytest.mark.parametrize("call", [each for each in OWN if "metadata" not in each])
def test_no_role_but_the_schedulers_may_call(bank, nobody, call):
    rows_of(bank, call, "itemwell_scheduler")
    with pytest.raises(DBAPIError, match="permission denied"):
        rows_of(bank, call, nobody)


def test_the_schedulers_role_reads_and_changes_no_table(bank):
    for statement in (
        "SELECT * FROM due_runs",
        "DELETE FROM scheduled_jobs",
        "SELECT queue_run('generate')",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            rows_of(bank, statement, "itemwell_scheduler")
