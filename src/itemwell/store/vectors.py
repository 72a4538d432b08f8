"""Vectors of questions, by embedder: bytes that every server holds, and the index beside them.

    rows = vectors.since(db, embedder, 0)   a run's pool is filled with these, then refreshed

`embedder` is `str(Identity)`. Whatever is not of it is never read with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from itemwell.similar.embed import EmbedError
from itemwell.store import forms, index
from itemwell.store.tables import question_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from itemwell.similar.embed import Vectors

PAGE = 2000
"""Rows of a stream that are in memory at once."""


class Embedded(NamedTuple):
    """A question's vector, to be stored: `text_hash` is of the text that was embedded."""

    question_id: int
    text_hash: str
    vector: "NDArray[np.floating] | None"  # None: the embedder cannot read the text


class Missing(NamedTuple):
    """A question without a vector of some embedder, and what is to be embedded of it."""

    question_id: int
    stem: str
    key: str


class Row(NamedTuple):
    """A question as a pool takes it; `vector` is None where it has none of the embedder asked for."""

    question_id: int
    seq: int
    loose: str
    key_form: str
    stimulus: str
    vector: bytes | None


def hash_of(embedded: str) -> str:
    """What a text's vector is found again by."""
    return sha256(embedded.encode("utf-8", "surrogatepass")).hexdigest()


def add(db: Connection, embedder: str, rows: Sequence[Embedded]) -> None:
    """Store vectors of questions that have forms, under the lock of twins; again: replaced.

    Written beside the index too, where this embedder has one.
    """
    if not rows:
        return
    forms.lock(db)
    values = [
        {"question_id": row.question_id, "embedder": embedder, "text_hash": row.text_hash}
        | {"vector": _bytes(row.vector)}
        for row in rows
    ]
    statement = insert(question_vectors)
    told = {name: statement.excluded[name] for name in ("text_hash", "vector")}
    db.execute(statement.on_conflict_do_update(constraint="pk_question_vectors", set_=told), values)
    index.add(
        db, embedder, [(row.question_id, row.vector) for row in rows if row.vector is not None]
    )


def add_each(
    db: Connection,
    question_id: int,
    text_hash: str,
    rows: "Mapping[str, NDArray[np.floating] | None]",
) -> None:
    """The same for one question and its vectors by embedder. The caller holds the lock of twins."""
    names = list(rows)
    stored = [_bytes(row) for row in rows.values()]
    asked = {"question_id": question_id, "text_hash": text_hash}
    db.execute(_ADD_EACH, {**asked, "embedders": names, "vectors": stored})
    if index.exists(db):
        for name, row in rows.items():
            if row is not None:
                index.add(db, name, [(question_id, row)])


def count(db: Connection, embedder: str) -> int:
    """How many questions have a vector of this embedder."""
    mine = (question_vectors.c.embedder == embedder) & (question_vectors.c.vector != b"")
    return db.scalar(select(func.count()).select_from(question_vectors).where(mine)) or 0


def counts(db: Connection) -> dict[str, int]:
    """How many questions have a vector, by embedder."""
    embedder = question_vectors.c.embedder
    told = select(embedder, func.count().label("number")).where(question_vectors.c.vector != b"")
    rows = db.execute(told.group_by(embedder).order_by(embedder))
    return {row.embedder: row.number for row in rows}


def ids(db: Connection, embedder: str) -> list[int]:
    """The questions that have a vector of this embedder, by their ids."""
    table = question_vectors.c
    mine = (table.embedder == embedder) & (table.vector != b"")
    return list(db.scalars(select(table.question_id).where(mine).order_by(table.question_id)))


def lacking(db: Connection, embedder: str) -> int:
    """How many questions with forms have no vector of this embedder, and were not looked at by it."""
    return int(db.execute(_LACKING, {"embedder": embedder}).scalar_one())


def missing(db: Connection, embedder: str, limit: int, after: int = 0) -> list[Missing]:
    """Questions with forms that this embedder has not looked at, by their ids, above `after`."""
    asked = {"embedder": embedder, "limit": limit, "after": after}
    return [Missing(*row) for row in db.execute(_MISSING, asked)]


def of(db: Connection, embedder: str, question_ids: Iterable[int]) -> "dict[int, Vectors]":
    """The vectors that these questions have of this embedder; those that it cannot read are left out."""
    table = question_vectors.c
    mine = (table.embedder == embedder) & table.question_id.in_(list(question_ids))
    mine &= table.vector != b""
    rows = db.execute(select(table.question_id, table.vector).where(mine))
    return {number: unpacked([vector])[0] for number, vector in rows}


