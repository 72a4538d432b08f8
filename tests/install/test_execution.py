"""Lines and commands taken from the rendered files are run as they stand, in an empty environment."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import threading
import types
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from itemwell.cli.group import MODULES
from itemwell.install.render import render
from itemwell.schedule import JOBS
from tests.install.test_platforms import DEPLOY

ROOT = Path(__file__).parents[2]
RUNNABLE = sorted(set(JOBS) & set(MODULES))


@pytest.fixture
def stocked_url(program, bank_url):
    """A bank with a question to tell of."""
    program("generate", "--count", 1)
    return bank_url


def in_empty(command, *, cwd, **environment):
    """`env -i NAME=... command`: nothing of this process's environment reaches it."""
    told = [f"{name}={value}" for name, value in environment.items()]
    return subprocess.run(
        ["env", "-i", *told, *command], cwd=cwd, capture_output=True, text=True, check=False,
        timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def prefix(tmp_path):
    """Where itemwell is installed: this environment's own, by a link."""
    folder = tmp_path / "opt"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "itemwell").symlink_to(Path(sys.executable).with_name("itemwell"))
    return folder


def rendered(target, path, prefix):
    return {file.path: file.text for file in render(target, prefix=str(prefix))}[path]


def cron_lines(table):
    """The environment that a crontab sets, and its commands by job."""
    environment = dict(re.findall(r"^([A-Z]+)=(.*)$", table, re.MULTILINE))
    lines = [line.split(None, 5)[5] for line in table.splitlines() if re.match(r"[\d*]", line)]
    return environment, dict(zip(JOBS, lines, strict=True))


def run_line(job, prefix, home):
    environment, commands = cron_lines(rendered("cron", "itemwell.crontab", prefix))
    return in_empty(
        [environment["SHELL"], "-c", commands[job]], cwd=home, HOME=home, LOGNAME="me", **environment
    )  # fmt: skip


def test_a_line_of_cron_fills_the_embedded_bank_and_writes_nothing_to_mail(
    prefix, tmp_path, a_made_home
):
    (tmp_path / "home" / ".local" / "share").mkdir(parents=True)
    a_made_home(tmp_path / "home" / ".local" / "share" / "itemwell")
    (prefix / ".env").write_text("QUESTIONS_PER_RUN=3\nLOG_LEVEL='INFO' # a password with spaces is as good\n")  # fmt: skip

    ended = run_line("generate", prefix, tmp_path / "home")

    log = (prefix / "logs" / "itemwell.log").read_text()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert "Approval rate" in log
    assert log.splitlines()[-1].endswith("exit code: 0 (ok): 3 questions kept")
    assert "exit code: 0 (ok): 3 questions kept" in (prefix / "logs" / "generate.last").read_text()


@pytest.mark.parametrize(
    ("settings", "status"), [("NO=1\nMIN_ARBITER_SCORE=high", 3), ("DATABASE_URL=postgresql://u:p@127.0.0.1:9/b", 4)]
)  # fmt: skip
def test_a_line_that_fails_tells_all_that_was_said_and_the_programs_status(
    prefix, tmp_path, settings, status
):
    (prefix / ".env").write_text(settings + "\n")

    ended = run_line("generate", prefix, tmp_path)

    assert ended.returncode == status
    assert ended.stdout.strip().splitlines()[-1].startswith(f"exit code: {status} (")


def test_a_job_whose_command_has_two_words_is_done_too(prefix, tmp_path, bank_url):
    (prefix / ".env").write_text(f"DATABASE_URL={bank_url}\n")

    ended = run_line("exams", prefix, tmp_path)

    assert (ended.returncode, ended.stdout) == (0, "")
    assert "exit code: 0 (ok)" in (prefix / "logs" / "exams.last").read_text()


