"""The index over vectors: derived from them where the server has pgvector, and never the truth.

    build: extension -> table -> fill in pages -> CREATE INDEX CONCURRENTLY -> analyze
    nearest: the index where it is ready; else the caller searches its pool exactly

One table for all embedders, and a partial expression index for each: a query repeats the cast and
the predicate, or it is a full scan. A rare stimulus or key is found by its own index, exactly.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection, Text, TextClause, bindparam, func, select, text

from itemwell.similar.embed import EmbedError, Identity
from itemwell.similar.forms import ANYWHERE, Within
from itemwell.similar.pool import Neighbours
from itemwell.store.tables import question_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

INDEX_FROM = 20_000
"""Vectors of one embedder. Below it an exact search in memory is as quick, and knows no misses."""

LEAST_IN_VIEW, MOST_IN_VIEW, VECTORS_FOR_ONE = 100, 1000, 1250
"""Candidates that a search keeps in view (ef): one for so many vectors, up to what pgvector allows.

Of real twins among 100,000 a hundred in view miss 2 in 1,000; among a million they miss one in
twenty, and 800 fewer than one in a hundred.
"""

MOST_SCANNED = 200_000
"""Tuples that a filtered search may visit before it gives up."""


def wanted(db: Connection, embedder: str, index_from: int = INDEX_FROM) -> bool:
    """Whether this embedder has so many vectors that an index pays, on a server that can have one."""
    return extension(db) is not None and _reaches(db, embedder, index_from)


def extension(db: Connection) -> str | None:
    """Whether pgvector is installed or available; None where the server has none that scans on."""
    row = db.execute(_EXTENSION).one_or_none()
    if row is None:
        return None
    return "installed" if row.installed_version else "available"


def ready(db: Connection, embedder: str) -> bool:
    """Whether a valid index stands over every vector of this embedder."""
    return valid(db, embedder) is True and _complete(db, embedder)


def valid(db: Connection, embedder: str) -> bool | None:
    """None: there is no index of this embedder; False: it was never finished, or is under way."""
    found: bool | None = db.scalar(_VALID, {"name": name_of(embedder)})
    return found


def name_of(embedder: str) -> str:
    """The name of this embedder's index."""
    return f"ix_vector_index_{sha256(embedder.encode()).hexdigest()[:16]}"


def add(db: Connection, embedder: str, rows: "Sequence[tuple[int, NDArray[np.floating]]]") -> None:
    """Put vectors of questions beside those of this embedder, where any are; again: replaced.

    The caller holds the lock of twins, under which a build takes in its pages too: what comes
    before the first of them is found by the build.
    """
    if exists(db) and db.scalar(_USED, {"embedder": embedder}):
        values = [
            {"question_id": number, "embedder": embedder, "embedding": as_text(vector)}
            for number, vector in rows
        ]
        db.execute(_ADD, values)


def exists(db: Connection) -> bool:
    """Whether there is a table of indexed vectors, of whatever embedder."""
    return bool(db.scalar(_EXISTS))


def nearest(
    db: Connection,
    identity: Identity,
    vector: "NDArray[np.floating]",
    k: int,
    within: Within = ANYWHERE,
) -> Neighbours:
    """What `nearest_each` finds for one vector."""
    return nearest_each(db, identity, vector[np.newaxis], k, within)[0]


def nearest_each(
    db: Connection,
    identity: Identity,
    vectors: "NDArray[np.floating]",
    k: int,
    within: Within = ANYWHERE,
) -> list[Neighbours]:
    """For each vector at most `k` questions and their cosines, the nearest first, by its index.

    One statement for all of them. Settings of the search hold until the transaction ends. Raises
    EmbedError for vectors of other dimensions, or that are not finite.
    """
    if vectors.shape != (len(vectors), identity.dimensions) or not np.isfinite(vectors).all():
        raise EmbedError(f"no vectors of {identity} were to be compared: {vectors.shape}")
    db.execute(_SEARCH, {"name": name_of(str(identity))} | _LIMITS)
    asked = {name: value for name, value in within._asdict().items() if value is not None}
    rows = db.execute(
        query(identity, within),
        {"embedder": str(identity), "vectors": list(map(as_text, vectors)), "k": k, **asked},
    )
    found: list[Neighbours] = [[] for _ in vectors]
    for row in rows:
        found[row.place - 1].append((row.question_id, -row.distance))
    return found


def query(identity: Identity, within: Within = ANYWHERE) -> TextClause:
    """The statement of a search: its cast and predicate are those of the index, to the letter."""
    filters = "".join(
        f" AND {name} = :{name}" for name, value in within._asdict().items() if value is not None
    )
    return text(f"""
        SELECT given.place, near.question_id, near.distance
        FROM unnest(CAST(:vectors AS halfvec[])) WITH ORDINALITY AS given (vector, place)
        CROSS JOIN LATERAL (
            SELECT question_id, {cast(identity)} <#> given.vector::halfvec({identity.dimensions}) AS distance
            FROM vector_index WHERE embedder = :embedder{filters} ORDER BY distance LIMIT :k
        ) AS near ORDER BY given.place, near.distance, near.question_id
    """).bindparams(bindparam("embedder", type_=Text, literal_execute=True))


def cast(identity: Identity) -> str:
    """The expression that the index of this embedder is over."""
    return f"(embedding::halfvec({identity.dimensions}))"


def as_text(vector: "NDArray[np.floating]") -> str:
    """A vector as the server reads it; enough digits for half precision."""
    return "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"


def _reaches(db: Connection, embedder: str, least: int) -> bool:
    mine = select(1).where(question_vectors.c.embedder == embedder).limit(least).subquery()
    return (db.scalar(select(func.count()).select_from(mine)) or 0) >= least


def _complete(db: Connection, embedder: str) -> bool:
    """Equal numbers say it all: no row of the index is without its vector."""
    return bool(db.scalar(_COMPLETE, {"embedder": embedder}))


_EXTENSION = text("""
    SELECT installed_version FROM pg_available_extensions
    WHERE name = 'vector' AND NOT coalesce(installed_version, default_version) ~ '^0\\.[0-7]\\.'
""")
_EXISTS = text("SELECT to_regclass('vector_index') IS NOT NULL")
_USED = text("SELECT EXISTS (SELECT 1 FROM vector_index WHERE embedder = :embedder)")
_VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
_COMPLETE = text("""
    SELECT (SELECT count(*) FROM question_vectors WHERE embedder = :embedder AND vector <> '')
         = (SELECT count(*) FROM vector_index WHERE embedder = :embedder)
""")
_ADD = text("""
    INSERT INTO vector_index (question_id, embedder, stimulus, key_form, embedding)
    SELECT question_id, :embedder, stimulus, key_form, CAST(:embedding AS halfvec)
    FROM question_forms WHERE question_id = :question_id
    ON CONFLICT (question_id, embedder) DO UPDATE SET embedding = excluded.embedding
""")
_LIMITS = {
    "least": LEAST_IN_VIEW,
    "most": MOST_IN_VIEW,
    "vectors": VECTORS_FOR_ONE,
    "scanned": str(MOST_SCANNED),
}
_SEARCH = text("""
    SELECT set_config('hnsw.iterative_scan', 'strict_order', true), set_config('jit', 'off', true),
           set_config('hnsw.max_scan_tuples', :scanned, true),
           set_config('hnsw.scan_mem_multiplier', '16', true),
           set_config('hnsw.ef_search', least(:most, greatest(:least, CAST(reltuples AS bigint) / :vectors))::text, true)
    FROM pg_class WHERE oid = to_regclass(:name)
""")
