"""Where neighbours are looked for: by the server's index, or exactly in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from itemwell.similar.embed import EmbedError, Identity
from itemwell.similar.forms import Within
from itemwell.similar.pool import Pool
from itemwell.store import forms, index, vectors
from itemwell.store.vectors import Row

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors


@dataclass
class Neighbourhood:
    """The vectors of one embedder. In memory what came up to `seq` is held; an index sees all.

    What the embedder has no vector of (it cannot read it, or another process wrote it by another
    embedder) is held by hash, up to `unread_seq`.
    """

    identity: Identity
    hashed: Identity
    seq: int = 0
    unread_seq: int = 0
    indexed: bool | None = None
    pool: Pool = field(init=False)
    unread: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(self.identity.dimensions)
        self.unread = Pool(self.hashed.dimensions)

    def refresh(self, db: Connection, last: int | None = None) -> None:
        """Take up what came since, where no index does. Raises EmbedError for what has no vector at all.

        `last` is the highest number of the sequence, where the caller has read it in this transaction.
        """
        last = forms.last(db) if last is None else last
        if self.indexed is None:
            self.indexed = index.ready(db, str(self.identity))
        if not self.indexed and last > self.seq:
            for page in self._since(db, last):
                if self.identity == self.hashed:
                    require_vectors(page)
                _take(self.pool, page)
                self.seq = page[-1].seq
        if self.identity != self.hashed and last > self.unread_seq:
            names = str(self.identity), str(self.hashed)
            page = vectors.unread(db, *names, self.unread_seq)
            require_vectors(page)
            _take(self.unread, page)
            self.unread_seq = max([last, *(row.seq for row in page)])

    def _since(self, db: Connection, last: int) -> Iterable[Sequence[Row]]:
        """What came since, streamed where it may be much: a cursor costs three statements more."""
        if last - self.seq > vectors.PAGE:
            return vectors.since(db, str(self.identity), self.seq)
        rows = vectors.newer(db, str(self.identity), self.seq)
        return [rows] if rows else []

    def nearest(
        self, db: Connection, vector: "Vectors", count: int, within: Within
    ) -> Iterable[tuple[int, float]]:
        """The `count` nearest questions `within`, and their cosines."""
        if self.indexed:
            return index.nearest(db, self.identity, vector, count, within)
        return self.pool.nearest(vector.reshape(1, -1), count, within)[0]

    def nearest_unread(self, hashed: "Vectors", count: int, within: Within) -> list[int]:
        """Of what the embedder has no vector of, the `count` nearest by hash."""
        return [
            number for number, _ in self.unread.nearest(hashed.reshape(1, -1), count, within)[0]
        ]


def require_vectors(rows: Sequence[Row]) -> None:
    """Raise EmbedError where one of them has none."""
    for row in rows:
        if not row.vector:
            raise EmbedError(
                f"question {row.question_id} has no vector", "run: itemwell dedup backfill"
            )


def _take(pool: Pool, page: Sequence[Row]) -> None:
    held = [row for row in page if row.vector]
    if held:
        matrix = vectors.unpacked([row.vector for row in held if row.vector])
        ids = [row.question_id for row in held]
        pool.add(ids, matrix, [row.stimulus for row in held], [row.key_form for row in held])
