"""What the documents say is what the program does."""

import re
from pathlib import Path
from typing import get_args

import pytest
from click import Context, Group
from click.testing import CliRunner
from sqlalchemy import text

from itemwell import settings
from itemwell.cli.exit_codes import markdown
from itemwell.cli.group import MODULES, itemwell
from itemwell.generate.flaws import RULES
from itemwell.llm.door import Kind
from itemwell.schedule import JOBS
from itemwell.store.tables import metadata
from itemwell.templates import models

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_example_of_the_settings_names_every_one_with_its_meaning():
    assert (ROOT / ".env.example").read_text() == settings.example()


def test_the_readmes_exit_statuses_are_the_programs():
    assert markdown() in README


def test_the_readmes_jobs_are_the_schedules_and_each_is_a_command():
    rows = [
        f"| {job.name} | {job.purpose} | `{job.cron}` | {job.deadline.seconds // 60} min |"
        for job in JOBS.values()
    ]

    assert all(row in README for row in rows)
    assert set(JOBS) <= set(MODULES)


def test_the_figures_of_the_readme_are_right():
    assert f"{len(RULES)} free rules" in README
    assert len(models()) == 60


DOCS = "\n".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))
COMMANDS = sorted(set(re.findall(r"`(?:[A-Z_]+=\S+ )*(itemwell [^`]*)`", README + DOCS)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_documents_exists(command):
    words = [word.strip(",") for word in command.split()[1:]]
    group = isinstance(itemwell.get_command(Context(itemwell), words[0]), Group)
    path = words[: 2 if group and words[1:] and words[1].isalpha() else 1]
    flags = [word for word in words if word.startswith("--")]

    ended = CliRunner().invoke(itemwell, [*path, "--help"])

    assert ended.exit_code == 0, ended.output
    assert all(flag in ended.output for flag in flags)


PATHS = re.compile(r"`((?:[\w-]+/)+(?:[\w.-]+)?|[\w/-]+\.(?:py|md|toml|jsonl))`")
OWN = {"itemwell.toml", "job.py", "cells.py", "subtypes.toml", "test_injection.py"}
"""Files that are the user's, or named after the folder that the row is about."""


def test_every_file_that_a_page_names_is_there():
    homes = [ROOT, ROOT / "src/itemwell", ROOT / "docs"]
    named = {name for name in PATHS.findall(DOCS) if not name.startswith("ITEMWELL_HOME/")} - OWN

    assert len(named) > 40
    assert [
        name for name in sorted(named) if not any((home / name).exists() for home in homes)
    ] == []


DATABASE = (ROOT / "docs" / "database.md").read_text()


def test_the_page_of_the_database_names_every_table_and_only_columns_that_there_are():
    tables = metadata.tables
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", DATABASE, re.MULTILINE)
    promised = {name: re.findall(r"`(\w+)`", cells) for name, cells in rows if name in tables}

    assert [name for name in tables if f"`{name}`" not in DATABASE] == []
    assert len(promised) > 20
    for name, columns in promised.items():
        assert columns, name
        assert set(columns) <= {column.name for column in tables[name].columns}, name


def test_the_page_of_the_database_names_every_role_and_every_function_that_one_may_call(bank):
    with bank.connect() as db:
        granted = db.execute(text(GRANTED)).all()

    assert len({function for _, function in granted}) > 15
    for role, function in granted:
        assert f"`{role}`" in DATABASE
        assert f"`{function}(" in DATABASE


GRANTED = """
    SELECT rolname, proname FROM pg_proc JOIN pg_roles ON rolname LIKE 'itemwell\\_%'
        AND has_function_privilege(pg_roles.oid, pg_proc.oid, 'EXECUTE')
    WHERE pronamespace = 'public'::regnamespace
        AND NOT has_function_privilege('public', pg_proc.oid, 'EXECUTE')
"""


def test_the_page_of_settings_is_the_table():
    assert settings.markdown() in (ROOT / "docs" / "settings.md").read_text()


STATUSES = (ROOT / "docs" / "statuses.md").read_text()
EITHER = r'stopped_by or \("(\w+)" if [^)]*? else "(\w+)"\)'
REASON = re.compile(r'Outcome\(\s*[\w.]+(?: if [^,]+)?,\s*"(\w+)"(?: if [^,]+? else "(\w+)")?')


def test_the_page_of_statuses_is_the_programs():
    assert markdown() in STATUSES


def test_every_reason_that_a_command_can_give_is_on_the_page_and_no_other():
    source = "\n".join(
        path.read_text()
        for path in (ROOT / "src/itemwell").rglob("*.py")
        if "double" not in path.parts
    )
    given = {word for found in REASON.finditer(source) for word in found.groups() if word}
    given |= set(re.findall(r'^    reason = "(\w+)"', source, re.MULTILINE))
    given |= set(re.findall(r'stopped_by = "(\w+)"', source))
    given |= {word for pair in re.findall(EITHER, source) for word in pair}
    told = re.findall(r"^\| ([\w, ]+) \| [\w, ]+ \|", STATUSES.split("## Reasons")[1], re.MULTILINE)
    page = {word for row in told for word in row.split(", ")} - {"reason"}

    assert given - page == set()
    assert page - given <= set(KINDS) <= page


KINDS = get_args(Kind)
"""Why a model gave no answer: each is a reason too."""
