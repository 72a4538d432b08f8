"""Reading every answer out of one snapshot, in columns that numpy takes as they are.

A COPY sends a message a row, and the message alone costs a client 250 ns and more. So the server
packs: for a range of the table's pages it answers with one binary value, a record a row. That is some
10 ns a row here, and less there than a COPY of the same columns to nowhere. Two connections that
share the snapshot pack in turn, as packing is most of the work.

What a row costs there is the number of values that are made binary and joined: so all that is short
goes into one word, and the delimiter of `string_agg` carries a value too.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from itemwell.store import driver

PAGES = 400
"""Pages that are read at once: some 40,000 answers, 1 MB, which the processor's cache holds."""

READERS = 2
"""Connections that read at once, where there are enough pages for each."""

AHEAD = 2
"""Ranges that each connection has before it: it goes on while what it read waits to be looked at."""

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


@dataclass(slots=True)
class Stream:
    """Every answer that the transaction sees, once through. What it holds is known before."""

    db: Connection
    taken_at: datetime  # by the server's clock
    last_id: int | None  # the highest; None: there is no answer
    pages: int
    wide: bool = False  # a question's id did not fit into a record's word

    @property
    def now(self) -> int:
        """`taken_at` as `Chunk.answered` counts."""
        return microseconds(self.taken_at)

    def __iter__(self) -> Iterator[Chunk]:
        """The answers, some 40,000 at a time; while some are looked at the server packs the next."""
        firsts = range(0, self.pages, PAGES)
        with _readers(self.db, min(READERS, len(firsts))) as readers, ExitStack() as threads:
            mine = [(each, threads.enter_context(ThreadPoolExecutor(1))) for each in readers]
            tasks = (
                thread.submit(self._read, reader, first)
                for (reader, thread), first in zip(cycle(mine), firsts, strict=False)
            )
            coming = deque(islice(tasks, AHEAD * len(readers)))
            while coming:
                found = coming.popleft().result()
                coming.extend(islice(tasks, 1))
                if found:
                    yield found

    def _read(self, db: Connection, first: int) -> Chunk | None:
        """The answers of PAGES pages from `first` on; None where there are none."""
        if not self.wide:
            try:
                return self._fetched(db, _NARROW, first)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != OUT_OF_RANGE:
                    raise
            db.execute(text("ROLLBACK TO SAVEPOINT packing"))
            self.wide = True  # each try would leave an error in the server's log
        return self._fetched(db, _WIDE, first)

    def _fetched(self, db: Connection, query: sql.SQL, first: int) -> Chunk | None:
        with driver.cursor(db, binary=True) as cursor:
            block = {"first": f"({first},0)", "end": f"({first + PAGES},0)"}
            row = cursor.execute(query, block).fetchone()
        return _unpacked(*row, wide=query is _WIDE) if row and row[1] else None


@contextmanager
def snapshot(bank: Engine) -> Iterator[Connection]:
    """A transaction that sees the bank as it is at one moment, and can write nothing."""
    with bank.connect().execution_options(**READING) as db:
        yield db


def stream(db: Connection) -> Stream:
    """Every answer that `db`, a `snapshot`, sees."""
    db.execute(_SETTINGS)
    row = db.execute(_ABOUT).one()
    return Stream(db, row.taken_at, row.last_id, row.pages)


def microseconds(moment: datetime) -> int:
    """`moment` as `Chunk.answered` counts."""
    return (moment - EPOCH) // timedelta(microseconds=1)


@contextmanager
def _readers(db: Connection, wanted: int) -> Iterator[Sequence[Connection]]:
    """`db` and others that see the same; fewer than wanted where the server has none to spare."""
    with ExitStack() as others:
        readers = [db]
        if wanted > 1:
            shared = db.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        with suppress(SQLAlchemyError):
            for _ in range(wanted - 1):
                other = others.enter_context(db.engine.connect().execution_options(**READING))
                other.execute(text(f"SET TRANSACTION SNAPSHOT '{shared}'"))
                other.execute(_SETTINGS)
                readers.append(other)
        for reader in readers:
            reader.execute(text("SAVEPOINT packing"))
        yield readers


def _unpacked(first: bytes, packed: bytes, *, wide: bool) -> Chunk:
    """Of values in packing order: each row's user, word, and id where wide; between rows a moment."""
    values = np.frombuffer(packed, ">i8")
    step = 4 if wide else 3
    word = values[1::step].astype(np.int64)
    times_ms = word.astype(np.int32)  # its lower half
    rest = (word - times_ms) >> 32
    answered = np.empty(len(word), np.int64)
    answered[0] = int.from_bytes(first, signed=True)
    answered[1:] = values[step - 1 :: step]
    return Chunk(
        values[::step].astype(np.int64),
        values[2::step].astype(np.int64) if wide else rest >> 8,
        (rest & 1).astype(np.bool_),
        ((rest >> 1) & 127).astype(np.uint8),
        times_ms,
        answered,
    )


READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
OUT_OF_RANGE = "22003"
"""The SQLSTATE of a record whose question's id does not fit into its word: 8 million and more."""
_SETTINGS = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),"
    " set_config('statement_timeout', '0', true), set_config('max_parallel_workers_per_gather', '0', true)"
)
"""A range of pages is never worth a scan of the whole table, whatever the planner knows of it; and it
comes in the table's order, as one process reads it."""

_ABOUT = text(
    "SELECT statement_timestamp() AS taken_at, (SELECT max(id) FROM responses) AS last_id,"
    " pg_relation_size('responses') / current_setting('block_size')::bigint AS pages"
)
_RANGE = """
    SELECT (SELECT timestamptz_send(answered_at) {rows} LIMIT 1),
        string_agg({values}, timestamptz_send(answered_at)) {rows}
"""
"""The first row's delimiter is dropped, so it comes by itself."""

_ROWS = "FROM responses WHERE ctid >= %(first)s::tid AND ctid < %(end)s::tid"
_USER = "int8send(hashtextextended(user_id, 0))"
_REST = f"""(is_correct::integer + 2 * coalesce(ascii(selected_option) & 127, 0)) * {2**32}
    + coalesce(response_time_ms, -1)"""
_NARROW_VALUES = f"{_USER} || int8send(question_id * {2**40} + {_REST})"
_NARROW = sql.SQL(_RANGE.format(rows=_ROWS, values=_NARROW_VALUES))
_WIDE_VALUES = f"{_USER} || int8send({_REST}) || int8send(question_id)"
_WIDE = sql.SQL(_RANGE.format(rows=_ROWS, values=_WIDE_VALUES))
