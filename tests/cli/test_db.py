"""The bank as a database, through the real program."""

import json
import subprocess
import sys

from sqlalchemy import text

from itemwell.store import dump


def count(program):
    return len(json.loads(program("questions", "list", "--json").out)["questions"])


def test_a_backup_brings_the_bank_back(home_program, tmp_path):
    home_program("generate", "--count", 6)
    backup = json.loads(home_program("db", "backup", "--json").out)["backup"]
    home_program("generate", "--count", 3)

    refused = home_program("db", "restore", backup)
    restored = home_program("db", "restore", backup, "--yes")

    assert (refused.status, "add --yes" in refused.last_line) == (3, True)
    assert (restored.status, count(home_program)) == (0, 6), restored.err
    assert home_program("generate", "--count", 1).status == 0


def test_a_backup_that_is_none_changes_nothing(home_program, tmp_path):
    home_program("generate", "--count", 2)
    (tmp_path / "broken").write_bytes(b"no dump")

    ended = home_program("db", "restore", tmp_path / "broken", "--yes")

    assert (ended.status, count(home_program)) == (3, 2)
    assert len(ended.err.splitlines()) == 1


def test_the_embedded_server_can_be_kept_running_and_stopped(bare_program):
    started = bare_program("db", "start")
    running = json.loads(bare_program("db", "status", "--json").out)["server"]
    url = bare_program("db", "url").out.strip()
    code = "import psycopg, sys; print(psycopg.connect(sys.argv[1]).execute('select 41 + 1').fetchone()[0])"
    answer = subprocess.run(
        [sys.executable, "-c", code, url], capture_output=True, text=True, check=True
    ).stdout
    stopped = bare_program("db", "stop")

    assert (started.status, running, answer.strip(), stopped.out) == (
        0,
        "running",
        "42",
        "stopped\n",
    )
    assert json.loads(bare_program("db", "status", "--json").out)["server"] == "stopped"


def test_the_status_of_a_bank_that_is_not_there_creates_none(bare_program):
    document = json.loads(bare_program("db", "status", "--json").out)

    assert (document["server"], document["schema"]) == ("not created", "empty")
    assert not (bare_program.folder / "home").exists()


def test_a_real_server_is_not_started_or_stopped_by_us(program):
    assert program("db", "stop").last_line.startswith(
        "exit code: 3 (config): DATABASE_URL names a server"
    )


def test_the_url_hides_no_password_and_config_shows_none(bare_program):
    url = "postgresql://me:hunter2@127.0.0.1:1/bank"

    assert bare_program("db", "url", DATABASE_URL=url).out.strip() == url
    assert "hunter2" not in bare_program("config", "show", DATABASE_URL=url).out
    assert "hunter2" not in bare_program("db", "backup", DATABASE_URL=url).err


def test_an_empty_looking_bank_of_retired_questions_is_not_replaced_without_yes(home_program):
    home_program("generate", "--count", 2)
    backup = json.loads(home_program("db", "backup", "--json").out)["backup"]
    home_program("questions", "retire", "1", "2", "--reason", "old")

    assert home_program("db", "restore", backup).last_line.endswith(
        "the bank holds 2 questions; add --yes to replace it"
    )


def test_no_password_reaches_a_command_line():
    url = "postgresql://me:hunter2@db.example:5433/bank?sslmode=require"

    where, environment = dump._where(url), dump._environment(url)

    assert where == ["--dbname", "postgresql://me@db.example:5433/bank?sslmode=require"]
    assert environment["PGPASSWORD"] == "hunter2"


def test_stopping_a_server_in_use_is_busy(home_program):
    process = home_program.start("generate", "--count", 5000, FAMILY_CAP="100000")
    while json.loads(home_program("db", "status", "--json").out)["server"] != "running":
        assert process.poll() is None

    ended = home_program("db", "stop")
    process.terminate()
    process.communicate()

    assert (ended.status, "Failed to connect" in ended.err) == (75, False)


def test_half_a_backup_changes_nothing(home_program, tmp_path):
    home_program("generate", "--count", 6)
    home_program("db", "backup", "--output", tmp_path / "whole.dump")
    whole = (tmp_path / "whole.dump").read_bytes()
    (tmp_path / "half.dump").write_bytes(whole[: len(whole) * 3 // 4])
    home_program("generate", "--count", 2)

    ended = home_program("db", "restore", tmp_path / "half.dump", "--yes")

    assert (ended.status, count(home_program)) == (4, 8), ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_restore_that_is_stopped_or_fails_leaves_the_bank_whole(program, bank, tmp_path):
    program("generate", "--count", 90)
    program("db", "backup", "--output", tmp_path / "a.dump")
    program("generate", "--count", 10)
    with bank.begin() as db:
        db.execute(
            text("CREATE VIEW mine AS SELECT id, stem FROM questions")
        )  # psql fails at the DROP

    ended = program("db", "restore", tmp_path / "a.dump", "--yes")

    assert (ended.status, "psql" in ended.last_line) == (4, True)
    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM questions")) == 100


def test_a_directory_is_no_output(program):
    ended = [
        program("db", "backup", "--output", "."),
        program("questions", "export", "--output", "."),
    ]

    assert [each.status for each in ended] == [3, 3]
