"""A bank for a fault loop: an embedded one that is gone afterwards, or one that it is given."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text


@contextmanager
def a_bank(url=None):
    """The environment of a program whose bank is the one at `url`, or an embedded one that keeps running."""
    with tempfile.TemporaryDirectory(prefix="itemwell-faults-") as home:
        environment = {**os.environ, "ITEMWELL_HOME": home}
        environment.pop("DATABASE_URL", None)
        if url:
            yield environment | {"DATABASE_URL": url}
            return
        itemwell(environment, "db", "upgrade")
        itemwell(environment, "db", "start")
        try:
            found = itemwell(environment, "db", "url").strip()
            yield environment | {"DATABASE_URL": found}
        finally:
            itemwell(environment, "db", "stop")


def itemwell(environment, *arguments):
    """What a command says. It must end well."""
    command = [sys.executable, "-m", "itemwell", *arguments]
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


def engine(url):
    """The bank for SQL of our own."""
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def query(url, sql):
    """The one value that `sql` finds."""
    bank = engine(url)
    try:
        with bank.connect() as db:
            return db.scalar(text(sql))
    finally:
        bank.dispose()
