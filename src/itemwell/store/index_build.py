"""Building the index over vectors: once for an embedder, beside writers, and again after a kill."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from itemwell.similar.embed import Identity
from itemwell.store import forms, index

PAGE = 2000
"""Vectors that are taken in at once. Other writers wait as long as it takes."""

SHARED_MEMORY_FULL = "53100"
NO_RIGHT = "42501"

log = structlog.get_logger()


def prepare(bank: Engine, identity: Identity, index_from: int = index.INDEX_FROM) -> bool:
    """Whether searches by the index can begin; it is built first where it pays.

    False where the bank is small, the server cannot, or somebody else is building: then the
    search in memory is right. The caller holds no transaction.
    """
    with bank.connect() as db:
        if index.ready(db, str(identity)):
            return True
        wanted = index.wanted(db, str(identity), index_from)
        if not wanted and index.extension(db) is None:
            log.info("no pgvector on this server; exact search in memory")
    try:
        return wanted and build(bank, identity)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        told = str(error.orig).strip().partition("\n")[0]
        log.warning(f"cannot build the index over vectors: {told}; exact search in memory")
        return False


def build(bank: Engine, identity: Identity) -> bool:
    """Build this embedder's index, also where a kill left one unfinished; whether it is ready now.

    The transaction that keeps other builders out does nothing else, so that the server does not
    wait for it. False where another build is under way, or the role may not create the extension.
    """
    with bank.connect() as alone, alone.begin():
        alone.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        if not alone.scalar(_ALONE) or not _make_room(bank) or _under_way(bank):
            return False
        last: int | None = 0
        while last is not None:
            last = _fill(bank, str(identity), last)
        with bank.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.detach()  # its settings end with it
            _create(db, identity)
    with bank.connect() as db:
        return index.ready(db, str(identity))


def _make_room(bank: Engine) -> bool:
    """Have extension and table; False where this role may not.

    Under the lock of writers: each of them either sees the table or is seen by the first page.
    """
    try:
        with bank.begin() as db:
            forms.lock(db)
            db.execute(_EXTENSION)
            for statement in _TABLE:
                db.execute(statement)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NO_RIGHT:
            raise
        log.info("this database role may not use pgvector; exact search in memory")
        return False
    return True


def _under_way(bank: Engine) -> bool:
    """Whether a server process is building still, though whoever told it to may be gone."""
    with bank.connect() as db:
        return bool(db.scalar(_UNDER_WAY))


def _fill(bank: Engine, embedder: str, after: int) -> int | None:
    """Take in a page of vectors from above `after` on; the last one's id, None where none is left.

    What comes meanwhile needs no second look: once a page is in, each writer adds its own.
    """
    with bank.begin() as db:
        forms.lock(db)
        asked = {"embedder": embedder, "after": after, "page": PAGE}
        rows = db.execute(_LACKING, asked).all()
        if rows:
            _copy(db, embedder, rows)
    return rows[-1].question_id if rows else None


def _copy(db: Connection, embedder: str, rows: Sequence[Any]) -> None:
    """Binary, because reading 400 numbers a row from text would take longer than the index."""
    raw = db.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(["int8", "text", "text", "text", "bytea"])
        for row in rows:
            halves = np.frombuffer(row.vector, "<f2").astype(">f2")
            header = np.array([len(halves), 0], ">i2").tobytes()
            place = (row.question_id, embedder, row.stimulus, row.key_form)
            copy.write_row((*place, header + halves.tobytes()))


def _create(db: Connection, identity: Identity) -> None:
    """The index itself, where it is not valid yet; again without helpers where they find no memory."""
    if index.valid(db, str(identity)):
        return
    for setting in _SETTINGS:
        db.execute(setting)
    db.execute(_MEMORY, {"embedder": str(identity), "bytes": 2 * identity.dimensions + 700})
    try:
        _create_once(db, identity)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != SHARED_MEMORY_FULL:
            raise
        db.execute(text("SET max_parallel_maintenance_workers = 0"))
        _create_once(db, identity)
    db.execute(text("VACUUM (ANALYZE) vector_index"))  # counts then need not read the vectors


def _create_once(db: Connection, identity: Identity) -> None:
    name = index.name_of(str(identity))
    quoted = db.scalar(text("SELECT quote_literal(:name)"), {"name": str(identity)})
    db.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
    db.exec_driver_sql(
        f"CREATE INDEX CONCURRENTLY {name} ON vector_index"
        f" USING hnsw ({index.cast(identity)} halfvec_ip_ops) WHERE embedder = {quoted}"
    )


_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('vector index', 0))")
_EXTENSION = text("CREATE EXTENSION IF NOT EXISTS vector")
_TABLE = (
    text("""
        CREATE TABLE IF NOT EXISTS vector_index (
            question_id bigint NOT NULL, embedder text NOT NULL,
            stimulus text NOT NULL, key_form text NOT NULL, embedding halfvec NOT NULL,
            CONSTRAINT pk_vector_index PRIMARY KEY (question_id, embedder),
            CONSTRAINT fk_vector_index_question_id_embedder FOREIGN KEY (question_id, embedder)
                REFERENCES question_vectors ON DELETE CASCADE)
    """),
    text(
        "CREATE INDEX IF NOT EXISTS ix_vector_index_embedder_stimulus ON vector_index (embedder, stimulus)"
    ),
    text(
        "CREATE INDEX IF NOT EXISTS ix_vector_index_embedder_key_form ON vector_index (embedder, key_form)"
    ),
)
_UNDER_WAY = text(
    "SELECT EXISTS (SELECT 1 FROM pg_stat_progress_create_index WHERE relid = to_regclass('vector_index'))"
)
_LACKING = text("""
    SELECT vector.question_id, form.stimulus, form.key_form, vector.vector
    FROM question_vectors AS vector JOIN question_forms AS form USING (question_id)
    WHERE vector.embedder = :embedder AND vector.question_id > :after AND vector.vector <> ''
      AND NOT EXISTS (
        SELECT 1 FROM vector_index AS held
        WHERE held.question_id = vector.question_id AND held.embedder = vector.embedder)
    ORDER BY vector.question_id LIMIT :page
""")
_COPY = "COPY vector_index (question_id, embedder, stimulus, key_form, embedding) FROM STDIN (FORMAT BINARY)"
_SETTINGS = (
    text("SET statement_timeout = 0"),
    text("SET lock_timeout = '5min'"),  # for who writes, and for who reads since long ago
    text("SET client_connection_check_interval = '5s'"),
)
_MEMORY = text("""
    SELECT set_config('maintenance_work_mem', greatest(
        pg_size_bytes(current_setting('maintenance_work_mem')),
        least(pg_size_bytes('2GB') - 1024, CAST(:bytes AS bigint) * (SELECT count(*) FROM vector_index WHERE embedder = :embedder))
    ) / 1024 || 'kB', false)
""")