@pytest.mark.parametrize("job", RUNNABLE)
def test_every_units_exec_start_does_its_job(job, prefix, tmp_path, stocked_url):
    service = rendered("systemd", "itemwell@.service", prefix)
    drop_in = rendered("systemd", f"itemwell@{job}.service.d/schedule.conf", prefix)
    start = re.findall(r"^ExecStart=(.+)$", service + drop_in, re.MULTILINE)[-1]
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "database_url").write_text(stocked_url + "\n")

    ended = in_empty(
        start.replace("%i", job).split(), cwd=tmp_path, HOME="/", TZ="UTC", QUESTIONS_PER_RUN=2,
        ITEMWELL_HOME=tmp_path / "state", CREDENTIALS_DIRECTORY=tmp_path / "credentials",
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("exit code: 0 (ok)")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """What the image's last stage holds: the wheel in a fresh environment. Its dependencies are ours."""
    folder = tmp_path_factory.mktemp("image")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    site = next((folder / "venv").glob("lib/python3*/site-packages"))
    subprocess.run(
        [Path(sys.executable).with_name("uv") if Path(sys.executable).with_name("uv").exists() else "uv",
         "pip", "install", "--quiet", "--offline", "--no-deps", "--python", folder / "venv/bin/python", wheel],
        check=True,
    )  # fmt: skip
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "venv"


def instruction(name):
    text = (DEPLOY / "docker" / "Dockerfile").read_text()
    return re.findall(rf"^{name} (.+)$", text, re.MULTILINE)[-1]


def contained(image, home, *words, **environment):
    """The entry point with the image's environment, in which its own paths are where they are here."""
    told = dict(pair.split("=", 1) for pair in instruction("ENV").split())
    told["PATH"] = told["PATH"].replace("/opt/itemwell", str(image)).replace("$PATH", "/usr/bin:/bin")  # fmt: skip
    told |= {"ITEMWELL_HOME": home, "NUMBA_CACHE_DIR": home / "numba"}
    command = [*json.loads(instruction("ENTRYPOINT")), *words]
    return in_empty(command, cwd=home, **told, **environment)


def test_the_images_command_and_health_check_run_from_the_wheel_alone(image, empty_url, tmp_path):
    secret = tmp_path / "database_url"
    secret.write_text(empty_url + "\n")
    environment = {"DATABASE_URL_FILE": secret, "QUESTIONS_PER_RUN": 3}

    upgraded = contained(image, tmp_path, "db", "upgrade", **environment)
    asked, *check = json.loads(re.search(r"CMD (\[.+\])$", instruction("HEALTHCHECK"))[1])
    ill = contained(image, tmp_path, *check, **environment)
    ran = contained(image, tmp_path, *json.loads(instruction("CMD")), **environment)
    well = contained(image, tmp_path, *check, **environment)
    where = contained(image, tmp_path, "install", "cron", **environment)

    assert upgraded.returncode == 0, upgraded.stderr
    assert asked == "itemwell"
    assert (ill.returncode, "No questions in database" in ill.stderr) == (2, True)
    assert (well.returncode, well.stderr.splitlines()[-1]) == (0, "exit code: 0 (ok): OK")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines()[-1] == "exit code: 0 (ok): 3 questions kept"
    assert "Approval rate" in ran.stderr
    assert where.stdout == (DEPLOY / "cron" / "itemwell.crontab").read_text()


@pytest.mark.skipif(
    not os.environ.get("ITEMWELL_BUILD_IMAGE"),
    reason="ITEMWELL_BUILD_IMAGE=1 builds the image by buildah: minutes, 3 GB and a network",
)
@pytest.mark.timeout(1800)
def test_the_dockerfile_builds_as_it_stands_and_its_image_runs():
    tried = subprocess.run(
        [ROOT / "scripts" / "try-image"], capture_output=True, text=True, check=False
    )

    assert tried.returncode == 0, tried.stderr
    assert re.findall("^exit code: .+|^user .+", tried.stdout, re.MULTILINE) == [
        "exit code: 0 (ok): 3 questions kept",
        "exit code: 0 (ok): OK",
        "user 10001 may not write to the program, and has no compiler",
    ]


@pytest.mark.parametrize("job", RUNNABLE)
def test_the_words_of_every_platform_do_their_job(job, program, stocked_url):
    """Kubernetes, Cloud Run, Container Apps, ECS and Railway name the same words."""
    import yaml

    pods = [
        yaml.safe_load((DEPLOY / "kubernetes" / f"itemwell-{job}.yaml").read_text())["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        yaml.safe_load((DEPLOY / "gcp" / f"itemwell-{job}.yaml").read_text())["spec"]["template"]["spec"]["template"]["spec"],
        yaml.safe_load((DEPLOY / "azure" / f"itemwell-{job}.yaml").read_text())["properties"]["template"],
    ]  # fmt: skip
    railway = json.loads((DEPLOY / "railway" / f"railway.{job}.json").read_text())
    words = {tuple(pod["containers"][0]["args"]) for pod in pods}
    words |= {tuple(railway["deploy"]["startCommand"].split()[1:])}

    (only,) = words

    assert program(*only, QUESTIONS_PER_RUN="2").status == 0


def loaded(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    dont, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = dont
    return module


@contextmanager
def serving(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Scheduler(BaseHTTPRequestHandler):
    """What `itemwell serve` is to the function: it notes what it is asked for."""

    asked = ()
    status = 202

    def do_POST(self):
        type(self).asked += ((self.path, self.headers["Authorization"]),)
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def status_of(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_vercels_function_queues_for_the_bearer_alone(monkeypatch):
    function = loaded(DEPLOY / "vercel" / "api" / "cron" / "[job].py", "vercel_job")
    monkeypatch.setattr(function.handler, "log_message", lambda *_: None)
    scheduler = type("Asked", (Scheduler,), {"asked": ()})
    good = {"Authorization": "Bearer s3cret"}

    with serving(function.handler) as ours, serving(scheduler) as itemwell:
        unset = status_of(f"{ours}/api/cron/generate", Authorization="Bearer ")
        monkeypatch.setenv("CRON_SECRET", "s3cret")
        monkeypatch.setenv("ITEMWELL_URL", itemwell)
        refused = [
            status_of(f"{ours}/api/cron/generate"),
            status_of(f"{ours}/api/cron/generate", Authorization="Bearer other"),
            status_of(f"{ours}/api/cron/rm", **good),
        ]
        queued = status_of(f"{ours}/api/cron/generate", **good)
        scheduler.status = 503
        failed = status_of(f"{ours}/api/cron/exams", **good)

    assert (unset, refused, queued, failed) == (401, [401, 401, 404], 202, 502)
    assert scheduler.asked[0] == (
        "/functions/v1/scheduler?action=trigger&job=generate",
        "Bearer s3cret",
    )


class Ecs:
    """Amazon's door: answers what it was told to, and keeps what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def run_task(self, **asked):
        self.asked.append(asked)
        return self.answer


@pytest.fixture
def started(monkeypatch):
    def handler(answer):
        ecs = Ecs(answer)
        monkeypatch.setitem(sys.modules, "boto3", types.SimpleNamespace(client=lambda _: ecs))
        for name, value in {"CLUSTER": "c", "TASK_DEFINITION": "t", "SUBNETS": "a,b", "SECURITY_GROUPS": "s"}.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        return loaded(DEPLOY / "aws-lambda" / "start.py", "start").handler, ecs

    return handler


def test_lambda_starts_one_task_for_one_time_however_often_it_is_asked(started):
    handler, ecs = started({"failures": [], "tasks": [{"taskArn": "arn:1"}]})
    event = {"job": "exams", "at": "2027-01-03T00:00:00Z"}

    assert handler(event, None) == handler(event, None) == "arn:1"
    first, second = ecs.asked
    assert first["clientToken"] == second["clientToken"]
    assert len(first["clientToken"]) <= 64
    assert first["overrides"]["containerOverrides"][0]["command"] == ["exams", "generate"]
    assert first["launchType"] == "FARGATE"


def test_lambda_fails_where_ecs_started_nothing(started):
    handler, _ = started({"failures": [{"reason": "RESOURCE:CPU"}], "tasks": []})

    with pytest.raises(RuntimeError, match=r"generate was not started: .*RESOURCE:CPU"):
        handler({"job": "generate", "at": "now"}, None)
