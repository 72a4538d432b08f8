"""The real program on a real bank: what it keeps, what it prints, how it ends."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from itemwell.errors import Exit

SCRIPTS = Path(__file__).parents[2] / "scripts"
SOON = 6  # seconds; half a second on an idle machine: the bound is for a very busy one


def active(bank):
    with bank.connect() as db:
        return db.scalar(text("SELECT count(*) FROM questions WHERE status = 'active'"))


@pytest.mark.parametrize("count", [0, 1, 50, 500])
def test_a_count_is_met_exactly(program, bank, count):
    ended = program("generate", "--count", count)

    assert ended.status == 0, ended.err
    assert active(bank) == count


def test_without_a_count_the_bank_is_topped_up_to_its_targets_and_then_nothing_is_due(
    program, bank
):
    small = {"TARGET_PER_TYPE": "3", "QUESTIONS_PER_RUN": "12"}

    kept = [json.loads(program("generate", "--json", **small).out)["kept"] for _ in range(3)]
    ended = program("generate", **small)

    assert kept == [12, 6, 0]
    assert active(bank) == 18
    assert ended.last_line == "exit code: 0 (ok): nothing was due: the bank is at its targets"


def test_only_the_types_and_difficulties_that_were_asked_for_are_written(program, bank):
    program("generate", "--count", 9, "--types", "math,logic", "--difficulty", "hard")

    with bank.connect() as db:
        kinds = set(map(tuple, db.execute(text("SELECT question_type, difficulty FROM questions"))))
    assert kinds == {("math", "hard"), ("logic", "hard")}


def test_the_phrases_that_greps_rely_on_are_in_the_log_file(program, tmp_path):
    ended = program("generate", "--count", 5, "--no-console", "--log-file", tmp_path / "logs/a.log")
    program("generate", "--count", -5, "--log-file", tmp_path / "logs/a.log")

    log = (tmp_path / "logs/a.log").read_text()
    assert re.search(r"Approval rate: \d+\.\d% \(5 of \d+ drafts\)", log)
    assert re.search(r"Duplicates removed: \d+", log)
    assert re.search(r"Total duration: \d+\.\d s", log)
    assert "exit code: 0 (ok): 5 questions kept" in log
    assert re.search(r"exit code: 3 \(config\): .*-5 is not in the range", log)
    assert ended.out == ""
    assert ended.err.splitlines() == ["exit code: 0 (ok): 5 questions kept"]


def test_the_log_can_be_json(program):
    ended = program("generate", "--count", 1, "--log-format", "json")

    events = [json.loads(line)["event"] for line in ended.err.splitlines()]
    assert any(event.startswith("Approval rate") for event in events)
    assert events[-1] == "exit code: 0 (ok): 1 question kept"


def test_quiet_leaves_the_result_and_the_last_line(program):
    ended = program("generate", "--count", 1, "--quiet")

    assert len(ended.err.splitlines()) == 1
    assert ended.out.startswith("1 question kept:")


def test_json_is_one_document_without_colour(program):
    ended = program("generate", "--count", 3, "--json")

    document = json.loads(ended.out)
    assert (document["exit_code"], document["reason"], document["kept"]) == (0, "done", 3)
    assert sum(document["kept_by_stratum"].values()) == 3
    assert "\x1b" not in ended.out + ended.err


def test_a_plan_writes_nothing_and_counts_right(program, bank):
    document = json.loads(program("generate", "--plan", "--count", 40, "--json").out)

    assert sum(row["planned"] for row in document["strata"]) == document["count"] == 40
    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM job_runs")) == 0


def test_a_plan_without_a_bank_creates_none(bare_program):
    ended = bare_program("generate", "--plan", "--count", 7)

    assert "7 questions would be written" in ended.out
    assert not (bare_program.folder / "home").exists()


def test_a_dry_run_writes_a_file_that_import_takes(program, bank):
    dry = json.loads(program("generate", "--count", 20, "--dry-run", "--json").out)
    before = active(bank)
    imported = json.loads(program("questions", "import", dry["drafts"], "--json").out)

    assert (before, dry["kept"], imported["kept"], active(bank)) == (0, 20, 20, 20)


def test_the_same_seed_draws_the_same_questions(program):
    stems = []
    for _ in range(2):
        dry = json.loads(
            program.anew("generate", "--count", 12, "--seed", "7", "--dry-run", "--json").out
        )
        stems.append(Path(dry["drafts"]).read_text())

    assert stems[0] == stems[1]


def test_a_deadline_ends_partial_and_the_same_order_goes_on(program, bank):
    ended = program("generate", "--count", 400, "--deadline", "0.4s")
    kept = active(bank)
    planned = json.loads(program("generate", "--count", 400, "--plan", "--json").out)["count"]
    went_on = json.loads(program("generate", "--count", 400, "--json").out)

    assert ended.status in {1, 2}
    assert "deadline reached" in ended.last_line
    assert (went_on["kept_before"], went_on["kept"]) == (kept, 400 - kept)
    assert planned == 400 - kept
    assert active(bank) == 400


def test_another_order_after_an_unfinished_one_is_met_by_itself(program, bank):
    program("generate", "--count", 400, "--deadline", "0.4s")
    kept = active(bank)

    ended = json.loads(program("generate", "--count", 3, "--json").out)

    assert ended["kept"] == 3
    assert active(bank) == kept + 3


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_in_a_clean_checkpoint_soon(program, bank, sent, status):
    process = program.start_anew("generate", "--count", 5000, FAMILY_CAP="100000")
    while active(bank) < 5:
        time.sleep(0.02)
    process.send_signal(sent)
    asked = time.monotonic()
    _, err = process.communicate(timeout=60)

    assert time.monotonic() - asked < SOON
    assert process.returncode == status
    assert re.search(
        r"after a clean checkpoint, \d+ of 5000 questions kept; the same command goes on", err
    )
    assert "Approval rate" in err
    with bank.connect() as db:
        assert db.scalar(text("SELECT status FROM job_runs")) == "stopped"
        assert db.scalar(text("SELECT (counts ->> 'kept')::int FROM job_runs")) == active(bank)
        assert db.scalar(text("SELECT count(*) FROM job_leases WHERE run_id IS NOT NULL")) == 0


@pytest.mark.parametrize("after", [0.05, 0.4, 0.8, 1.2])
def test_a_signal_at_any_moment_leaves_no_embedded_server_running(home_program, after):
    process = home_program.start_anew("generate", "--count", 5000, FAMILY_CAP="100000")
    time.sleep(after)
    process.send_signal(signal.SIGTERM)
    asked = time.monotonic()
    _, err = process.communicate(timeout=60)

    assert time.monotonic() - asked < SOON
    assert process.returncode in {143, -signal.SIGTERM}, (
        err
    )  # before our own handlers the default acts
    deadline = time.monotonic() + SOON
    while (server := home_program("db", "status", "--json").json["server"]) != "stopped":
        assert time.monotonic() < deadline, server  # a busy machine's server is still stopping


def test_a_second_run_ends_75_or_skips_when_told(program, bank):
    process = program.start("generate", "--count", 5000, FAMILY_CAP="100000")
    while active(bank) < 5:
        time.sleep(0.02)

    busy = program("generate", "--count", 1)
    skipped = program("generate", "--count", 1, "--skip-if-busy")
    beside = program("generate", "--count", 1, "--lease", "mine")
    process.terminate()
    process.communicate()

    assert [busy.status, skipped.status, beside.status] == [75, 0, 0]
    assert "another run of generate is under way: run 1" in busy.last_line


def test_four_runs_together_keep_no_twin(program, bank):
    together = [
        program.start("generate", "--count", 60, "--seed", "same", "--lease", name)
        for name in "abcd"
    ]
    ended = [process.communicate()[1] + str(process.returncode) for process in together]

    assert all(end.endswith("0") for end in ended), ended
    assert "deadlock" not in "".join(ended).lower()
    with bank.connect() as db:
        assert db.scalar(text("SELECT count(DISTINCT signature) FROM questions")) == 240


def test_four_runs_of_one_lease_let_one_work(program, bank):
    together = [program.start("generate", "--count", 60) for _ in "abcd"]
    statuses = sorted(process.wait() for process in together)
    for process in together:
        process.communicate()

    assert statuses in ([0, 75, 75, 75], [0, 0, 75, 75], [0, 0, 0, 75], [0, 0, 0, 0])
    assert active(bank) == 60 * statuses.count(0)


def test_a_full_family_is_left_for_others_and_the_count_is_met(program, bank):
    ended = program("generate", "--count", 60, "--types", "math", FAMILY_CAP="7")
    with bank.connect() as db:
        largest = db.scalar(
            text("SELECT max(n) FROM (SELECT count(*) n FROM questions GROUP BY family) f")
        )

    assert ended.status == 0
    assert largest <= 7


def test_no_room_at_all_ends_partial_with_the_reason(program):
    ended = program("generate", "--count", 50, "--types", "math", FAMILY_CAP="1")

    assert ended.status == Exit.PARTIAL
    assert "FAMILY_CAP" in ended.err


def test_runs_are_listed_and_shown(program):
    program("generate", "--count", 4)

    listed = json.loads(program("runs", "--json").out)["runs"]
    shown = program("runs", "show", listed[0]["id"])
    missing = program("runs", "show", 999)

    assert [row["job_id"] for row in listed] == ["generate"]
    assert "Run 1 of generate: success (exit code 0)" in shown.out
    assert (missing.status, missing.last_line) == (
        3,
        "exit code: 3 (config): there is no run 999; see: itemwell runs",
    )


def test_a_bug_is_told_with_its_traceback_and_status_70(program):
    code = (
        "import sys, itemwell.cli as cli, itemwell.cli.exit_codes as broken\n"
        "broken.markdown = lambda: 1 / 0\n"
        "sys.exit(cli.main(['exit-codes']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=program.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "exit code: 70 (bug): ZeroDivisionError" in done.stderr


def test_the_old_script_is_the_same_program(program):
    done = subprocess.run(
        [sys.executable, SCRIPTS / "run_generation.py", "--dry-run", "--count", "5", "--verbose"],
        env=program.environment,
        cwd=program.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "exit code: 0 (ok): 5 questions saved to a file" in done.stderr


def test_help_is_there_for_every_command_and_loads_nothing_heavy(program):
    code = (
        "import sys; from itemwell.cli import main\n"
        "for words in (['--help'], ['generate', '--help'], ['questions', 'import', '--help'], ['runs', '--help'],"
        " ['db', 'restore', '--help'], ['config', 'show', '--help'], ['doctor', '--help']): main(words)\n"
        "heavy = {'sqlalchemy', 'psycopg', 'pydantic', 'rich', 'structlog', 'alembic', 'numpy', 'openai'}\n"
        "print(heavy & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=program.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr == "set()\n"
    assert done.stdout.count("Usage:") == 7


def test_doctor_has_one_line_a_check(program):
    ended = program("doctor")

    assert ended.status == 0
    assert [line.split()[1] for line in ended.out.splitlines()] == [
        "settings", "disk", "embedder", "bank", "schema", "clock", "writing", "inputs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({}, 0, "minilm, sentence-transformers:all-MiniLM-L6-v2@"),
        ({"EMBEDDER": "hash"}, 0, "hash, itemwell:hash@1/384"),
        ({"EMBEDDER": "google", "GOOGLE_API_KEY": "k"}, 0, "gemini-embedding-001@1/768, $0.15 a million"),
        ({"EMBEDDER": "google"}, 3, "GOOGLE_API_KEY is not set; set GOOGLE_API_KEY or another"),
        ({"EMBEDDER_DIRECTORY": "/nowhere"}, 3, "/nowhere holds no model.safetensors"),
        ({"EMBEDDER": "openai", "OPENAI_API_KEY": "k", "EMBEDDER_MODEL": "own/64"}, 3, "price unknown"),
    ],
    ids=str,
)  # fmt: skip
def test_doctor_tells_which_embedder_is_in_force(program, changes, status, told):
    ended = program("doctor", **{"EMBEDDER": "auto"} | changes)

    (line,) = [line for line in ended.out.splitlines() if line.split()[1] == "embedder"]
    assert (ended.status, told in line) == (status, True), line


def test_the_reader_of_the_output_may_go_away(program):
    program("generate", "--count", 30)
    done = subprocess.run(
        f"{sys.executable} -m itemwell questions export | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", env=program.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_stream_is_no_bug(program):
    statuses = [
        subprocess.run(
            f"{sys.executable} -m itemwell {command}", shell=True, executable="/bin/bash", env=program.environment,
            stdout=subprocess.DEVNULL, check=False,
        ).returncode
        for command in ("runs >&-", "runs --json 2>&-", "--help >&-", "exit-codes <&-")
    ]  # fmt: skip

    assert statuses == [0, 0, 0, 0]


def test_a_killed_run_is_told_as_dead_before_the_next_one(program, bank):
    process = program.start("generate", "--count", 5000, FAMILY_CAP="100000")
    while active(bank) < 5:
        time.sleep(0.02)
    process.kill()
    process.communicate()

    (row,) = json.loads(program("runs", "--json").out)["runs"]

    assert (row["status"], row["reason"]) == ("stale", "died")


def test_the_old_script_without_an_installation_ends_3(tmp_path):
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "run_generation.py"
    script.write_text((SCRIPTS / "run_generation.py").read_text())

    done = subprocess.run(
        [sys.executable, "-S", "-I", script], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr.startswith("exit code: 3 (config)")) == (3, True)
