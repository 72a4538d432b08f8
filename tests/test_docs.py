"""What the documents say is what the program does."""

import re
from pathlib import Path

import pytest
from click import Context, Group
from click.testing import CliRunner

from itemwell import settings
from itemwell.cli.exit_codes import markdown
from itemwell.cli.group import MODULES, itemwell
from itemwell.generate.flaws import RULES
from itemwell.schedule import JOBS
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


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`(itemwell [^`]*)`", README))))
def test_every_command_of_the_readme_exists(command):
    words = [word.strip(",") for word in command.split()[1:]]
    group = isinstance(itemwell.get_command(Context(itemwell), words[0]), Group)
    path = words[: 2 if group and words[1:] and words[1].isalpha() else 1]
    flags = [word for word in words if word.startswith("--")]

    ended = CliRunner().invoke(itemwell, [*path, "--help"])

    assert ended.exit_code == 0, ended.output
    assert all(flag in ended.output for flag in flags)
