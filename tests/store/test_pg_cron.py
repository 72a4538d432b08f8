"""pg_cron on a real server: a minute of it queues, and run-due does what was queued."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from tests.conftest import Program

from itemwell.store import schema

SOME_LOG = """
    INSERT INTO cron.job_run_details (runid, command, end_time) VALUES
        (-1, 'old', now() - interval '15 days'), (-2, 'recent', now() - interval '13 days')
"""
OLD_LOG = "SELECT FROM cron.job_run_details WHERE command = 'old'"
EACH_MINUTE = """
    SELECT cron.schedule(jobname, '* * * * *', command) FROM cron.job
    WHERE jobname IN ('content_pipeline_sweeper', 'content_pipeline_purge')
"""
BINARIES = Path("/usr/lib/postgresql/15/bin")
THERE = (BINARIES.parent / "lib" / "pg_cron.so").exists()
MINUTES = 2.5


def as_postgres(*command):
    """Runs a server's program as the user that Debian made for it: root may not."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *map(str, command)], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def cron_url():
    """A bank on a server of Debian's, with pg_cron loaded."""
    folder = Path(tempfile.mkdtemp(prefix="cron-"))
    folder.chmod(0o777)
    data = folder / "data"
    as_postgres(BINARIES / "initdb", "-D", data, "-A", "trust", "-U", "itemwell", "-N")
    options = (
        f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        " -c shared_preload_libraries=pg_cron -c cron.database_name=bank"
        f" -c cron.host={folder}"
    )
    server = ("-D", data, "-l", data / "log", "-o", options)
    as_postgres(BINARIES / "pg_ctl", "start", "-w", *server)
    try:
        url = f"postgresql://itemwell@/{{}}?host={folder}"
        as_postgres(BINARIES / "createdb", "-h", folder, "-U", "itemwell", "bank")
        engine = create_engine(make_url(url.format("bank")).set(drivername="postgresql+psycopg"))
        schema.upgrade(engine)
        engine.dispose()
        yield url.format("bank")
    finally:
        as_postgres(BINARIES / "pg_ctl", "stop", "-m", "immediate", "-D", data)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cron_program(cron_url, tmp_path, warm):
    return Program(tmp_path, warm, DATABASE_URL=cron_url)


def rows(url, statement):
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as db:
            found = db.execute(text(statement))
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        engine.dispose()


