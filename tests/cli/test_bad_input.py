"""An operator's mistake gets one line, a documented status, and nothing is lost. The real program."""

import json
import os

import pytest

CONFIG = 3


def one_line(ended):
    return ended.err.strip().splitlines()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["generate", "--cuont", "5"], "No such option"),
        (["generate", "--count", "-1"], "-1 is not in the range 0<=x<=10000"),
        (["generate", "--count", "1000000"], "1000000 is not in the range"),
        (["generate", "--count", "many"], "'many' is not a valid integer"),
        (
            ["generate", "--types", "history"],
            "choose from pattern, logic, spatial, math, verbal, memory",
        ),
        (["generate", "--types", "math,"], "unknown type ''"),
        (["generate", "--difficulty", "brutal"], "choose from easy, medium, hard"),
        (["generate", "--deadline", "soon"], "is not a duration such as 90s"),
        (["generate", "--deadline", "0"], "is not a duration"),
        (["generate", "--min-score", "2"], "2.0 is not in the range"),
        (["generate", "--seed", "caf\udce9"], "argument 3 is not in UTF-8"),
        (["generate", "extra"], "unexpected extra argument"),
        (["generrate"], "No such command 'generrate'"),
        (["questions", "show", "seven"], "'seven' is not a valid integer"),
        (["questions", "retire", "1"], "Missing option '--reason'"),
        (["questions", "import", "/no/such/file"], "/no/such/file: No such file"),
        (["db", "restore", "/no/such/file"], "/no/such/file is no backup"),
        (["generate", "--env-file", "/no/such/file"], "/no/such/file: no such file"),
        (["generate", "--config-file", "/no/such/file"], "/no/such/file: no such file"),
        (["generate", "--log-file", "/proc/nowhere/log"], "LOG_FILE /proc/nowhere/log"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(bare_program, arguments, told):
    ended = bare_program(*arguments)

    assert ended.status == CONFIG
    assert told in ended.err
    assert len(one_line(ended)) == 1
    assert ended.last_line.startswith("exit code: 3 (config): ")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DATABASE_URL": "not a url"}, "must look like postgresql://"),
        ({"DATABASE_URL": "mysql://u:hunter2@h/d"}, "must begin with postgresql://"),
        ({"DATABASE_URL": "postgresql://u:hunter2@h:5432"}, "must end with the database's name"),
        ({"DATABASE_URL": "postgresql://u:hunter2@h:port/d"}, "must look like postgresql://"),
        ({"DATABASE_URL": "postgresql://u@h/d?password=hunter2"}, "password before the @"),
        (
            {"DATABASE_URL": "postgresql://u:hunter2@h/d?foo=bar"},
            "a parameter that Postgres does not know",
        ),
        ({"DATABASE_URL": "postgresql://u:hunter2@h/d?sslmode=bogus"}, "has an sslmode"),
        ({"DATABASE_URL": "postgresql://u:hunter2@h:99999/d"}, "has a port that cannot be"),
        ({"TARGETS": '{"maths": 3}'}, "no item model writes maths"),
        ({"TARGETS": "maths"}, 'must be JSON such as {"math": 100}'),
        ({"QUESTIONS_PER_RUN": "0"}, "QUESTIONS_PER_RUN (environment)"),
        ({"MIN_ARBITER_SCORE": "hunter2"}, "MIN_ARBITER_SCORE (environment)"),
        ({"DIFFICULTY_MIX": "{"}, "DIFFICULTY_MIX (environment)"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL (environment)"),
        ({"ITEMWELL_HOME": "/proc/nowhere"}, "ITEMWELL_HOME"),
        ({"ITEMWELL_HOME": "/dev/null"}, "ITEMWELL_HOME"),
        ({"OPENAI_BASE_URL": "http://[::1]:hunter2/v1"}, "has a port that cannot be"),
        ({"ANTHROPIC_BASE_URL": "ftp://hunter2/"}, "must look like https://host"),
        ({"GOOGLE_API_KEY": "hunter2\u200b"}, "a character that no key has"),
        ({"OPENAI_API_KEY_FILE": "/no/such/key"}, "/no/such/key: no such file"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line_without_its_value(bare_program, environment, told):
    ended = bare_program("generate", "--count", "1", **environment)

    assert (ended.status, len(one_line(ended))) == (CONFIG, 1)
    assert told in ended.err
    assert "hunter2" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("itemwell.toml", b"[", "not valid TOML"),
        ("itemwell.toml", b"question_per_run = 3", "did you mean questions_per_run"),
        (".env", b"\xff\xfe", "not a text in UTF-8"),
        (".env", b"no equals sign at all", "not of the form NAME=value"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(bare_program, name, content, told):
    (bare_program.folder / name).write_bytes(content)

    ended = bare_program("config", "check")

    assert (ended.status, len(one_line(ended))) == (CONFIG, 1)
    assert told in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads and writes everything")
def test_a_file_that_may_not_be_read_is_told_in_one_line(bare_program):
    (bare_program.folder / ".env").touch(mode=0)

    assert "cannot be read" in bare_program("config", "check").last_line


def test_no_command_at_all_shows_the_help_and_ends_3(bare_program):
    ended = bare_program()

    assert ended.status == CONFIG
    assert "Commands:" in ended.err


def test_with_json_a_mistake_is_one_document_on_stdout(bare_program):
    ended = bare_program("generate", "--json", "--count", "-1")

    document = json.loads(ended.out)
    assert (document["exit_code"], document["reason"]) == (CONFIG, "usage")


def test_an_unmigrated_server_is_refused_with_the_command_to_run(empty_url, bare_program):
    ended = bare_program("generate", "--count", "1", DATABASE_URL=empty_url)

    assert ended.status == CONFIG
    assert ended.last_line.endswith("run: itemwell db upgrade")


def test_that_command_makes_the_server_ready(empty_url, bare_program):
    bare_program("db", "upgrade", DATABASE_URL=empty_url)

    assert bare_program("generate", "--count", "1", DATABASE_URL=empty_url).status == 0
