"""Real Postgres for every test that asks for it: one server, a migrated template, a clone per test."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
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
NOWHERE = "http://127.0.0.1:9"
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
def server_url():
    home = Path(tempfile.mkdtemp(prefix="itemwell-test-"))
    try:
        with Embedded(home, durable=False).running() as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def admin(server_url):
    url = make_url(server_url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(admin):
    with admin.connect() as db:
        db.execute(text("CREATE DATABASE migrated"))
    engine = create_engine(admin.url.set(database="migrated"))
    schema.upgrade(engine)
    engine.dispose()
    return "migrated"


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
    engine = create_engine(make_url(bank_url).set(drivername="postgresql+psycopg"))
    yield engine
    engine.dispose()


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


class Program:
    """The real program in a process of its own, with an environment of a test's making."""

    def __init__(self, folder, **environment):
        self.folder = folder
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment = {**kept, **NO_WAY_OUT, "HOME": str(folder), **environment}

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [sys.executable, "-m", "itemwell", *map(str, arguments)],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments, **environment):
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        return Ended(process.returncode, out, err)


@pytest.fixture
def program(bank_url, tmp_path):
    """The program on a bank of its own."""
    return Program(tmp_path, DATABASE_URL=bank_url)


@pytest.fixture
def bare_program(tmp_path):
    """The program without any setting, its home in the test's folder."""
    return Program(tmp_path, ITEMWELL_HOME=str(tmp_path / "home"))
