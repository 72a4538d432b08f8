"""What [schedule.*] of itemwell.toml changes reaches every platform, in its own words, and passes its checks."""

import json
import shutil
import subprocess
from datetime import timedelta

import jsonschema
import kubernetes_validate
import pytest
import yaml

from itemwell.errors import ConfigError
from itemwell.install.dialects import kubernetes, oncalendar, written
from itemwell.install.render import changes_of, render
from itemwell.install.targets import TARGETS, WITHOUT_LINES
from itemwell.schedule import JOBS, RUN_DUE, changed
from itemwell.settings import load
from tests.install import rules
from tests.install.test_platforms import check, terraform_in, tool

SETTINGS = """
[schedule.generate]
cron = "30 1 * * SAT"
[schedule.sweep]
cron = "7/20 * * * *"
[schedule.exams]
enabled = false
"""
CHANGES = {
    "generate": {"cron": "30 1 * * SAT"},
    "sweep": {"cron": "7/20 * * * *"},
    "exams": {"enabled": False},
}
CHANGED = changed(JOBS, CHANGES)

WORDS = {
    "systemd": ["OnCalendar=Sat *-*-* 01:30:00 UTC", "OnCalendar=*-*-* *:07..59/20:00 UTC"],
    "cron": ["30 1 * * 6 cd", "7-59/20 * * * * cd"],
    "logrotate": ["weekly"],
    "docker": ["30 1 * * 6 cd", "7-59/20 * * * * cd", "SCHEDULE:"],
    "kubernetes": ['schedule: "30 1 * * 6"', 'schedule: "7-59/20 * * * *"', "name: SCHEDULE"],
    "aws": ["cron(30 1 ? * SAT *)", "cron(7,27,47 * * * ? *)", "Name: SCHEDULE"],
    "aws-lambda": ["cron(30 1 ? * SAT *)", "cron(7,27,47 * * * ? *)", '"name": "SCHEDULE"'],
    "gcp": ["job generate '30 1 * * 6'", "job sweep '7-59/20 * * * *'", "name: SCHEDULE"],
    "azure": ['"30 1 * * 6"', '"0 30 1 * * 6"', "name: SCHEDULE", '"SCHEDULE"'],
    "railway": ['"30 1 * * 6"', '"7-59/20 * * * *"'],
    "vercel": ['generate", "schedule": "30 1 * * 6"'],
    "pg-cron": ["'content_pipeline_sweeper', '7-59/20 * * * *'"],
    "github-actions": ['cron: "30 1 * * 6"', 'cron: "7-59/20 * * * *"', "SCHEDULE:"],
    "monitoring": ["30 1 * * 6 cd", "> 1212600", "> 3000"],
}


@pytest.fixture(scope="module")
def written_out(tmp_path_factory):
    """The files of every target for the changed table."""
    root = tmp_path_factory.mktemp("changed")
    for target in TARGETS:
        for file in render(target, prefix="/opt/itemwell", jobs=CHANGED):
            path = root / target / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text)
    return root


def text_of(target, jobs):
    return "".join(file.text for file in render(target, prefix="/opt/itemwell", jobs=jobs))


def test_every_target_is_tested():
    assert set(WORDS) == set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_a_changed_schedule_reaches_the_target(target, bare_program):
    (bare_program.folder / "itemwell.toml").write_text(SETTINGS)
    files = bare_program("install", target, "--json").json["files"]
    text = "".join(files.values())

    assert files == {
        file.path: file.text for file in render(target, prefix="/opt/itemwell", jobs=CHANGED)
    }
    assert [words for words in WORDS[target] if words not in text] == []
    assert not any("exams" in path for path in files)
    assert not {"0 2 * * 0", "0 2 ? * SUN"} & {line.strip('" ') for line in text.splitlines()}


