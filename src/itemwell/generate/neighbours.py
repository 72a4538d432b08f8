"""Where neighbours are looked for: by the server's index, or exactly in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from itemwell.similar.embed import Identity
from itemwell.similar.forms import Within
from itemwell.similar.pool import Pool
from itemwell.store import index, vectors
from itemwell.store.vectors import Row

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors


@dataclass
class Neighbourhood:
    """The vectors of one embedder. In memory what came up to `seq` is held; an index sees all."""

    identity: Identity
    seq: int = 0
    indexed: bool | None = None
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(self.identity.dimensions)

    def refresh(self, db: Connection) -> None:
        """Take up what came since, where no index does."""
        if self.indexed is None:
            self.indexed = index.ready(db, str(self.identity))
        if not self.indexed:
            for page in vectors.since(db, str(self.identity), self.seq):
                self._take(page)

    def nearest(
        self, db: Connection, vector: "Vectors", count: int, within: Within
    ) -> Iterable[tuple[int, float]]:
        """The `count` nearest questions `within`, and their cosines."""
        if self.indexed:
            return index.nearest(db, self.identity, vector, count, within)
        return self.pool.nearest(vector.reshape(1, -1), count, within)[0]

    def _take(self, page: list[Row]) -> None:
        held = [row for row in page if row.vector]
        matrix = vectors.unpacked([row.vector for row in held if row.vector])
        if held:
            ids = [row.question_id for row in held]
            stimuli, keys = [row.stimulus for row in held], [row.key_form for row in held]
            self.pool.add(ids, matrix, stimuli, keys)
        self.seq = page[-1].seq
