"""What Sentry hears of the real program: over a socket, from the real SDK."""

import base64
import json
import re
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from sqlalchemy import make_url, text
from tests.calibrate.learners import a_truth, add_questions, answer
from tests.sentry.relay import Relay, seconds_of

from itemwell import __version__
from itemwell.store import runs

NOBODY = "postgresql://nobody@127.0.0.1:1/none"
PASSWORD = 'PLANTED p@ss/w0rd "q" it\'s&'
SECRETS = {
    "OPENAI_API_KEY": "sk-proj-PLANTED-openai-0123456789",
    "ANTHROPIC_API_KEY": "sk-ant-PLANTED-anthropic-0123456789",
    "GOOGLE_API_KEY": "AIzaSyPLANTEDgoogle0123456789",
    "CRON_SECRET": "PLANTED-cron-secret-4711",
    "MONITOR_TOKEN": "PLANTED-monitor-token-4712",
    "REDIS_URL": "redis://me:PLANTED-redis-4713@127.0.0.1/0",
}
BEARER = "PLANTED-bearer-nobody-set-4714"
ARGUMENT = SECRETS["CRON_SECRET"]


@pytest.fixture
def relay():
    started = Relay()
    yield started
    started.close()


@pytest.fixture
def told(program, relay):
    """The program, telling `relay`."""
    program.environment |= {"SENTRY_DSN": relay.dsn, "ENV": "staging"}
    return program


@pytest.fixture
def answered(bank):
    """A bank that has something to calibrate."""
    ids, truth = add_questions(bank, 40), a_truth(40, learners=600)
    answer(bank, ids, truth, 20)


def a_bug(bank, message="the answer is 42"):
    """From here on a calibration comes upon what nobody foresaw."""
    with bank.begin() as db:
        db.execute(text(f"CREATE FUNCTION burst() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION USING MESSAGE = {literal(message)}; END $f$"))  # fmt: skip
        db.execute(text("CREATE TRIGGER burst BEFORE INSERT ON irt_calibration_runs EXECUTE FUNCTION burst()"))  # fmt: skip


def literal(value):
    return "'" + value.replace("'", "''").replace(":", "\\:") + "'"


def statuses(relay):
    return [(each["monitor_slug"], each["status"]) for each in relay.of("check_in")]


def test_a_failed_calibration_is_an_error_and_an_open_check_in_is_closed(told, relay, answered):
    ended = told("calibrate", "--deadline", "0.001s")

    [event] = relay.of("event")
    assert ended.status == 2, ended.err
    assert event["level"] == "error"
    assert event["tags"] == {
        "command": "calibrate", "job": "calibrate", "run": "1", "exit_status": "2",
        "reason": "deadline",
    }  # fmt: skip
    assert event["fingerprint"] == ["calibrate", "deadline"]
    assert (event["release"], event["environment"]) == (f"itemwell@{__version__}", "staging")
    assert event["message"] == "calibrate: the deadline came before anything was published"
    assert statuses(relay) == [("calibrate", "in_progress"), ("calibrate", "error")]


def test_a_job_that_went_well_checks_in_and_is_no_event(told, relay, answered):
    ended = told("calibrate")

    begun, done = relay.of("check_in")
    assert ended.status == 0, ended.err
    assert relay.of("event") == relay.of("transaction") == []
    assert begun["monitor_config"] == {
        "schedule": {"type": "crontab", "value": "0 4 * * 0"},
        "timezone": "UTC",
        "checkin_margin": 15,
        "max_runtime": 45,
        "failure_issue_threshold": 1,
        "recovery_threshold": 1,
    }
    assert (done["status"], done["check_in_id"]) == ("ok", begun["check_in_id"])
    assert done["duration"] > 0


def test_a_monitor_goes_by_the_operators_schedule(told, relay, answered):
    (told.folder / "itemwell.toml").write_text(
        '[schedule.calibrate]\ncron = "5 1 * * 6"\nzone = "Europe/Budapest"\ndeadline = "10m"\n'
    )
    told("calibrate")

    config = relay.of("check_in")[0]["monitor_config"]
    assert config["schedule"]["value"] == "5 1 * * 6"
    assert (config["timezone"], config["max_runtime"]) == ("Europe/Budapest", 25)


def test_a_trace_tells_how_long_a_run_took(told, relay, answered):
    told("calibrate", SENTRY_TRACES_SAMPLE_RATE="1")

    [trace] = relay.of("transaction")
    assert trace["transaction"] == "calibrate"
    assert trace["contexts"]["trace"]["status"] == "ok"


