"""The words of health, its statuses, and what a probe leaves alone."""

import json
import os
import subprocess
import sys
from statistics import median

import pytest
from tests.upkeep.past import a_call, a_run, execute, questions, rows

PROBE = (
    "import json, sys; from itemwell.cli import main; status = main(['health', '--probe', '-q']);"
)
BARE = "import json, sys, psycopg, sqlalchemy"
HEAVY = ("numpy", "scipy", "numba", "openai", "anthropic", "google.genai", "sentry_sdk", "pyarrow")
LIGHT = frozenset(
    "itemwell annotated_types attr attrs click dotenv platformdirs pydantic pydantic_core"
    " pydantic_settings pygments rich structlog typing_inspection greenlet".split()
)
"""What a probe may load beside the database's libraries; SQLAlchemy loads greenlet where it is."""


def found(ended):
    return {
        each["component"]: (each["status"], each["message"]) for each in ended.json["components"]
    }


def test_an_empty_bank_is_unhealthy_in_the_words_of_the_contract(program):
    ended = program("health", "--probe", "--json")

    assert ended.status == 2
    assert found(ended)["questions"] == ("unhealthy", "No questions in database")


def test_nothing_for_eight_days_is_unhealthy(program, bank):
    questions(bank, "math", 1, ago="9 days")

    ended = program("health", "--probe")

    assert ended.status == 2
    assert "questions: No questions generated in 9 days" in ended.last_line


def test_a_bank_that_is_well_is_ok(program, bank):
    questions(bank, "math", 1)
    a_run(bank, "generate")

    ended = program("health", "--probe")

    assert ended.last_line == "exit code: 0 (ok): OK"
    assert rows(bank, "SELECT count(*) FROM health_checks") == [(0,)]


def test_a_bank_that_cannot_be_reached_is_unhealthy(bare_program):
    nobody = "postgresql://nobody:PLANTED-4711@127.0.0.1:1/none"

    ended = bare_program("health", "--probe", DATABASE_URL=nobody)

    assert ended.status == 2
    assert "PLANTED" not in ended.out + ended.err


def test_a_probe_makes_no_bank(bare_program):
    ended = bare_program("health", "--probe")

    assert ended.last_line.startswith("exit code: 2 (failed): bank: there is no bank yet")
    assert not (bare_program.folder / "home").exists()


def test_each_component_is_kept(program, bank):
    questions(bank, "math", 1)
    for _ in range(3):
        a_call(bank, a_run(bank), 1, state="failed")
    execute(bank, "UPDATE llm_calls SET error_kind = 'billing'")

    ended = program("health")

    kept = {row[0]: row[1] for row in rows(bank, "SELECT component, status FROM health_checks")}
    assert ended.status == 0
    assert {"bank", "schema", "clock", "queue", "disk", "job generate"} <= set(kept)
    assert (kept["questions"], kept["vendor openai"]) == ("healthy", "unhealthy")


@pytest.mark.parametrize("failures", [1, 3])
def test_a_job_that_fails_on_and_on_is_unhealthy(program, bank, failures):
    questions(bank, "math", 1)
    for number in range(failures):
        a_run(bank, "exams", "failed", ago=f"{number + 1} minutes", error="no disk")

    ended = program("health", "--probe", "--json")

    assert ended.status == (2 if failures == 3 else 0)


@pytest.fixture
def alone(bank, bank_url):
    """Starts a Python that no test has prepared, with a bank that is well."""
    questions(bank, "math", 1)
    environment = {"DATABASE_URL": bank_url, "HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    return start


def modules_of(process):
    out, _ = process.communicate()
    return json.loads(out.splitlines()[-1])


def test_a_probe_loads_neither_sdk_nor_numpy(alone):
    status, loaded = modules_of(
        alone("-c", f"{PROBE} print(json.dumps([status, sorted(sys.modules)]))")
    )
    _, bare = modules_of(alone("-c", f"{BARE}; print(json.dumps([0, sorted(sys.modules)]))"))

    assert status == 0
    assert not set(HEAVY) & set(loaded)
    libraries = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    libraries -= {name.partition(".")[0] for name in bare}
    assert {each for each in libraries if not each.startswith("_")} <= LIGHT
    assert len(loaded) < 2 * len(bare)


def seconds_of(process):
    """Of the processor, in user and system."""
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime


def test_a_probe_costs_little_more_than_the_libraries_that_it_needs(alone):
    """A second on a machine that imports these in 0.35 s; the ratio holds on a busy one as well."""
    pairs = [(seconds_of(alone("-c", PROBE)), seconds_of(alone("-c", BARE))) for _ in range(3)]

    assert median(probe / bare for probe, bare in pairs) < 2.8, pairs
