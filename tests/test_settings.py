"""Where settings come from, and that all problems are told at once without a secret."""

import pytest

from itemwell.bank import Stratum
from itemwell.errors import ConfigError
from itemwell.settings import load


def test_a_flag_wins_over_the_environment_over_dotenv_over_toml_over_the_default(
    monkeypatch, tmp_path
):
    layers = []
    for write in (
        lambda: None,
        lambda: (tmp_path / "itemwell.toml").write_text("questions_per_run = 1"),
        lambda: (tmp_path / ".env").write_text("QUESTIONS_PER_RUN=2"),
        lambda: monkeypatch.setenv("QUESTIONS_PER_RUN", "3"),
    ):
        write()
        loaded = load()
        layers.append((loaded.settings.questions_per_run, loaded.origins["questions_per_run"]))
    flagged = load({"questions_per_run": 4})

    assert layers == [(50, "default"), (1, "itemwell.toml"), (2, ".env"), (3, "environment")]
    assert (flagged.settings.questions_per_run, flagged.origins["questions_per_run"]) == (4, "flag")


def test_all_problems_are_told_at_once_and_no_value(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://root:hunter2@db/bank")
    monkeypatch.setenv("QUESTIONS_PER_RUN", "hunter3")
    monkeypatch.setenv("LOG_LEVEL", "hunter4")

    with pytest.raises(ConfigError) as told:
        load()

    assert all(
        name in str(told.value) for name in ("DATABASE_URL", "QUESTIONS_PER_RUN", "LOG_LEVEL")
    )
    assert "hunter" not in str(told.value)


def test_a_secret_is_read_from_the_file_that_the_environment_names(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("sk-1\n")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))

    loaded = load()

    assert loaded.settings.openai_api_key.get_secret_value() == "sk-1"
    assert loaded.origins["openai_api_key"] == "secret file"


def test_a_secret_is_read_from_systemds_credentials(monkeypatch, tmp_path):
    (tmp_path / "database_url").write_text("postgresql://me@db/bank")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert load().settings.database_url.get_secret_value() == "postgresql://me@db/bank"


def test_a_secret_file_that_is_missing_is_named(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY_FILE", "/no/such/key")

    with pytest.raises(ConfigError, match="/no/such/key: no such file"):
        load()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("itemwell.toml", "questions_per_run = ", "not valid TOML"),
        ("itemwell.toml", "question_per_run = 5", "did you mean questions_per_run"),
        ("itemwell.toml", "questions_per_run = 0", "QUESTIONS_PER_RUN (itemwell.toml)"),
        ("itemwell.toml", "[targets]\nmath = -1", "TARGETS"),
        (".env", "this is no setting", "line 1: not of the form NAME=value"),
        (".env", "TARGETS=math:3", "TARGETS (.env): must be JSON"),
        (".env", 'DIFFICULTY_MIX={"easy": 0.5}', "must sum to 1"),
        (".env", "EMBEDDER=bert", "EMBEDDER (.env): must be 'auto', 'hash'"),
        (
            ".env",
            "EMBEDDER_MODEL=a-model",
            "EMBEDDER_MODEL (.env): is for EMBEDDER openai or google",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, name, text, told):
    (tmp_path / name).write_text(text)

    with pytest.raises(ConfigError) as error:
        load()

    assert told.lower() in str(error.value).lower()


def test_a_file_that_is_no_text_says_so(tmp_path):
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="not a text in UTF-8"):
        load()


def test_a_directory_in_place_of_dotenv_says_so(tmp_path):
    (tmp_path / ".env").mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        load()


def test_names_that_change_programs_are_ignored_in_dotenv_with_a_warning(tmp_path):
    (tmp_path / ".env").write_text("LD_PRELOAD=/tmp/evil.so\nQUESTIONS_PER_RUN=7\n")

    loaded = load()

    assert loaded.settings.questions_per_run == 7
    assert loaded.warnings == (".env: LD_PRELOAD is ignored: set it in the environment",)


def test_a_slip_in_dotenv_is_warned_of_and_names_of_others_are_not(tmp_path):
    (tmp_path / ".env").write_text("TARGET_PER_TYP=3\nWORDPRESS_URL=x\n")

    assert load().warnings == (".env: TARGET_PER_TYP is no setting; did you mean TARGET_PER_TYPE?",)


def test_a_password_with_a_space_and_a_hash_survives_dotenv(tmp_path):
    (tmp_path / ".env").write_text('DATABASE_URL="postgresql://me:a%20b #c@db/bank"\n')

    assert load().settings.database_url.get_secret_value() == "postgresql://me:a%20b #c@db/bank"


def test_targets_of_a_type_are_split_by_the_mix():
    settings = load({"targets": {"math": 100}}).settings

    assert settings.target(Stratum("math", "medium")) == 45
    assert settings.target(Stratum("logic", "hard")) == 12.5


@pytest.mark.parametrize(
    ("dsn", "told"),
    [
        ("not-a-dsn", "must look like https://key@host/project"),
        ("ftp://hunter2@sentry.io/1", "must look like https://key@host/project"),
        ("https://sentry.io/1", "has no key before the @"),
        ("https://hunter2@sentry.io/", "does not end with the project's number"),
        ("https://hunter2@sentry.io:99999/1", "has a port that cannot be"),
        ("https://hunter2@[sentry.io/1", "must look like"),
        ("https://hunter2@sentry.io/1 #", "holds a character that no DSN has"),
    ],
)
def test_a_wrong_dsn_says_what_is_wrong_with_it(monkeypatch, dsn, told):
    monkeypatch.setenv("SENTRY_DSN", dsn)

    with pytest.raises(ConfigError) as error:
        load()

    assert f"SENTRY_DSN (environment): {told}" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_env_may_be_anything_where_there_is_no_sentry(monkeypatch):
    monkeypatch.setenv("ENV", "/root/.shrc")
    kept = load().settings.env
    monkeypatch.setenv("SENTRY_DSN", "https://key@sentry.io/1")

    with pytest.raises(
        ConfigError, match=r"ENV \(environment\): must be a word such as production"
    ):
        load()
    assert kept == "/root/.shrc"


def test_a_folder_of_secrets_that_cannot_be_looked_into_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / ("x" * 300)))

    with pytest.raises(ConfigError, match="database_url cannot be read: File name too long"):
        load()