@pytest.mark.parametrize(
    ("arguments", "status"), [(["calibrate"], 1), (["generate", "--count", 1], 4), (["runs"], 4)]
)
def test_a_database_that_is_away_is_an_event(told, relay, arguments, status):
    ended = told(*arguments, DATABASE_URL=NOBODY)

    [event] = relay.of("event")
    assert ended.status == status
    assert event["fingerprint"] == [event["tags"]["command"], "database"]
    assert event["tags"]["command"].startswith(arguments[0])
    assert event["level"] == "error"
    assert relay.of("check_in") == []  # no run was begun: Sentry tells it as missed


def test_a_bug_is_an_event_with_its_stack_and_no_variable(told, relay, bank, answered):
    a_bug(bank)

    ended = told("calibrate")

    [event] = relay.of("event")
    frames = [
        frame for each in event["exception"]["values"] for frame in each["stacktrace"]["frames"]
    ]
    assert ended.status == 70
    assert (event["level"], event["tags"]["reason"]) == ("fatal", "bug")
    assert event["fingerprint"] == ["calibrate", "{{ default }}"]
    assert "itemwell.calibrate.job" in {frame["module"] for frame in frames}
    assert not any("vars" in frame for frame in frames)
    assert statuses(relay)[-1] == ("calibrate", "error")


def test_part_of_it_is_a_warning_and_checks_in_well(told, relay):
    ended = told("generate", "--count", 40, "--types", "math", FAMILY_CAP="1")

    [event] = relay.of("event")
    assert ended.status == 1, ended.err
    assert event["level"] == "warning"
    assert statuses(relay) == [("generate", "in_progress"), ("generate", "ok")]


def test_slips_and_a_busy_run_are_no_events(told, relay, bank, empty_url, answered):
    ends = [told("calibrate", "--min-new", "many"), told("calibrate", QUESTIONS_PER_RUN="x")]
    ends += [told("calibrate", DATABASE_URL=empty_url), told("questions", "show", 99)]
    with runs.begin(bank, "calibrate"):
        ends.append(told("calibrate"))

    assert [ended.status for ended in ends] == [3, 3, 3, 3, 75]
    assert relay.received == []


def test_a_run_of_the_schedule_that_finds_nothing_to_do_it_with_is_told(told, relay):
    ended = told("readiness")

    [event] = relay.of("event")
    assert ended.status == 3
    assert event["fingerprint"] == ["readiness", "config"]
    assert statuses(relay)[-1] == ("readiness", "error")


def test_a_rollback_is_no_run_that_the_schedule_waits_for(told, relay, answered):
    told("calibrate")
    before = len(relay.of("check_in"))
    told("calibrate", "rollback", 1)

    assert len(relay.of("check_in")) == before == 2


@pytest.fixture
def planted(told, relay, bank_url):
    url = make_url(bank_url).set(password=PASSWORD)
    planted = {"DATABASE_URL": url.render_as_string(hide_password=False), **SECRETS}
    told.environment |= planted
    return [*planted.values(), PASSWORD, relay.dsn, "PLANTED-redis-4713"]


def written(values):
    """Each value in the ways in which it might arrive."""
    for value in values:
        yield from (value, quote(value, safe=""), json.dumps(value)[1:-1], repr(value)[1:-1])
        yield base64.b64encode(value.encode()).decode()


def leaks(relay, values):
    return [each for each in written(values) if each.encode() in relay.everything]


def test_a_secret_in_the_message_of_a_bug_arrives_in_no_byte(told, relay, bank, planted, answered):
    a_bug(bank, f"Authorization: Bearer {BEARER}; it held {'; '.join(written(planted))}")

    ended = told("calibrate", "--verbose")

    assert ended.status == 70
    assert BEARER in ended.err  # it was in the traceback that Sentry is told of
    assert len(relay.of("event")) == 1
    assert leaks(relay, [*planted, BEARER]) == []
    assert b"PLANTED" not in relay.everything


SCENE = '''
"""A job that holds secrets wherever an SDK might look."""
import logging, sys
import click
from itemwell.cli import entry, readiness as module
from itemwell.cli.options import Command
from itemwell.store import runs
from itemwell.store.connect import open_bank


@click.command(cls=Command)
@click.option("--lease")
def readiness(common, lease):
    settings = common.settings()
    held = sys.stdin.read().split("\\n")
    with open_bank(settings) as bank, runs.begin(bank, "readiness"):
        for each in held:
            logging.getLogger("itemwell.scene").warning(f"a log line: {each}")
        try:
            raise KeyError(held)
        except KeyError as error:
            error.add_note(held[0])
            raise RuntimeError(f"no call with {sys.argv}, {held}") from error


module.readiness = readiness
entry()
'''


