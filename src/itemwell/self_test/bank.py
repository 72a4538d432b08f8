"""A bank of its own for the time of a self-test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url

from itemwell.store import schema
from itemwell.store.connect import told
from itemwell.store.embedded import Embedded


@contextmanager
def throw_away(home: Path) -> Iterator[Engine]:
    """A migrated bank in `home`, which need not outlive the machine: nothing waits for the disk."""
    with told(), Embedded(home, durable=False).running() as url:
        bank = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"), pool_size=6, max_overflow=6
        )
        try:
            schema.upgrade(bank)
            yield bank
        finally:
            bank.dispose()
