"""Every job's ExecStart runs under its unit's restrictions, by bubblewrap where no systemd is booted."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from itemwell.install.render import render
from itemwell.schedule import JOBS, RUN_DUE
from tests.install.sandbox import sandbox
from tests.proxy import wired

UNITS = {
    file.path: file.text
    for jobs in (JOBS, {RUN_DUE.name: RUN_DUE})
    for file in render("systemd", prefix="/opt/itemwell", jobs=jobs)
}
FIRST = ["generate", "exams"]
ORDER = [*FIRST, *(job for job in (*JOBS, RUN_DUE.name) if job not in FIRST)]
BLUEPRINTS = "".join(f"[blueprints.{name}]\nquestions = 6\npretest = 0\n" for name in ("diagnostic", "practice"))  # fmt: skip
TOLD = {
    "generate": "60 questions kept",
    "exams": "4 exams made for 2 active learners",
    "calibrate": "IRT calibration complete: items_calibrated=60",
    "snapshot": "Daily snapshots completed: ",
}


def unit(job):
    return UNITS["itemwell@.service"] + UNITS[f"itemwell@{job}.service.d/schedule.conf"]


@pytest.fixture(scope="module", autouse=True)
def possible():
    """Skips where a machine forbids what bubblewrap does; where it is not installed too, with the reason."""
    if os.geteuid() or not shutil.which("bwrap") or not shutil.which("systemd-analyze"):
        pytest.skip("bwrap and systemd-analyze are wanted, as root")
    tried = subprocess.run(
        ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--unshare-user", "--unshare-pid", "true"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if tried.returncode:
        pytest.skip(f"bwrap cannot run here: {tried.stderr.strip()}")


@pytest.fixture
def started(bank_url, tmp_path):
    """A function that runs a job's ExecStart, or other words, in the job's sandbox."""
    for name in ("credentials", "config"):
        (tmp_path / name).mkdir()
    (tmp_path / "config" / "itemwell.toml").write_text("questions_per_run = 60\n" + BLUEPRINTS)
    tmp_path.chmod(0o755)

    with wired(bank_url) as (_, url):
        (tmp_path / "credentials" / "database_url").write_text(url + "\n")

        def start(job, *words):
            line = re.findall(r"^ExecStart=(.+)$", unit(job), re.MULTILINE)[-1].replace("%i", job)
            program = Path(sys.executable).with_name("itemwell")
            with sandbox(unit(job), job, tmp_path) as run:
                return run(*(words or [program, *line.split()[1:]]))

        yield start


def test_every_job_runs_under_its_restrictions(started, program):
    (program.folder / "learners.csv").write_text("user_id\nann\nbo\n")
    program("learners", "import", "learners.csv")
    for job in ORDER:
        if job == ORDER[len(FIRST)]:
            program("responses", "simulate", "--learners", 600, "--per-learner", 30)
        ended = started(job)
        sys.stdout.write(
            f"{job}: status {ended.returncode}; {ended.stderr.splitlines()[-1]}\n"
        )  # seen with -s

        assert ended.returncode == 0, ended.stderr
        assert ended.stderr.splitlines()[-1].startswith("exit code: 0 (ok): ")
        assert TOLD.get(job, "") in ended.stderr

    assert {run["job_id"] for run in program("runs", "--json").json["runs"]} >= set(JOBS)


COMPILES = "import numba; print(numba.njit(lambda x: x + 1)(1))"


def test_what_compiles_is_barred_but_where_calibrate_may_run(started):
    """The restriction is really there, and calibrate's drop-in is really needed."""
    barred = started("health", sys.executable, "-c", COMPILES)
    may = {job: started(job, sys.executable, "-c", COMPILES) for job in ("calibrate", "run-due")}

    assert barred.returncode != 0
    assert {job: (ended.returncode, ended.stdout) for job, ended in may.items()} == {
        "calibrate": (0, "2\n"), "run-due": (0, "2\n"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [("touch /etc/x", "Read-only file system"), ("touch /opt/x", "Read-only file system"),
     ("ls /root/.bashrc /home/x", "No such file"), ("mount -t tmpfs none /mnt", "permitted|denied|must be superuser"),
     ("unshare --user true", "Operation not permitted"), ("cat /var/lib/dpkg/status", "No such file"),
     ("python3 -c 'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)'", "Operation not permitted"),
     ("/usr/sbin/chroot / true", "not permitted")],
)  # fmt: skip
def test_what_a_unit_may_not_do_is_barred(started, words, told):
    ended = started("generate", "/bin/sh", "-c", words)

    assert ended.returncode != 0
    assert re.search(told, ended.stderr), ended.stderr


def test_its_own_folders_can_be_written_and_tmp_is_its_own(started, tmp_path):
    ended = started("generate", "/bin/sh", "-c", "touch /var/lib/itemwell/a /var/cache/itemwell/b /var/log/itemwell/c /tmp/d && ls /tmp && id -u")  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "d\n61234\n"
