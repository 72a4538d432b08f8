"""The units, by systemd's own tools, and run by a real systemd where it can be started."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from itemwell.schedule import JOBS
from tests.install.test_old_forms import SERVICE, TIMER
from tests.install.test_platforms import DEPLOY, tool
from tests.proxy import wired

ROOT = Path(__file__).parents[2]
UNITS = DEPLOY / "systemd"
ASKED_FOR = "ITEMWELL_BOOT_SYSTEMD"
INSIDE = ("--mount", "--pid", "--ipc", "--uts", "--cgroup")


def test_systemd_finds_nothing_wrong_with_the_units(bare_program, tmp_path):
    analyze = tool("systemd-analyze")
    prefix = tmp_path / "prefix"
    (prefix / "bin").mkdir(parents=True)
    shutil.copy("/bin/true", prefix / "bin" / "itemwell")
    bare_program("install", "systemd", "--prefix", prefix, "--write", tmp_path / "units")
    units = [*(tmp_path / "units").glob("*.timer"), *(tmp_path / "units").glob("*.service")]

    ended = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=yes", *units],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("job", JOBS)
def test_a_limit_of_starts_never_keeps_a_timer_from_its_next_run(job):
    text = (UNITS / f"itemwell@{job}.service.d" / "schedule.conf").read_text()

    assert re.search(r"^StartLimitIntervalSec=(0|\d+min)$", text, re.MULTILINE)
    assert ("Restart=on-failure" in text) == ("StartLimitBurst=3" in text)


@contextmanager
def a_systemd():
    """Its pid, where it was asked for: a second systemd is nothing to start on anybody's machine unasked.

    Skips where namespaces, cgroups or overlays are not to be had: containers, other users.
    """
    if not os.environ.get(ASKED_FOR):
        pytest.skip(f"{ASKED_FOR}=1 starts a real systemd in namespaces of its own")
    booted = subprocess.Popen(
        ["unshare", "--fork", *INSIDE, "--kill-child", Path(__file__).with_name("boot.sh")],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        pid = first_process(booted)
        yield pid
    finally:
        booted.kill()  # and its systemd with it, by --kill-child
        booted.communicate()


def first_process(booted):
    for _ in range(150):
        if booted.poll() is not None:
            pytest.skip(f"systemd cannot be started here: {booted.stderr.read().decode().strip()}")
        children = Path(f"/proc/{booted.pid}/task/{booted.pid}/children").read_text().split()
        if children and inside(children[0], "systemctl", "is-system-running").stdout == "running\n":
            return children[0]
        time.sleep(0.1)
    return pytest.skip("systemd does not come up here")


def inside(pid, *command):
    return subprocess.run(
        ["nsenter", "--target", pid, *INSIDE, "--", *command],
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


INSTALLED = """
set -e
/usr/bin/python3 -m venv --without-pip /opt/itemwell
printf '%s\\n' {site} {source} >$(echo /opt/itemwell/lib/python3*/site-packages)/here.pth
printf '#!/opt/itemwell/bin/python\\nimport sys\\nfrom itemwell.cli import entry\\nsys.exit(entry())\\n' >/opt/itemwell/bin/itemwell
chmod 755 /opt/itemwell/bin/itemwell
cd /opt
itemwell/bin/itemwell install systemd --run-due --write one
for units in {units} one; do cp -r $units/*.timer $units/*.service* /etc/systemd/system/; done
mkdir -p /etc/itemwell /etc/credstore
printf '%s\\n' 'questions_per_run = 60' '[blueprints.diagnostic]' 'questions = 6' 'pretest = 0' '[blueprints.practice]' 'questions = 6' 'pretest = 0' >/etc/itemwell/itemwell.toml
(umask 077; printf %s '{url}' >/etc/credstore/itemwell.database_url)
systemctl daemon-reload
"""


@pytest.fixture
def machine(bank_url):
    """A systemd with the rendered units as they stand, run-due's too, and the bank behind a port."""
    if os.geteuid() or not shutil.which("unshare") or not Path("/lib/systemd/systemd").exists():
        pytest.skip("a real systemd is started by root alone")
    import sysconfig

    site = sysconfig.get_path("purelib")
    if not Path("/usr/bin/python3").exists() or f"/python3.{sys.version_info[1]}/" not in site + "/":  # fmt: skip
        pytest.skip("the system has another Python than the tests")
    with wired(bank_url) as (_, url), a_systemd() as pid:
        script = INSTALLED.format(site=site, source=ROOT / "src", units=UNITS, url=url)
        made = inside(pid, "bash", "-c", script)
        assert made.returncode == 0, made.stderr
        if inside(pid, "/opt/itemwell/bin/itemwell", "--version").returncode:
            pytest.skip("the system has another Python than the tests")
        yield pid


def journal(pid, unit):
    return inside(pid, "journalctl", "-u", unit, "--no-pager", "-o", "cat").stdout


TOLD = {
    "generate": "60 questions kept",
    "exams": "4 exams made for 2 active learners",
    "calibrate": "IRT calibration complete: items_calibrated=60",
    "snapshot": "Daily snapshots completed: ",
}
"""What a job says of its work, where that is fixed, in the bank that this test makes."""


def test_every_job_runs_in_the_sandbox_as_it_stands(machine, program):
    """Over a bank with questions and answers, so that each has something to do."""
    (program.folder / "learners.csv").write_text("user_id\nann\nbo\n")
    program("learners", "import", "learners.csv")
    first = ["generate", "exams"]
    for job in first:
        assert_does(machine, job)
    program("responses", "simulate", "--learners", 600, "--per-learner", 30)
    for job in [job for job in (*JOBS, "run-due") if job not in first]:
        assert_does(machine, job)

    assert {run["job_id"] for run in program("runs", "--json").json["runs"]} >= set(JOBS)


def assert_does(machine, job):
    ended = inside(machine, "systemctl", "start", f"itemwell@{job}")
    told = journal(machine, f"itemwell@{job}")
    status = inside(machine, "systemctl", "show", f"itemwell@{job}", "-p", "ExecMainStatus").stdout
    last = [line for line in told.splitlines() if line.startswith("exit code: ")][-1]
    sys.stdout.write(f"{job}: {status.strip()}; {last}\n")  # seen with -s

    assert (ended.returncode, status.strip()) == (0, "ExecMainStatus=0"), told
    assert last.startswith("exit code: 0 (ok): ")
    assert TOLD.get(job, "") in told


def test_run_due_calibrates_in_its_own_sandbox(machine, program):
    """Its unit starts what compiles: the restrictions are those of calibrate."""
    inside(machine, "systemctl", "start", "itemwell@generate")
    program("responses", "simulate", "--learners", 600, "--per-learner", 30)
    program("jobs", "trigger", "calibrate")

    assert_does(machine, "run-due")

    assert "calibrate: IRT calibration complete: items_calibrated=60" in " ".join(
        re.sub(r"\S+Z \[info\] ", "", line) + "\n" for line in journal(machine, "itemwell@run-due").splitlines()
    )  # fmt: skip


FIGURES = """
set -e
groupadd --system itemwell-figures
install -d -m 2775 -g itemwell-figures /var/lib/node_exporter
mkdir -p /etc/systemd/system/itemwell@metrics.service.d
printf '%s\\n' '[Service]' 'Environment=METRICS_TEXTFILE=/var/lib/node_exporter/itemwell.prom' 'SupplementaryGroups=itemwell-figures' 'ReadWritePaths=/var/lib/node_exporter' >/etc/systemd/system/itemwell@metrics.service.d/figures.conf
systemctl daemon-reload
systemctl start itemwell@metrics
stat -c %a /var/lib/node_exporter/itemwell.prom
"""


def test_figures_for_node_exporter_are_written_with_the_runbooks_drop_in(machine):
    written = inside(machine, "bash", "-c", FIGURES)

    assert written.returncode == 0, journal(machine, "itemwell@metrics")
    assert written.stdout == "644\n"
    runbook = (DEPLOY / "monitoring" / "README.md").read_text()
    assert all(line.strip("'") in runbook for line in re.findall(r"'[A-Z]\w+=\S+'", FIGURES))


def test_a_failure_is_told_and_not_tried_again(machine, program):
    inside(machine, "bash", "-c", "echo 'no_such_setting = 1' >/etc/itemwell/itemwell.toml")

    failed = inside(machine, "systemctl", "start", "itemwell@generate")
    state = inside(machine, "systemctl", "show", "itemwell@generate", "-p", "ExecMainStatus,ActiveState,NRestarts").stdout  # fmt: skip
    time.sleep(0.5)

    assert failed.returncode != 0
    assert {*state.split()} == {"ExecMainStatus=3", "ActiveState=failed", "NRestarts=0"}
    assert "exit code: 3 (config)" in journal(machine, "itemwell@generate")
    assert "job generate failed" in inside(machine, "journalctl", "-t", "itemwell", "-o", "cat").stdout  # fmt: skip


@pytest.mark.parametrize(("job", "status"), [("generate", 4), ("calibrate", 1)])
def test_a_bank_that_is_away_is_tried_again(machine, program, job, status):
    inside(machine, "bash", "-c", "printf %s postgresql://u:p@127.0.0.1:9/b >/etc/credstore/itemwell.database_url")  # fmt: skip

    inside(machine, "systemctl", "start", "--no-block", f"itemwell@{job}")

    assert restarted(machine, f"itemwell@{job}", "ExecMainStatus") == f"ExecMainStatus={status}"


def restarted(machine, unit, what):
    """`what` systemd shows of a unit once it waits to start it again."""
    for _ in range(100):
        shown = inside(machine, "systemctl", "show", unit, "-p", f"{what},SubState").stdout
        if "SubState=auto-restart" in shown:
            return next(line for line in shown.splitlines() if line.startswith(what))
        time.sleep(0.2)
    raise AssertionError(f"{unit} is not tried again: {shown}")


OLD = """
set -e
cat >/run/systemd/system/old.timer <<'END'
{timer}
END
cat >/run/systemd/system/old.service <<'END'
{service}
END
mkdir -p /opt/iq-tracker/question-service
touch /opt/iq-tracker/question-service/.env
useradd --system iq-tracker
systemctl daemon-reload
systemctl start --no-block old.timer
"""


def test_the_old_timer_runs_its_job_at_once_and_the_old_service_repeats_a_mistake(machine):
    """Ours do neither: see the timers' and the failure's tests."""
    timer = TIMER.replace("iq-tracker-generation", "old")
    service = SERVICE.replace("/bin/true run_generation.py", "/bin/sh -c 'exit 3' #")

    inside(machine, "bash", "-c", OLD.format(timer=timer, service=service))

    assert restarted(machine, "old.service", "ExecMainStatus") == "ExecMainStatus=3"


def console(section):
    """The lines of a section of systemd's runbook that are typed."""
    text = (UNITS / "README.md").read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [
        re.sub(r"\s{2,}# .*", "", line[2:])
        for line in text.splitlines()
        if line.startswith("# ")
    ]  # fmt: skip


def test_the_runbooks_lines_switch_timers_on_stop_them_for_an_upgrade_and_take_all_away(machine):
    (enable,) = [line for line in console("First run") if "enable" in line]
    stop, *_, start = console("Upgrade")

    def waiting():
        told = inside(machine, "systemctl", "list-timers", "--no-pager", "itemwell-*").stdout
        return int(re.search(r"^(\d+) timers listed", told, re.MULTILINE)[1])

    counts = [inside(machine, "bash", "-c", line).returncode or waiting() for line in (enable, stop, start)]  # fmt: skip
    removed = inside(machine, "bash", "-c", "set -e\n" + "\n".join(console("Uninstall")))
    left = inside(machine, "bash", "-c", "ls -d /etc/systemd/system/*itemwell* /etc/itemwell /opt/itemwell").stdout  # fmt: skip

    assert counts == [len(JOBS), 0, len(JOBS)]
    assert (removed.returncode, left) == (0, ""), removed.stderr


def test_the_runbooks_line_runs_a_job_with_options(machine, program):
    line = re.search(r"`(systemd-run [^`]+)`", (UNITS / "README.md").read_text())[1]

    ended = inside(machine, "bash", "-c", line)

    assert ended.returncode == 0, ended.stderr
    assert "exit code: 0 (ok): 5 questions kept" in ended.stdout + ended.stderr


def test_timers_start_and_wait_for_their_times(machine, program):
    timers = [f"itemwell-{job}.timer" for job in JOBS]
    enabled = inside(machine, "systemctl", "enable", "--now", *timers)
    listed = inside(machine, "systemctl", "list-timers", "--no-pager", "itemwell-*").stdout

    assert enabled.returncode == 0, enabled.stderr
    assert f"{len(JOBS)} timers listed" in listed
    assert program("runs", "--json").json["runs"] == []


def test_a_stop_is_no_failure(machine, program):
    inside(machine, "bash", "-c", "echo 'questions_per_run = 5000' >/etc/itemwell/itemwell.toml; echo 'target_per_type = 5000' >>/etc/itemwell/itemwell.toml")  # fmt: skip
    inside(machine, "systemctl", "start", "--no-block", "itemwell@generate")
    for _ in range(100):
        if [run for run in program("runs", "--json").json["runs"] if run["status"] == "running"]:
            break
        time.sleep(0.2)

    inside(machine, "systemctl", "stop", "itemwell@generate")
    state = inside(machine, "systemctl", "is-failed", "itemwell@generate").stdout

    assert state.strip() == "inactive"
    assert "exit code: 143 (terminated)" in journal(machine, "itemwell@generate")
    assert "after a clean checkpoint" in journal(machine, "itemwell@generate")


COMPILES = """
mkdir -p /run/systemd/system/itemwell@calibrate.service.d
printf '%s\\n' '[Service]' 'ExecStart=' "ExecStart=/opt/itemwell/bin/python -c 'import numba; print(numba.njit(lambda x: x + 1)(1))'" >/run/systemd/system/itemwell@calibrate.service.d/zz.conf
systemctl daemon-reload
systemctl start itemwell@calibrate
"""


def test_what_calibrate_compiles_runs_in_its_sandbox(machine):
    ended = inside(machine, "bash", "-c", COMPILES)

    assert ended.returncode == 0, journal(machine, "itemwell@calibrate")
    assert "2" in journal(machine, "itemwell@calibrate").split()