def test_what_was_changed_goes_with_the_containers_and_the_program_reads_it_so(
    written_out, bare_program
):
    pods = [
        yaml.safe_load((written_out / "kubernetes/itemwell-health.yaml").read_text())["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        yaml.safe_load((written_out / "gcp/itemwell-health.yaml").read_text())["spec"]["template"]["spec"]["template"]["spec"],
        yaml.safe_load((written_out / "azure/itemwell-health.yaml").read_text())["properties"]["template"],
    ]  # fmt: skip
    told = [
        entry["value"]
        for pod in pods
        for entry in pod["containers"][0]["env"]
        if entry["name"] == "SCHEDULE"
    ]
    stack = rules.cloud((written_out / "aws" / "template.yaml").read_text())["Resources"]
    (container,) = stack["HealthTask"]["Properties"]["ContainerDefinitions"]
    told += [container["Environment"][0]["Value"]]
    compose = yaml.safe_load((written_out / "docker" / "compose.yaml").read_text())
    told += [compose["services"]["itemwell"]["environment"]["SCHEDULE"]]
    workflow = yaml.safe_load((written_out / "github-actions/itemwell-health.yml").read_text())
    told += [workflow["jobs"]["health"]["steps"][0]["env"]["SCHEDULE"]]

    (only,) = set(told)
    coming = bare_program(
        "next", "--from", "2027-01-01", "--count", 400, "--json", SCHEDULE=only
    ).json["next"]
    (bare_program.folder / "itemwell.toml").write_text(SETTINGS)

    assert len(told) == 6
    assert json.loads(only) == CHANGES
    assert not [each for each in coming if each["job"] == "exams"]
    assert (
        coming
        == bare_program("next", "--from", "2027-01-01", "--count", 400, "--json").json["next"]
    )


def test_a_deadline_and_what_a_job_needs_go_along_and_platforms_wait_longer(
    bare_program, monkeypatch
):
    (bare_program.folder / "itemwell.toml").write_text(
        '[schedule.recommend]\ndeadline = "90m"\nneeds = []\n'
    )
    files = bare_program("install", "kubernetes", "--json").json["files"]
    pod = yaml.safe_load(files["itemwell-recommend.yaml"])["spec"]["jobTemplate"]["spec"]["template"]["spec"]  # fmt: skip
    (told,) = [entry["value"] for entry in pod["containers"][0]["env"] if entry["name"] == "SCHEDULE"]  # fmt: skip
    (bare_program.folder / "itemwell.toml").unlink()
    monkeypatch.setenv("SCHEDULE", told)
    settings = load().settings

    assert pod["activeDeadlineSeconds"] == 95 * 60
    assert settings.schedule["recommend"].deadline == timedelta(minutes=90)
    assert settings.schedule["recommend"].needs == ()


def test_the_usual_table_tells_containers_nothing():
    assert changes_of(JOBS) == ""
    assert "SCHEDULE" not in text_of("kubernetes", JOBS)


def test_the_changed_files_pass_the_checkers_of_servers(written_out, tmp_path):
    for table in ("cron", "docker"):
        check(tool("crontab"), "-n", written_out / table / "itemwell.crontab")
    check(tool("crontab"), "-n", written_out / "monitoring" / "healthchecks.crontab")
    promtool, figures = tool("promtool"), written_out / "monitoring"
    check(promtool, "check", "rules", "--lint-fatal", figures / "itemwell.rules.yml")
    check(promtool, "test", "rules", figures / "itemwell.rules.test.yml")
    units = tmp_path / "units"
    shutil.copytree(written_out / "systemd", units)
    service = units / "itemwell@.service"
    service.write_text(service.read_text().replace("/opt/itemwell/bin/itemwell", "/bin/true"))
    ended = subprocess.run(
        [tool("systemd-analyze"), "verify", "--man=no", "--recursive-errors=yes", *units.glob("*.timer")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_changed_files_pass_the_checkers_of_clouds(written_out):
    for job in set(JOBS) - {"exams"}:
        manifest = (written_out / "kubernetes" / f"itemwell-{job}.yaml").read_text()
        kubernetes_validate.validate(yaml.safe_load(manifest), "1.31", strict=True)
        assert [*rules.kubernetes(manifest)] == []
        assert [*rules.cloud_run((written_out / "gcp" / f"itemwell-{job}.yaml").read_text())] == []
        assert [*rules.azure_job((written_out / "azure" / f"itemwell-{job}.yaml").read_text())] == []  # fmt: skip
        railway = json.loads((written_out / "railway" / f"railway.{job}.json").read_text())
        jsonschema.validate(railway, rules.RAILWAY)
    jsonschema.validate(json.loads((written_out / "vercel/vercel.json").read_text()), rules.VERCEL)
    workflows = sorted((written_out / "github-actions").glob("*.yml"))
    check(tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *workflows)
    check(tool("shellcheck"), written_out / "gcp/deploy.sh", written_out / "azure/deploy.sh")


def test_the_changed_stacks_pass_the_checkers_of_amazon(written_out, bare_program):
    for folder in ("aws", "aws-lambda"):
        template = written_out / folder / "template.yaml"
        environment = {"PATH": bare_program.environment["PATH"], "AWS_DEFAULT_REGION": "eu-central-1"}  # fmt: skip
        check(tool("cfn-lint"), template, env=environment)
        assert rules.aws(template.read_text()) == []
    compile((written_out / "aws-lambda" / "start.py").read_text(), "start.py", "exec")


def test_the_changed_module_passes_terraform(written_out, tmp_path):
    shutil.copy(written_out / "aws" / "main.tf", tmp_path)
    terraform_in(tmp_path)


def test_a_job_that_is_switched_off_later_is_told_and_its_file_left(bare_program, tmp_path):
    units = tmp_path / "units"
    bare_program("install", "systemd", "--write", units)
    (bare_program.folder / "itemwell.toml").write_text(SETTINGS)

    ended = bare_program("install", "systemd", "--write", units, "--json")
    one = bare_program("install", "systemd", "--write", units, "--file", "README.md", "--json")

    assert ended.json["written"]["stale"] == [
        "itemwell-exams.timer", "itemwell@exams.service.d/schedule.conf",
    ]  # fmt: skip
    assert (units / "itemwell-exams.timer").exists()
    assert one.json["written"]["stale"] == []


@pytest.mark.parametrize(
    ("target", "part", "told"),
    [("aws", 'cron = "0 0 13 * 5"', "day of month and weekday at once"),
     ("kubernetes", 'cron = "0 0 */2 * 5"', "day of month and weekday at once"),
     ("systemd", 'cron = "0 0 L * *"', "is not five fields of cron"),
     ("railway", 'cron = "*/2 * * * *"', "every 5 minutes"),
     ("github-actions", 'cron = "* * * * *"', "every 5 minutes"),
     ("cron", 'zone = "Europe/Budapest"', "runs in UTC alone"),
     ("cron", 'cron = "61 * * * *"', "is no cron expression")],
)  # fmt: skip
def test_what_a_platform_cannot_run_is_refused_in_a_line(bare_program, target, part, told):
    (bare_program.folder / "itemwell.toml").write_text(f"[schedule.cleanup]\n{part}\n")

    ended = bare_program("install", target)

    assert (ended.status, ended.out) == (3, "")
    assert told in ended.last_line
    assert "Traceback" not in ended.err


def test_a_table_with_every_job_switched_off_is_refused():
    off = {name: job._replace(enabled=False) for name, job in JOBS.items()}

    with pytest.raises(ConfigError, match="every job is switched off"):
        render("cron", prefix="/opt/itemwell", jobs=off)


def test_an_hour_that_a_clock_change_skips_is_warned_of(bare_program):
    (bare_program.folder / "itemwell.toml").write_text(
        '[schedule.cleanup]\ncron = "30 2 * * *"\nzone = "Europe/Berlin"\n'
    )

    warned = bare_program("install", "systemd")
    (bare_program.folder / "itemwell.toml").write_text(
        '[schedule.cleanup]\ncron = "30 2 * * *"\nzone = "Etc/UTC"\n'
    )

    assert "has no 02:30 in Europe/Berlin" in warned.err
    assert "comes twice" in warned.err
    assert "OnCalendar=*-*-* 02:30:00 Europe/Berlin" in warned.out
    assert "02:30" not in bare_program("install", "cron").err


@pytest.mark.parametrize(
    ("cron", "numbers"),
    [("5/15 2 * jan-Mar sun", "5-59/15 2 * 1-3 0"), ("0 0 1/2 * *", "0 0 1-31/2 * *"),
     ("*/5 1-5/2,7/3 * * 7", "*/5 1-5/2,7-23/3 * * 7"), ("0 2 * * 0", "0 2 * * 0")],
)  # fmt: skip
def test_lines_in_numbers_by_hand(cron, numbers):
    assert written(cron) == numbers


def test_a_step_over_days_and_a_weekday_have_to_fit_both():
    assert oncalendar("0 0 */2 * 5") == ["Fri *-*-01/2 00:00:00 UTC"]
    assert kubernetes("0 0 13 * 7") == "0 0 13 * 0"


@pytest.mark.parametrize("target", sorted(set(TARGETS) - set(WITHOUT_LINES)))
def test_one_line_instead_starts_run_due_alone(target, bare_program):
    files = bare_program("install", target, "--run-due", "--json").json["files"]
    text = "".join(files.values())

    assert "run-due" in text
    assert not any(f"itemwell-{job}" in path for path in files for job in JOBS)
    if target == "systemd":
        drop_in = files["itemwell@run-due.service.d/schedule.conf"]
        assert "MemoryDenyWriteExecute=no" in drop_in
        assert "OnCalendar=*-*-* *:00/5:00 UTC" in files["itemwell-run-due.timer"]


@pytest.mark.parametrize("target", WITHOUT_LINES)
def test_and_is_refused_where_nothing_is_started(target, bare_program):
    ended = bare_program("install", target, "--run-due")

    assert (ended.status, ended.out) == (3, "")
    assert f"{target} starts no run-due" in ended.last_line


def test_one_line_instead_passes_the_checkers(tmp_path):
    jobs = {RUN_DUE.name: RUN_DUE}
    files = {
        f"{target}/{file.path}": file.text
        for target in sorted(set(TARGETS) - set(WITHOUT_LINES))
        for file in render(target, prefix="/opt/itemwell", jobs=jobs)
    }
    manifest = files["kubernetes/itemwell-run-due.yaml"]
    (tmp_path / "crontab").write_text(files["cron/itemwell.crontab"])
    (tmp_path / "template.yaml").write_text(files["aws/template.yaml"])
    check(tool("crontab"), "-n", tmp_path / "crontab")
    kubernetes_validate.validate(yaml.safe_load(manifest), "1.31", strict=True)
    jsonschema.validate(json.loads(files["railway/railway.run-due.json"]), rules.RAILWAY)

    assert [*rules.kubernetes(manifest)] == []
    assert [*rules.cloud_run(files["gcp/itemwell-run-due.yaml"])] == []
    assert [*rules.azure_job(files["azure/itemwell-run-due.yaml"])] == []
    assert rules.aws(files["aws/template.yaml"]) == []
