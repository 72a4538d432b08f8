"""Every rendered file passes its platform's own offline check, where there is one, and our rules."""

import importlib.util
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from itemwell.schedule import JOBS, RUN_DUE
from tests.install import rules

DEPLOY = Path(__file__).parents[2] / "deploy"
BIN = Path(sys.executable).parent


def tool(name):
    """The path of a tool, else a skip with the plain reason. `.ci/run` installs them all."""
    found = shutil.which(name, path=f"{BIN}:{os.environ['PATH']}:/usr/sbin")
    return found or pytest.skip(f"{name} is not installed")


def check(*command, **options):
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def per_job(pattern):
    return [pytest.param(DEPLOY / pattern.format(job), id=job) for job in JOBS]


def test_cloudformation():
    for path in ("aws", "aws-lambda"):
        template = DEPLOY / path / "template.yaml"
        check(tool("cfn-lint"), template, env={"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-central-1"})  # fmt: skip
        assert rules.aws(template.read_text()) == []


def test_success_that_stays_away_is_alarmed_or_left_to_health_and_said():
    text = (DEPLOY / "aws" / "template.yaml").read_text()

    assert text.count("AbsenceAlarm:") + text.count("the alarm of `health`") == len(JOBS)


def provider_on_disk():
    """The folder with hashicorp/aws: named by a variable, by Terraform's own settings, or in the usual places."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    settings = Path(os.environ.get("TF_CLI_CONFIG_FILE", home / ".terraformrc"))
    named = settings.read_text() if settings.is_file() else ""
    places = [os.environ.get("TF_PLUGIN_MIRROR"), os.environ.get("TF_PLUGIN_CACHE_DIR")]
    places += re.findall(r'(?:path|plugin_cache_dir)\s*=\s*"([^"]+)"', named)
    places += [home / ".terraform.d/plugins", "/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins", *sorted(Path("/opt").glob("*"))]  # fmt: skip
    for place in filter(None, places):
        if Path(place, "registry.terraform.io/hashicorp/aws").is_dir():
            return place
    return pytest.skip("the provider hashicorp/aws is not on this disk: name its mirror in TF_PLUGIN_MIRROR")  # fmt: skip


def test_terraform(tmp_path):
    shutil.copy(DEPLOY / "aws" / "main.tf", tmp_path)
    terraform_in(tmp_path)


def terraform_in(folder):
    """Validates the module in `folder`, by the provider on this disk and nothing else."""
    terraform, mirror = tool("terraform"), provider_on_disk()
    (folder / "rc").write_text(
        f'provider_installation {{ filesystem_mirror {{ path = "{mirror}" }} }}\n'
    )
    quiet = {
        "TF_CLI_CONFIG_FILE": str(folder / "rc"),
        "CHECKPOINT_DISABLE": "1",
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
    }
    check(terraform, "init", "-backend=false", "-no-color", cwd=folder, env=quiet)
    check(terraform, "validate", "-no-color", cwd=folder, env=quiet)
    check(terraform, "fmt", "-check", "-diff", cwd=folder, env=quiet)


def test_the_schedules_of_terraform_are_those_of_cloudformation():
    cloudformation, terraform = (
        sorted(re.findall(r"cron\([^)]+\)", (DEPLOY / "aws" / name).read_text()))
        for name in ("template.yaml", "main.tf")
    )

    assert terraform == cloudformation
    assert rules.eventbridge_schedules(" ".join(terraform)) == []


def test_the_dockerfile(tmp_path):
    file = DEPLOY / "docker" / "Dockerfile"
    check(tool("hadolint"), "--failure-threshold", "style", file)

    assert [*rules.dockerfile(file.read_text())] == []


PINNED = f"registry.example/python:3.13-slim@sha256:{'0' * 64}"


def test_a_dockerfile_that_names_its_digest_itself(bare_program, tmp_path):
    printed = bare_program("install", "docker", "--base", PINNED, "--file", "Dockerfile").out
    (tmp_path / "Dockerfile").write_text(printed)
    check(tool("hadolint"), "--failure-threshold", "style", tmp_path / "Dockerfile")

    assert f"\nARG BASE={PINNED}\nFROM ${{BASE}} AS build\n" in printed
    assert [*rules.dockerfile(printed)] == []
    assert [*rules.dockerfile(printed.replace(f"@sha256:{'0' * 64}", ""))] == ["no digest"]


@pytest.mark.parametrize("base", ["python:3.13-slim", "python@sha256:12", f"{PINNED}\nRUN curl x", "python@sha256:" + "G" * 64])  # fmt: skip
def test_a_base_without_digest_is_refused(bare_program, base):
    ended = bare_program("install", "docker", "--base", base)

    assert (ended.status, ended.out) == (3, "")
    assert "is not an image with its digest" in ended.last_line


def test_only_docker_has_a_base(bare_program):
    assert bare_program("install", "cron", "--base", PINNED).status == 3


def test_only_what_the_image_is_built_of_is_sent():
    ignored = (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text().split()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "docker" / "Dockerfile").read_text(), re.MULTILINE)  # fmt: skip

    assert {f"!{name.removeprefix('./')}" for line in copied for name in line.split()} <= set(ignored)  # fmt: skip


def test_compose():
    found = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text())
    job, bank = found["services"]["itemwell"], found["services"]["postgres"]

    assert set(job["secrets"]) <= set(found["secrets"])
    assert job["environment"]["DATABASE_URL_FILE"] == "/run/secrets/database_url"
    assert (job["restart"], job["read_only"], job["cap_drop"]) == ("no", True, ["ALL"])
    assert bank["healthcheck"]["test"][0] == "CMD"
    assert "pin" in job["image"]
    assert "pin" in bank["image"]


@pytest.mark.parametrize("script", sorted(str(path.relative_to(DEPLOY)) for path in DEPLOY.rglob("*") if path.is_file() and path.read_bytes().startswith(b"#!")))  # fmt: skip
def test_scripts(script):
    check(tool("shellcheck"), DEPLOY / script)
    assert os.access(DEPLOY / script, os.X_OK)


@pytest.mark.parametrize("table", ["cron/itemwell.crontab", "docker/itemwell.crontab", "monitoring/healthchecks.crontab"])  # fmt: skip
def test_crontabs(table):
    check(tool("crontab"), "-n", DEPLOY / table)
    for line in (DEPLOY / table).read_text().splitlines():
        if re.match(r"[\d*]", line):
            assert not re.search(r"(?<!\\)%", line)
            check(tool("shellcheck"), "--shell=sh", "--exclude=SC2086", "-", input="#!/bin/sh\n" + line.split(None, 5)[5])  # fmt: skip


@pytest.mark.parametrize("file", per_job("kubernetes/itemwell-{}.yaml"))
def test_cron_jobs(file):
    kubernetes_validate.validate(yaml.safe_load(file.read_text()), "1.31", strict=True)

    assert [*rules.kubernetes(file.read_text())] == []


def test_the_other_manifests():
    for document in yaml.safe_load_all((DEPLOY / "kubernetes" / "namespace.yaml").read_text()):
        kubernetes_validate.validate(document, "1.31", strict=True)
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())["resources"]
    present = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}

    assert {*listed, "kustomization.yaml"} == present


@pytest.mark.parametrize("file", per_job("gcp/itemwell-{}.yaml"))
def test_cloud_run(file):
    assert [*rules.cloud_run(file.read_text())] == []


def test_cloud_scheduler_has_a_zone_and_few_tries():
    text = (DEPLOY / "gcp" / "deploy.sh").read_text()

    assert len(re.findall(r"^job \S+ '\S+ \S+ \S+ \S+ \S+' 'Etc/UTC'$", text, re.MULTILINE)) == len(
        JOBS
    )
    assert "--max-retry-attempts 2" in text


@pytest.mark.parametrize("file", per_job("azure/itemwell-{}.yaml"))
def test_container_apps(file):
    assert [*rules.azure_job(file.read_text())] == []


@pytest.fixture(scope="module")
def function_app():
    path = DEPLOY / "azure" / "functions" / "function_app.py"
    spec = importlib.util.spec_from_file_location("function_app", path)
    module = importlib.util.module_from_spec(spec)
    dont, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = dont
    return module


def test_azures_own_sdk_finds_a_timer_a_job(function_app):
    found = {
        function.get_function_name(): function for function in function_app.app.get_functions()
    }
    triggers = {name: function.get_trigger().get_dict_repr() for name, function in found.items()}

    assert set(found) == {name.replace("-", "_") for name in JOBS}
    assert {each["type"] for each in triggers.values()} == {"timerTrigger"}
    assert all(len(each["schedule"].split()) == 6 for each in triggers.values())
    assert not any(each["runOnStartup"] for each in triggers.values())


@pytest.mark.parametrize(
    ("script", "raises"),
    [("exit 0", None), ("exit 143", None), ("echo 'exit code: 2 (failed)'; exit 2", "exit code: 2"),
     ("trap 'echo kept; exit 143' TERM; sleep 5 >/dev/null 2>&1 & wait", None)],
)  # fmt: skip
def test_the_function_fails_as_the_program_does(
    function_app, monkeypatch, tmp_path, script, raises
):
    stub = tmp_path / "itemwell"
    stub.write_text(f"#!/bin/sh\n{script}\n")
    stub.chmod(0o755)
    monkeypatch.setattr(function_app, "ITEMWELL", str(stub))

    if raises:
        with pytest.raises(RuntimeError, match=raises):
            function_app.run("generate", seconds=0.5)
    else:
        function_app.run("generate", seconds=0.5)


def test_the_plan_may_take_longer_than_the_longest_job():
    hours, minutes, _ = json.loads((DEPLOY / "azure/functions/host.json").read_text())[
        "functionTimeout"
    ].split(":")
    longest = max(job.deadline.total_seconds() for job in JOBS.values())

    assert int(hours) * 3600 + int(minutes) * 60 > longest + 300


@pytest.mark.parametrize("file", per_job("railway/railway.{}.json"))
def test_railway(file):
    jsonschema.validate(json.loads(file.read_text()), rules.RAILWAY)


def test_vercel():
    found = json.loads((DEPLOY / "vercel" / "vercel.json").read_text())

    jsonschema.validate(found, rules.VERCEL)
    assert {cron["path"].rsplit("/", 1)[1] for cron in found["crons"]} == set(JOBS)


@pytest.mark.parametrize("file", per_job("github-actions/itemwell-{}.yml"))
def test_workflows(file):
    check(tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", file)
    found = yaml.safe_load(file.read_text())
    (job,) = found["jobs"].values()

    assert found["permissions"] == {}
    assert 0 < job["timeout-minutes"] < 360
    assert found["concurrency"]["cancel-in-progress"] is False
    assert not any("uses" in step for step in job["steps"])


def test_prometheus():
    folder = DEPLOY / "monitoring"
    promtool = tool("promtool")

    check(promtool, "check", "rules", "--lint-fatal", folder / "itemwell.rules.yml")
    check(promtool, "test", "rules", folder / "itemwell.rules.test.yml")


def test_the_dashboard():
    assert [*rules.grafana((DEPLOY / "monitoring" / "dashboard.json").read_text())] == []


def test_pg_cron_has_the_names_of_the_contract_and_no_address():
    text = (DEPLOY / "pg-cron" / "itemwell.sql").read_text()
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))

    assert len(re.findall(r"'content_pipeline_\w+'", code)) == 7
    assert [*rules.pg_cron(text)] == []


def test_pg_cron_is_told_the_same_by_the_file_and_by_the_command():
    from itemwell.store import pg_cron

    text = " ".join((DEPLOY / "pg-cron" / "itemwell.sql").read_text().split())
    lines = [(job.title, job.cron, f"SELECT {job.function}();") for job in (*JOBS.values(), RUN_DUE) if job.title]  # fmt: skip

    assert all(f"cron.schedule('{name}', '{cron}', '{command}')" in text for name, cron, command in lines)  # fmt: skip
    assert f"'{pg_cron.PURGE}', '{pg_cron.PURGE_CRON}', $${pg_cron.PURGE_COMMAND}$$" in text
    assert text.count("SELECT cron.schedule(") == len(lines) + 1


def test_rules_and_dashboard_ask_for_figures_that_there_are(program, tmp_path):
    program("generate", "--count", 1)
    program("metrics", METRICS_TEXTFILE=str(tmp_path / "itemwell.prom"))
    there = set(re.findall(r"^(itemwell_\w+)", (tmp_path / "itemwell.prom").read_text(), re.MULTILINE))  # fmt: skip
    asked = {
        name
        for file in ("itemwell.rules.yml", "dashboard.json")
        for name in re.findall(r"itemwell_\w+", (DEPLOY / "monitoring" / file).read_text())
    }

    assert asked - there == set()
    assert len(asked) > 4
