"""Reading every answer out of one snapshot, in columns that numpy takes as they are.

A COPY sends a message a row, and the message alone costs a client 250 ns and more. So the server
packs: for a range of the table's pages it answers with one binary value a column. That is some 10 ns
a row here, and hardly more there than a COPY of the same columns to nowhere.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import Connection, Engine, text

from itemwell.store import driver

PAGES = 1000
"""Pages that are read at once: some 100,000 answers, 3 MB."""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Postgres counts its microseconds from here."""


class Chunk(NamedTuple):
    """Some answers, column by column, in the order of the table."""

    users: NDArray[
        np.int64
    ]  # hash of the learner's id: two of a million share one once in 40 million banks
    questions: NDArray[np.int64]
    correct: NDArray[np.bool_]
    letters: NDArray[np.uint8]  # the first character of the chosen option; 0: not told
    times_ms: NDArray[np.int32]  # -1: not measured
    answered: NDArray[np.int64]  # microseconds since EPOCH


@dataclass(frozen=True, slots=True)
class Stream:
    """Every answer that the transaction sees, once through. What it holds is known before."""

    db: Connection
    taken_at: datetime  # by the server's clock
    last_id: int | None  # the highest; None: there is no answer
    pages: int

    @property
    def now(self) -> int:
        """`taken_at` as `Chunk.answered` counts."""
        return microseconds(self.taken_at)

    def __iter__(self) -> Iterator[Chunk]:
        """The answers, some 100,000 at a time; while some are looked at the server packs the next."""
        with driver.cursor(self.db, binary=True) as cursor, ThreadPoolExecutor(1) as ahead:

            def fetch(first: int) -> Any:
                block = f"({first},0)", f"({first + PAGES},0)"
                return cursor.execute(_RANGE, block).fetchone()

            coming = ahead.submit(fetch, 0)
            for first in range(PAGES, self.pages + PAGES, PAGES):
                row = coming.result()
                coming = ahead.submit(fetch, first)
                if row and row[0] is not None:
                    yield _chunk(row)


@contextmanager
def snapshot(bank: Engine) -> Iterator[Connection]:
    """A transaction that sees the bank as it is at one moment, and can write nothing."""
    with bank.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as db:
        yield db


def stream(db: Connection) -> Stream:
    """Every answer that `db`, a `snapshot`, sees."""
    db.execute(_SETTINGS)
    row = db.execute(_ABOUT).one()
    return Stream(db, row.taken_at, row.last_id, row.pages)


def microseconds(moment: datetime) -> int:
    """`moment` as `Chunk.answered` counts."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def _chunk(row: tuple[bytes, ...]) -> Chunk:
    users, questions, marks, times, answered = row
    mark = np.frombuffer(marks, ">i2")
    return Chunk(
        _native(users, ">i8"),
        _native(questions, ">i8"),
        (mark & 1).astype(np.bool_),
        (mark >> 1).astype(np.uint8),
        _native(times, ">i4"),
        _native(answered, ">i8"),
    )


def _native(data: bytes, kind: str) -> NDArray[Any]:
    """The numbers of this kind in this machine's order of bytes."""
    return np.frombuffer(data, kind).astype(kind.replace(">", "="))


_SETTINGS = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),"
    " set_config('statement_timeout', '0', true)"
)
"""A range of pages is never worth a scan of the whole table, whatever the planner knows of it."""

_ABOUT = text(
    "SELECT statement_timestamp() AS taken_at, (SELECT max(id) FROM responses) AS last_id,"
    " pg_relation_size('responses') / current_setting('block_size')::bigint AS pages"
)
_RANGE = sql.SQL("""
    SELECT string_agg(int8send(hashtextextended(user_id, 0)), ''),
        string_agg(int8send(question_id), ''),
        string_agg(int2send((is_correct::integer + 2 * coalesce(ascii(selected_option) & 127, 0))::smallint), ''),
        string_agg(int4send(coalesce(response_time_ms, -1)), ''),
        string_agg(timestamptz_send(answered_at), '')
    FROM responses WHERE ctid >= %s::tid AND ctid < %s::tid
""")