def by_text(db: Connection, embedder: str, text_hashes: Iterable[str]) -> "dict[str, Vectors]":
    """The vectors that the bank holds of these texts: they are not paid for again."""
    table = question_vectors.c
    mine = (table.embedder == embedder) & table.text_hash.in_(list(text_hashes))
    mine &= table.vector != b""
    rows = db.execute(select(table.text_hash, table.vector).where(mine))
    return {text_hash: unpacked([vector])[0] for text_hash, vector in rows}


def since(db: Connection, embedder: str, seq: int) -> Iterator[list[Row]]:
    """Every question whose forms came after `seq`, in their order, in pages; streamed.

    All pages are of one snapshot. No other statement runs on `db` until the last page is read.
    """
    raw = db.connection.driver_connection
    assert raw is not None
    with raw.cursor("vectors_since", binary=True) as cursor:
        cursor.itersize = PAGE
        cursor.execute(_SINCE, {"embedder": embedder, "seq": seq})
        while page := cursor.fetchmany(PAGE):
            yield list(map(Row._make, page))


def newer(db: Connection, embedder: str, seq: int) -> list[Row]:
    """The same rows at once: for the few that came while a draft was under way."""
    return [Row._make(row) for row in db.execute(_NEWER, {"embedder": embedder, "seq": seq})]


def unread(db: Connection, embedder: str, hashed: str, seq: int) -> list[Row]:
    """Every question after `seq` that `embedder` has no vector of, with the one by `hashed`."""
    asked = {"embedder": embedder, "hashed": hashed, "seq": seq}
    return [Row(*row) for row in db.execute(_UNREAD, asked)]


def packed(vector: "NDArray[np.floating]") -> bytes:
    """A vector as it is stored. Raises EmbedError for what is no row of finite numbers."""
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise EmbedError("a vector that is not finite was to be stored; nothing of it is")
    return vector.astype("<f2").tobytes()


def _bytes(vector: "NDArray[np.floating] | None") -> bytes:
    return b"" if vector is None else packed(vector)


def unpacked(stored: Sequence[bytes]) -> "Vectors":
    """Stored vectors of one embedder as rows of float32, of length 1 but for rounding.

    Raises EmbedError where they are of several lengths.
    """
    if len({len(each) for each in stored}) > 1:
        raise EmbedError("vectors of one embedder differ in length", "run: itemwell dedup backfill")
    if not stored:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(b"".join(stored), "<f2").reshape(len(stored), -1).astype(np.float32)


_ADD_EACH = text("""
    INSERT INTO question_vectors (question_id, embedder, text_hash, vector)
    SELECT :question_id, embedder, :text_hash, vector
    FROM unnest(CAST(:embedders AS text[]), CAST(:vectors AS bytea[])) AS given (embedder, vector)
    ON CONFLICT ON CONSTRAINT pk_question_vectors
    DO UPDATE SET text_hash = excluded.text_hash, vector = excluded.vector
""")
_MISSING = text("""
    SELECT question.id, question.stem, question.options -> (ascii(question.key) - 65) ->> 'text'
    FROM question_forms AS form JOIN questions AS question ON question.id = form.question_id
    WHERE question.id > :after AND NOT EXISTS (
        SELECT 1 FROM question_vectors AS vector
        WHERE vector.question_id = form.question_id AND vector.embedder = :embedder)
    ORDER BY question.id LIMIT :limit
""")
_LACKING = text("""
    SELECT count(*) FROM question_forms AS form WHERE NOT EXISTS (
        SELECT 1 FROM question_vectors AS vector
        WHERE vector.question_id = form.question_id AND vector.embedder = :embedder)
""")
_UNREAD = text("""
    SELECT form.question_id, form.seq, form.loose, form.key_form, form.stimulus, nullif(hashed.vector, '')
    FROM question_forms AS form
    LEFT JOIN question_vectors AS hashed
           ON hashed.question_id = form.question_id AND hashed.embedder = :hashed
    WHERE form.seq > :seq AND NOT EXISTS (
        SELECT 1 FROM question_vectors AS vector
        WHERE vector.question_id = form.question_id AND vector.embedder = :embedder
          AND vector.vector <> '')
    ORDER BY form.seq
""")
_SINCE = """
    SELECT form.question_id, form.seq, form.loose, form.key_form, form.stimulus, nullif(vector.vector, '')
    FROM question_forms AS form
    LEFT JOIN question_vectors AS vector
           ON vector.question_id = form.question_id AND vector.embedder = %(embedder)s
    WHERE form.seq > %(seq)s ORDER BY form.seq
"""
_NEWER = text(_SINCE.replace("%(embedder)s", ":embedder").replace("%(seq)s", ":seq"))
