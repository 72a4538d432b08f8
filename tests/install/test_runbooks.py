"""Every page of the runbook has its sections, and the commands in it exist with their options."""

import re

import pytest

from itemwell.install.render import CREDENTIALS, README
from itemwell.install.targets import TARGETS
from itemwell.schedule import JOBS
from itemwell.settings import Settings
from tests.install.test_deploy import DEPLOY

PAGES = sorted({*DEPLOY.rglob("*.md")})
SECTIONS = ("Install", "First run", "See a failed run", "Run by hand", "Upgrade", "Roll back", "Uninstall")  # fmt: skip
SUBJECTS = {"db", "runs", "questions", "jobs", "alerts"}
"""First words of commands that pages write without the program's name."""

PLATFORMS = {
    "AF_INET", "AF_UNIX", "ASSIGN_PUBLIC_IP", "CAPABILITY_IAM", "CRON_TZ", "GRACE_SECONDS",
    "ITEMWELL_COMMAND", "ITEMWELL_IMAGE", "ITEMWELL_URL", "NUMBA_CACHE_DIR", "ON_ERROR_STOP",
    "PING_NAME", "POSTGRES_DB", "POSTGRES_IMAGE", "POSTGRES_PASSWORD_FILE", "POSTGRES_USER",
    "SECURITY_GROUPS", "TASK_DEFINITION", "UV_COMPILE_BYTECODE", "UV_LINK_MODE", "UV_PYTHON_DOWNLOADS",
    "UV_SYSTEM_CERTS",
}  # fmt: skip
"""Names in capitals that are no settings: of platforms, of tools, and of the files themselves."""


def codes(text):
    """What stands in back quotes, and the lines of consoles without prompt and comment."""
    blocks = re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    spans = re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    )
    return [re.sub(r"^[#$] |\s{2,}# .*", "", line) for line in lines] + spans


def commands(text):
    """The words after `itemwell` of each command in a page, and of those that leave the name out."""
    found = set()
    for code in codes(text):
        told = re.sub(r'"?\$\([^)]*\)"?', "VALUE", code)
        for part in re.split(r"&&|\|\||[|;>]", told):
            words = part.strip().rstrip(")\"'").split()
            named = [
                at for at, word in enumerate(words) if re.fullmatch(r"(\S*bin/)?itemwell", word)
            ]
            starts = [at for at in named if at == 0 or "/" in words[at] or calls(words[:at])]
            if starts:
                found.add(tuple(words[starts[-1] + 1 :]))
            elif words and words[0] in SUBJECTS and len(words) > 1:
                found.add(tuple(words))
    return {words for words in found if words}


def calls(before):
    """Whether the words before the name run it: variables, a container, a platform's shell."""
    return all("=" in word for word in before) or before[:2] in (["docker", "compose"], ["railway", "run"])  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DEPLOY)))
def test_the_commands_of_a_page_exist_with_their_options(page, bare_program):
    for words in sorted(commands(page.read_text())):
        given = [word.strip("[]\"'") for word in words if word not in {"\\", "..."}]
        given = ["x" if word == "TARGET" else word for word in given]
        ended = bare_program(*given, "--help")

        assert ended.status == 0, f"itemwell {' '.join(words)}: {ended.err}"


def test_a_command_that_does_not_exist_would_be_found(bare_program):
    page = "# Run by hand\n\n`itemwell generate --cout 5`, then\n\n```console\n# DATABASE_URL=x /opt/bin/itemwell db upgarde\n$ docker compose run --rm itemwell runs\n```\n"

    found = commands(page)

    assert found == {("generate", "--cout", "5"), ("db", "upgarde"), ("runs",)}
    assert [bare_program(*words, "--help").status for words in sorted(found)] == [3, 3, 0]


@pytest.mark.parametrize("target", TARGETS)
def test_a_page_has_each_section_once_and_something_in_it(target):
    text = (DEPLOY / target / README).read_text()
    titles = [part.strip().lower() for title in re.findall(r"^## (.+)$", text, re.MULTILINE) for part in title.split(",")]  # fmt: skip
    bodies = [body.strip() for body in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]]

    assert titles == [section.lower() for section in SECTIONS]
    assert all(len(body.split()) >= 2 for body in bodies)


@pytest.mark.parametrize("target", TARGETS)
def test_a_schema_that_changed_is_named_where_a_version_changes(target):
    text = (DEPLOY / target / README).read_text()
    runs_the_program = not {target} & {"logrotate", "monitoring", "vercel", "aws-lambda", "pg-cron"}

    assert not runs_the_program or {"db upgrade", "db backup", "db restore FILE"} <= {
        " ".join(words) for words in commands(text)
    }


def test_every_name_in_capitals_is_a_setting_or_a_platforms_own():
    settings = {name.upper() for name in Settings.model_fields}
    known = PLATFORMS | settings | {f"{name}_FILE" for name in settings} | {f"PING_{job.upper()}" for job in JOBS}  # fmt: skip
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    strange = {
        f"{path.relative_to(DEPLOY)}: {name}"
        for path in files
        for name in re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)\b", path.read_text())
        if name not in known
    }

    assert strange == set()


def test_the_secrets_that_are_handed_on_are_all_that_a_job_may_need():
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}  # fmt: skip

    assert set(CREDENTIALS) == secret - {"cron_secret"}
