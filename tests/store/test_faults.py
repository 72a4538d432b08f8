"""When the database is away, refuses or fills up: status 4, one line, nothing half-written, and on again."""

import json
import os
import subprocess
import sys
import time

import pytest
from sqlalchemy import make_url, text
from tests.conftest import USUAL
from tests.proxy import wired

EVERYTHING = """
    SELECT (SELECT count(*) FROM questions), (SELECT count(*) FROM questions WHERE NOT verified ? 'solve'),
           (SELECT count(*) FROM generation_slots s WHERE state = 'kept'
            AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.slot_id = s.id))
"""


def held(bank):
    """Questions in the bank, after making sure that none is half-written."""
    with bank.connect() as db:
        questions, unverified, lost = db.execute(text(EVERYTHING)).one()
    assert (unverified, lost) == (0, 0)
    return questions


def wait_for(bank, number, process):
    while held(bank) < number:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_nobody_answers_at_the_start(bare_program):
    ended = bare_program(
        "generate", "--count", 1, DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/d"
    )

    assert ended.status == 4
    assert ended.err.splitlines()[0].startswith(
        "exit code: 4 (database): Failed to connect to database"
    )
    assert len(ended.err.splitlines()) == 1
    assert "hunter2" not in ended.err


def test_there_is_no_such_database(program, bank_url):
    url = make_url(bank_url).set(database="nowhere").render_as_string()

    ended = program("generate", "--count", 1, DATABASE_URL=url)

    assert (ended.status, len(ended.err.splitlines())) == (4, 1)
    assert 'database "nowhere" does not exist' in ended.last_line


def test_a_read_only_database_is_told_as_such(program, bank, admin):
    with admin.connect() as db:
        db.execute(
            text(f"ALTER DATABASE {bank.url.database} SET default_transaction_read_only = on")
        )

    ended = program("generate", "--count", 1)

    assert ended.status == 4
    assert "the database is read-only" in ended.last_line
    assert len(ended.err.splitlines()) == 1


def test_a_role_without_rights_is_told_as_such(program, bank, bank_url):
    with bank.begin() as db:
        guest = f"guest_of_{bank.url.database}"
        db.execute(text(f"CREATE ROLE {guest} LOGIN"))
        db.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {guest}"))
    url = make_url(bank_url).set(username=guest).render_as_string()

    ended = program("generate", "--count", 1, DATABASE_URL=url)
    doctor = program("doctor", DATABASE_URL=url)

    assert (ended.status, len(ended.err.splitlines())) == (4, 1)
    assert "lacks a right" in ended.last_line
    assert "GRANT SELECT, INSERT, UPDATE, DELETE ON" in doctor.out


@pytest.mark.slow
def test_a_connection_that_is_lost_for_good_ends_4_and_the_next_run_goes_on(
    program, bank, bank_url
):
    with wired(bank_url) as (wire, url):
        process = program.start("generate", "--count", 500, DATABASE_URL=url)
        wait_for(bank, 5, process)
        wire.cut()
        _, err = process.communicate(timeout=60)
    kept = held(bank)
    went_on = json.loads(program("generate", "--count", 500, "--deadline", "1s", "--json").out)

    assert process.returncode == 4
    assert err.strip().splitlines()[-1].startswith("exit code: 4 (database): Lost the database")
    assert "Traceback" not in err
    assert went_on["kept_before"] == kept
    assert went_on["taken_over"] == 500 - kept


def test_connections_that_break_and_come_back_cost_nothing(program, bank):
    process = program.start("generate", "--count", 300)
    for number in (5, 60, 120):
        wait_for(bank, number, process)
        with bank.begin() as db:
            db.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'itemwell' AND datname = current_database()"
                )
            )
    _, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert held(bank) == 300


def test_lost_answers_to_commits_store_nothing_twice(program, bank, bank_url):
    with wired(bank_url) as (wire, url):
        process = program.start("generate", "--count", 300, DATABASE_URL=url)
        for number in (5, 50, 100, 150, 200):
            wait_for(bank, number, process)
            wire.lose_commits(1)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert wire.commits_lost >= 3  # several questions are kept by one
    assert held(bank) == 300


def test_each_connection_has_its_limits_and_its_name(program, bank):
    process = program.start("generate", "--count", 3000, FAMILY_CAP="100000")
    wait_for(bank, 1, process)
    with bank.connect() as db:
        named = db.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE application_name = 'itemwell' AND datname = current_database()"
            )
        )
    process.terminate()
    process.communicate()

    assert named >= 1


def namespaces_work():
    return (
        subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0
    )


FULL_DISK = """
set -e
mkdir -p {home}; mount -t tmpfs -o size=160m tmpfs {home}
run() {{ code=0; {python} -m itemwell generate --json --quiet "$@" > $out 2> $err || code=$?; echo $code > $status; }}
out={folder}/first err={folder}/first.err status={folder}/first.status; run --count 20
{python} -m itemwell db start > {folder}/ignored 2>&1
free=$(df --output=avail -k {home} | tail -1)
head -c $(( (free - 1000) * 1024 )) /dev/zero > {home}/ballast
out={folder}/full err={folder}/full.err status={folder}/full.status; run --count 1000
rm {home}/ballast
out={folder}/after err={folder}/after.err status={folder}/after.status; run --count 1000 --deadline 1s
{python} -m itemwell db stop > {folder}/ignored 2>&1
"""


@pytest.mark.skipif(not namespaces_work(), reason="a disk of our own to fill needs user namespaces")
def test_a_full_disk_ends_4_and_loses_nothing(tmp_path):
    home = tmp_path / "home"
    script = FULL_DISK.format(home=home, folder=tmp_path, python=sys.executable)
    environment = {**os.environ, **USUAL, "ITEMWELL_HOME": str(home), "FAMILY_CAP": "100000"}
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    statuses = [
        (tmp_path / f"{name}.status").read_text().strip() for name in ("first", "full", "after")
    ]
    full = json.loads((tmp_path / "full").read_text())
    after = json.loads((tmp_path / "after").read_text())

    assert statuses[:2] == ["0", "4"], done.stderr + (tmp_path / "full.err").read_text()
    assert "disk is full" in full["message"]
    assert len((tmp_path / "full.err").read_text().splitlines()) == 1
    assert after["kept_before"] + after["taken_over"] == 1000
