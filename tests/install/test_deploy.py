"""deploy/ is what the program renders, and files are written with care."""

import json
import re
from pathlib import Path

import pytest

from itemwell.errors import ConfigError
from itemwell.install.render import README, render
from itemwell.install.targets import TARGETS
from itemwell.install.timing import Timing
from itemwell.schedule import JOBS

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.mark.parametrize("target", TARGETS)
def test_the_folder_holds_what_is_rendered_and_nothing_else(target):
    rendered = {file.path: file.text for file in render(target, prefix="/opt/itemwell")}
    folder = DEPLOY / target
    present = {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    assert present == rendered, "run scripts/render-deploy"


def test_the_index_names_every_target():
    text = (DEPLOY / README).read_text()

    assert all(f"[{name}]({name}/README.md) | {what} |" in text for name, what in TARGETS.items())


@pytest.mark.parametrize("target", sorted(set(TARGETS) - {"logrotate", "pg-cron", "monitoring"}))
def test_every_job_of_the_table_is_there(target):
    text = "".join(file.text for file in render(target, prefix="/opt/itemwell"))

    assert all(job in text for job in JOBS)


@pytest.mark.parametrize("target", TARGETS)
def test_no_file_has_a_secret_or_runs_without_its_console(target):
    for file in render(target, prefix="/opt/itemwell"):
        assert not re.search(r"\bsk-[A-Za-z0-9]{8}|AKIA[0-9A-Z]{12}|BEGIN .*PRIVATE KEY", file.text)
        assert "--no-console" not in file.text


def test_a_job_is_done_by_a_command_that_exists(bare_program):
    for job in JOBS.values():
        ended = bare_program(*Timing(job).command.split(), "--help")

        assert ended.status == 0, ended.err


def test_platforms_wait_longer_than_the_job_and_try_again_only_where_there_is_time():
    for timing in map(Timing, JOBS.values()):
        assert timing.limit > timing.deadline
        assert timing.retries == (timing.window <= timing.period)


def test_without_a_target_the_targets_are_listed(bare_program):
    assert bare_program("install", "--json").json["targets"] == TARGETS


def test_one_file_is_printed_as_it_is_to_be_used(bare_program):
    printed = bare_program("install", "cron").out

    assert printed == (DEPLOY / "cron" / "itemwell.crontab").read_text()


def test_several_files_are_printed_under_their_names(bare_program):
    printed = bare_program("install", "systemd", "--prefix", "/srv/itemwell").out

    assert "# ==> itemwell-generate.timer <==" in printed
    assert "ExecStart=/srv/itemwell/bin/itemwell %i" in printed


@pytest.mark.parametrize("prefix", ["relative", "/with space", "/per%cent", '/quo"te', "/a$b"])
def test_a_prefix_that_units_and_shells_read_differently_is_refused(bare_program, prefix):
    ended = bare_program("install", "cron", "--prefix", prefix)

    assert (ended.status, ended.out) == (3, "")
    assert "absolute path of plain letters" in ended.last_line


def test_writing_again_changes_nothing(bare_program, tmp_path):
    first = bare_program("install", "gcp", "--write", tmp_path / "gcp", "--json").json["written"]
    again = bare_program("install", "gcp", "--write", tmp_path / "gcp", "--json").json["written"]

    assert first["new"] == again["same"]
    assert (again["new"], again["changed"]) == ([], [])
    assert (tmp_path / "gcp" / "deploy.sh").stat().st_mode & 0o777 == 0o755


def test_what_somebody_else_wrote_or_changed_is_left_alone(bare_program, tmp_path):
    folder = tmp_path / "cron"
    folder.mkdir()
    table = folder / "itemwell.crontab"
    table.write_text("# mine\n")

    refused = bare_program("install", "cron", "--write", folder)
    forced = bare_program("install", "cron", "--write", folder, "--force")
    table.write_text(table.read_text() + "# changed\n")
    changed = bare_program("install", "cron", "--write", folder)

    assert (refused.status, forced.status, changed.status) == (3, 0, 3)
    assert "itemwell.crontab; move them away" in refused.last_line
    assert table.read_text().endswith("# changed\n")


def test_what_it_wrote_itself_is_replaced_by_another_version(bare_program, tmp_path):
    bare_program("install", "cron", "--write", tmp_path, "--prefix", "/opt/old")

    ended = bare_program("install", "cron", "--write", tmp_path, "--json")

    assert sorted(ended.json["written"]["changed"]) == ["README.md", "itemwell.crontab"]
    assert "/opt/old" not in (tmp_path / "itemwell.crontab").read_text()


def test_a_manifest_that_is_broken_vouches_for_nothing(bare_program, tmp_path):
    bare_program("install", "cron", "--write", tmp_path, "--prefix", "/opt/old")
    (tmp_path / ".itemwell-install~").write_text("{")

    assert bare_program("install", "cron", "--write", tmp_path).status == 3


def test_a_folder_that_cannot_be_written_is_told_in_a_line(bare_program, tmp_path):
    (tmp_path / "file").write_text("")

    ended = bare_program("install", "cron", "--write", tmp_path / "file" / "below")

    assert ended.status == 3
    assert "Traceback" not in ended.err


def test_the_document_has_every_file(bare_program):
    files = bare_program("install", "aws", "--json").json["files"]

    assert set(files) == {"template.yaml", "main.tf", "README.md"}
    assert json.dumps(files)


LOCAL = {"generate": JOBS["generate"]._replace(zone="Europe/Budapest")}


@pytest.mark.parametrize("target", ["systemd", "kubernetes", "aws", "aws-lambda", "gcp"])
def test_a_zone_of_the_operators_reaches_platforms_that_know_zones(target):
    text = "".join(file.text for file in render(target, prefix="/opt/itemwell", jobs=LOCAL))

    assert "Europe/Budapest" in text


@pytest.mark.parametrize(
    "target", ["cron", "docker", "azure", "railway", "vercel", "github-actions"]
)
def test_and_is_refused_where_a_platform_runs_in_utc_alone(target):
    with pytest.raises(ConfigError, match="runs in UTC alone"):
        render(target, prefix="/opt/itemwell", jobs=LOCAL)


def test_a_job_that_is_switched_off_is_left_out():
    off = JOBS | {"exams": JOBS["exams"]._replace(enabled=False)}

    assert not any("exams" in file.path for file in render("systemd", prefix="/x", jobs=off))
