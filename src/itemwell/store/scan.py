"""The questions in use with all that they are compared by, for a look at the whole bank."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

PAGE = 2000


class InUse(NamedTuple):
    """A question that is not retired. What it lacks is None; an empty vector: it cannot be read."""

    id: int
    family: str | None
    skeleton: str
    type: str
    stem: str
    key: str
    loose: str | None
    stimulus: str | None
    vector: bytes | None
    hashed: bytes | None


def in_use(db: Connection, embedder: str, hashed: str) -> Iterator[InUse]:
    """Every question that is not retired, by its id, with its vectors of both; streamed."""
    asked = {"embedder": embedder, "hashed": hashed}
    rows: Any = db.execution_options(yield_per=PAGE).execute(_IN_USE, asked)
    yield from map(InUse._make, rows)


_IN_USE = text("""
    SELECT question.id, question.family, question.skeleton, question.question_type, question.stem,
           question.options -> (ascii(question.key) - 65) ->> 'text',
           form.loose, form.stimulus, mine.vector, hashed.vector
    FROM questions AS question
    LEFT JOIN question_forms AS form ON form.question_id = question.id
    LEFT JOIN question_vectors AS mine ON mine.question_id = question.id AND mine.embedder = :embedder
    LEFT JOIN question_vectors AS hashed ON hashed.question_id = question.id AND hashed.embedder = :hashed
    WHERE question.status <> 'retired' ORDER BY question.id
""")