def alone(url, statement):
    """A statement that no transaction may hold."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as db:
            db.execute(text(statement.replace(":", "\\:")))
    finally:
        engine.dispose()


@pytest.mark.skipif(not THERE, reason="postgresql-15-cron is not installed")
@pytest.mark.timeout(300)
def test_a_minute_of_pg_cron_queues_what_run_due_then_does(cron_program, cron_url):
    installed = cron_program("db", "install-pg-cron", "--json").json
    again = cron_program("db", "install-pg-cron", "--json").json
    rows(cron_url, SOME_LOG)
    rows(cron_url, EACH_MINUTE)
    end = time.monotonic() + 60 * MINUTES
    queued = "SELECT trigger_type, asked_by FROM due_runs WHERE job = 'sweep'"
    while time.monotonic() < end and not (rows(cron_url, queued) and not rows(cron_url, OLD_LOG)):
        time.sleep(1)
    ran = cron_program("run-due", "--job", "sweep", "--json").json
    removed = cron_program("db", "install-pg-cron", "--remove", "--json").json

    assert installed["jobs"] == again["jobs"]
    assert {"content_pipeline_main", "content_pipeline_sweeper"} <= set(installed["jobs"])
    assert rows(cron_url, queued)[0] == ("scheduled", "itemwell")
    assert ("sweep", 0) in [(each["job"], each["exit_status"]) for each in ran["ran"]]
    assert sorted(removed["jobs"]) == sorted(installed["jobs"])
    assert rows(cron_url, OLD_LOG) == []
    assert rows(cron_url, "SELECT count(*) FROM cron.job_run_details WHERE command = 'recent'") == [
        (1,)
    ]
    assert rows(cron_url, "SELECT count(*) FROM cron.job") == [(0,)]


@pytest.mark.skipif(not THERE, reason="postgresql-15-cron is not installed")
def test_the_documents_statements_over_pg_crons_schema_run(cron_url):
    from tests.store.test_scheduler_sql import printed

    rows(cron_url, "CREATE EXTENSION IF NOT EXISTS pg_cron")
    ours = [
        "SELECT cron.schedule('content_pipeline_main', '*/5 * * * *', 'SELECT trigger_content_automation();')",
        "SELECT * FROM cron.job WHERE jobname LIKE 'content_pipeline_%'",
        "SELECT * FROM initialize_scheduler()",
    ]
    for statement in [*ours, *(each for each in printed() if "cron." in each)]:
        rows(cron_url, statement.replace(":", "\\:"))

    assert rows(cron_url, "SELECT status FROM initialize_scheduler() LIMIT 1") == [("ready",)]


@pytest.mark.skipif(not THERE, reason="postgresql-15-cron is not installed")
def test_what_the_document_sets_fails_on_this_server_and_ours_needs_none_of_it(cron_url):
    from tests.store.test_scheduler_sql import printed

    for statement in (each for each in printed() if each.startswith("ALTER SYSTEM")):
        with pytest.raises(DBAPIError, match="unrecognized configuration parameter"):
            alone(cron_url, statement)
    for statement in (each for each in printed() if each.startswith("CREATE EXTENSION")):
        rows(cron_url, statement)

    assert rows(cron_url, "SELECT count(*) FROM pg_settings WHERE name LIKE 'app.%'") == [(0,)]


@pytest.mark.skipif(not THERE, reason="postgresql-15-cron is not installed")
def test_cleanup_takes_old_rows_of_pg_cron_and_of_what_it_asked_for(cron_program, cron_url):
    rows(cron_url, "CREATE EXTENSION IF NOT EXISTS pg_cron")
    rows(cron_url, SOME_LOG.replace("-1,", "-3,").replace("-2,", "-4,"))
    rows(
        cron_url,
        "INSERT INTO due_runs (job, scheduled_for, trigger_type, state, ended_at)"
        " SELECT 'health', now() - n * interval '1 day', 'scheduled', 'done', now() - n * interval '1 day'"
        " FROM generate_series(80, 109) AS n",
    )

    ended = cron_program("cleanup", "--force", "--json").json

    assert (ended["deleted"]["due_runs"], ended["deleted"]["cron.job_run_details"]) == (10, 1)
    assert rows(cron_url, "SELECT count(*) FROM due_runs WHERE job = 'health'") == [(20,)]


@pytest.mark.skipif(not THERE, reason="postgresql-15-cron is not installed")
def test_pg_cron_gets_the_operators_schedule_and_no_job_that_he_disabled(cron_program, cron_url):
    config = cron_program.folder / "itemwell.toml"
    cron_program("db", "install-pg-cron")
    config.write_text(
        '[schedule.cleanup]\ncron = "7 3 * * *"\n[schedule.sweep]\nenabled = false\n'
        '[schedule.generate]\nzone = "Europe/Budapest"\n'
    )
    installed = cron_program("db", "install-pg-cron", "--json").json["jobs"]
    listed = dict(rows(cron_url, "SELECT jobname, schedule FROM cron.job"))
    config.write_text('[schedule.cleanup]\nzone = "Europe/Budapest"\n')
    refused = cron_program("db", "install-pg-cron")
    cron_program("db", "install-pg-cron", "--remove")

    assert set(listed) == set(installed)
    assert listed["content_pipeline_cleanup"] == "7 3 * * *"
    assert "content_pipeline_sweeper" not in listed
    assert refused.status == 3
    assert "in UTC alone, and '0 2 * * *' is in Europe/Budapest" in refused.last_line


def test_a_server_without_pg_cron_is_told_in_one_line(program):
    ended = program("db", "install-pg-cron")

    assert ended.status == 3
    assert "the bank's server has no pg_cron; install it there, or" in ended.last_line
    assert program("db", "install-pg-cron", "--remove").status == 0
