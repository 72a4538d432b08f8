"""Real Postgres for every test that asks for it: one server, a migrated template, a clone per test."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import create_engine, make_url, text

from itemwell.settings import Settings
from itemwell.store import schema
from itemwell.store.embedded import Embedded

KEPT = ("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV")
NAMES = count()
HERE = Path(__file__).parent
ANEW = [sys.executable, "-m", "itemwell"]
PATIENCE = 120  # seconds that a command may take on a very busy machine
ROOM = 4 << 30  # bytes that databases of tests may take in memory
NOWHERE = "http://127.0.0.1:9"
USUAL = {"EMBEDDER": "hash", "ENEMIES_PER_QUESTION": "1000000"}
"""No weights are read where twins are not the matter, and the double may write by one template."""

NO_WAY_OUT = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE)
"""A program that would ask a vendor asks a proxy that is not there; loopback needs none."""

hypothesis.settings.register_profile(  # how long an example takes is the machine's affair
    "itemwell", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("itemwell")


def pytest_collection_modifyitems(items):
    for item in items:
        if {"bank_url", "server_url"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.db)


@pytest.fixture(autouse=True)
def scrubbed(monkeypatch, tmp_path):
    """No setting of the developer's reaches a test, and no test's files the developer."""
    for name in set(os.environ) - set(KEPT):
        if name.upper() in {field.upper() for field in Settings.model_fields} or "KEY" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch):
    """No test reaches a host that is not this one."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test wants to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def first_home(tmp_path_factory):
    """A home whose server was made and migrated once for all workers: a copy is quicker."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "made.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            with Embedded(folder / "making", durable=False).running() as url:
                engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
                schema.upgrade(engine)
                engine.dispose()
            (folder / "making").rename(folder / "made")
    return folder / "made"


@pytest.fixture(scope="session")
def a_made_home(first_home):
    """Copies that home to where it is told to; its owner goes along, who may not be root."""

    def copy(to):
        subprocess.run(["cp", "-a", first_home, to], check=True)
        return to

    return copy


def in_memory():
    """A file system in memory where there is room; None elsewhere: the usual one.

    A database a test makes and unlinks hundreds of files, and ext4 looks for long for inodes that
    were not deleted within seconds.
    """
    shared = Path("/dev/shm")
    if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ROOM:
        return shared
    return None


@pytest.fixture(scope="session")
def server_url(a_made_home):
    folder = Path(tempfile.mkdtemp(prefix="itemwell-test-", dir=in_memory()))
    try:
        with Embedded(a_made_home(folder / "home"), durable=False).running() as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def admin(server_url):
    url = make_url(server_url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(server_url):
    """The database that came with the home: migrated and empty."""
    return make_url(server_url).database


@pytest.fixture
def empty_url(admin):
    yield from a_database(admin, "template0")


@pytest.fixture
def bank_url(admin, template):
    yield from a_database(admin, template)


def a_database(admin, template):
    name = f"bank_{next(NAMES)}"
    with admin.connect() as db:
        db.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log"))
    yield admin.url.set(drivername="postgresql", database=name).render_as_string(
        hide_password=False
    )
    with admin.connect() as db:
        db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def bank(bank_url):
    yield from an_engine(bank_url)


@pytest.fixture(scope="module")
def read_bank(admin, template):
    """A bank that the tests of a module fill once and then only read."""
    for url in a_database(admin, template):
        yield from an_engine(url)


def an_engine(url):
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()


def kept_environment():
    return {name: os.environ[name] for name in KEPT if name in os.environ}


@dataclass(frozen=True)
class Ended:
    """How the real program ended."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def last_line(self):
        return self.err.strip().splitlines()[-1]


class Warm:
    """See warm.py: one for all tests of a worker, which it serves one after the other."""

    def __init__(self, folder):
        self.socket = folder / "warm"
        with socket.socket(socket.AF_UNIX) as listener:  # ours: who asks too early waits
            listener.bind(str(self.socket))
            listener.listen(64)
            self.python = subprocess.Popen(
                [sys.executable, "-P", HERE / "warm.py", str(listener.fileno())],
                cwd="/",
                env=kept_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[listener.fileno()],
            )

    @property
    def command(self):
        """Words that start the program; on Linux at the price of a small Python."""
        if not hasattr(os, "pidfd_open"):
            return ANEW
        return [sys.executable, "-I", "-S", str(HERE / "ask.py"), str(self.socket)]

    def end(self):
        self.python.communicate()

    def run(self, arguments, folder, environment):
        with (
            tempfile.NamedTemporaryFile("r", encoding="utf-8") as out,
            tempfile.NamedTemporaryFile("r", encoding="utf-8") as err,
        ):
            order = {"arguments": arguments, "folder": str(folder), "environment": environment}
            order |= {"out": out.name, "err": err.name}
            self.python.stdin.write(json.dumps(order).encode() + b"\n")
            self.python.stdin.flush()
            pid = int(self.python.stdout.readline())
            last_resort = threading.Timer(PATIENCE, os.kill, [pid, signal.SIGKILL])
            last_resort.start()
            status = int(self.python.stdout.readline())
            last_resort.cancel()
            return Ended(status, out.read(), err.read())


class Program:
    """The real program in a process of its own, with an environment of a test's making."""

    def __init__(self, folder, warm, **environment):
        self.folder = folder
        self.warm = warm
        self.environment = {
            **kept_environment(),
            **NO_WAY_OUT,
            **USUAL,
            "HOME": str(folder),
            **environment,
        }

    def start(self, *arguments, **environment):
        """A fork of one that has imported the program, under way."""
        return self._under_way(self.warm.command, *arguments, **environment)

    def start_anew(self, *arguments, **environment):
        """A Python of its own, under way."""
        return self._under_way(ANEW, *arguments, **environment)

    def _under_way(self, command, *arguments, **environment):
        return subprocess.Popen(
            [*command, *map(str, arguments)],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def anew(self, *arguments, **environment):
        """A Python of its own, to its end."""
        process = self.start_anew(*arguments, **environment)
        out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, out, err)

    def __call__(self, *arguments, **environment):
        """A fork of one that has imported the program, to its end."""
        return self.warm.run(
            [*map(str, arguments)], self.folder, {**self.environment, **environment}
        )


@pytest.fixture(scope="session")
def warm(tmp_path_factory):
    warm = Warm(tmp_path_factory.mktemp("warm"))
    yield warm
    warm.end()


@pytest.fixture
def program(bank_url, tmp_path, warm):
    """The program on a bank of its own."""
    return Program(tmp_path, warm, DATABASE_URL=bank_url)


@pytest.fixture
def bare_program(tmp_path, warm):
    """The program without any setting, its home in the test's folder."""
    return Program(tmp_path, warm, ITEMWELL_HOME=str(tmp_path / "home"))


@pytest.fixture
def home_program(bare_program, a_made_home):
    """The same, its embedded server made and its bank empty."""
    a_made_home(bare_program.folder / "home")
    return bare_program