def test_secrets_in_variables_log_lines_arguments_and_causes_arrive_in_no_byte(
    told, relay, planted
):
    done = subprocess.run(
        [sys.executable, "-c", SCENE, "readiness", "--lease", ARGUMENT],
        input="\n".join([*written(planted), f"Authorization: Bearer {BEARER}"]),
        env=told.environment,
        cwd=told.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    [event] = relay.of("event")
    crumbs = event["breadcrumbs"]["values"]
    assert done.returncode == 70, done.stderr
    assert sum(each["message"].startswith("a log line: ") for each in crumbs) > 11
    assert {each["type"] for each in event["exception"]["values"]} == {"KeyError", "RuntimeError"}
    assert leaks(relay, [*planted, BEARER]) == []
    assert b"PLANTED" not in relay.everything


ILL = {
    500: "it answered 500",
    302: "it answered 302",
    429: "it answered 429",
    "hang": "no answer within 5 s",
    "nobody": "it cannot be reached",
}


@pytest.mark.parametrize("way", ILL)
def test_a_sentry_that_is_ill_changes_no_end_and_takes_seconds(told, relay, answered, way):
    if way == "nobody":
        relay.close()
    elsewhere = Relay()
    relay.way, relay.elsewhere = way, f"http://127.0.0.1:{elsewhere.server.server_port}/other"

    ended, seconds = seconds_of(lambda: told("calibrate", "--min-answers", 30))

    assert ended.status == 0
    assert ended.last_line == "exit code: 0 (ok): 40 questions calibrated"
    assert f"Sentry was not told: {ILL[way]}" in ended.err
    assert elsewhere.received == []
    assert seconds < 5 + 15  # of a calibration on a busy machine
    elsewhere.close()


@pytest.mark.slow
def test_a_sentry_that_hangs_holds_a_failure_up_for_15_seconds(told, relay):
    relay.way = "hang"

    ended, seconds = seconds_of(lambda: told("runs", DATABASE_URL=NOBODY))

    assert ended.status == 4
    assert ended.last_line.startswith("exit code: 4 (database): Failed to connect to database")
    assert "Sentry was not told: no answer within 15 s" in ended.err
    assert 15 <= seconds < 25


def test_a_stop_signal_does_not_wait_for_sentry(told, relay, bank, answered):
    relay.way = "hang"
    process = told.start_anew("calibrate", "--se", "bootstrap")
    wait_for(lambda: relay.received)

    process.send_signal(signal.SIGTERM)
    (_, err), seconds = seconds_of(lambda: process.communicate(timeout=60))

    assert process.returncode == 143, err
    assert seconds < 5  # 2 on a machine of one's own
    assert relay.of("event") == []


def test_a_stop_signal_while_sentry_is_told_leaves_the_end_as_it_was(told, relay):
    relay.way = "hang"
    process = told.start_anew("runs", DATABASE_URL=NOBODY)
    wait_for(lambda: relay.received)

    process.send_signal(signal.SIGTERM)
    (_, err), seconds = seconds_of(lambda: process.communicate(timeout=60))

    assert process.returncode == 4, err
    assert err.splitlines()[-1].startswith("exit code: 4 (database): Failed to connect")
    assert seconds < 5


def wait_for(true):
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("waited for half a minute")


@pytest.mark.parametrize("arguments", [["--help"], ["config", "show"], ["runs"], ["doctor"]])
def test_commands_that_run_no_job_do_not_import_the_sdk(told, arguments):
    ended = told.anew(*arguments, PYTHONPROFILEIMPORTTIME="1")

    assert "itemwell.cli" in ended.err
    assert not re.search(r"\bsentry_sdk\b", ended.err)


def test_without_a_dsn_nothing_is_imported_and_nobody_told(program, relay, answered):
    ended = program.anew("calibrate", PYTHONPROFILEIMPORTTIME="1")

    assert ended.status == 0
    assert not re.search(r"\bsentry_sdk\b", ended.err)


def test_the_dsn_is_told_by_no_command(told, relay):
    shown = told("config", "show")

    assert relay.dsn not in shown.out + shown.err
    assert re.search(r"SENTRY_DSN +set ", shown.out)
