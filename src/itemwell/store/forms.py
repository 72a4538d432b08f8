"""Forms of questions: what nominates neighbours by equality, in the order in which they came.

Whoever adds questions, forms or vectors holds the lock of twins until the end of the transaction:
no two writers decide about each other's questions unseen, and a number of the sequence is
committed before a higher one is drawn.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from itemwell.bank import Draft, from_dict
from itemwell.similar.forms import Forms
from itemwell.store.tables import question_forms


class Formless(NamedTuple):
    """A question of a bank of before, for the backfill."""

    question_id: int
    draft: Draft


def lock(db: Connection) -> None:
    """Let no other writer of questions in until this transaction ends. Again: nothing happens."""
    db.execute(_LOCK)


def add(db: Connection, question_id: int, forms: Forms) -> None:
    """Write a question's forms; what it has already stays as it is. The caller holds the lock."""
    row = {"question_id": question_id, **forms._asdict()}
    db.execute(insert(question_forms).values(row).on_conflict_do_nothing())


def add_all(db: Connection, found: Iterable[tuple[int, Forms]]) -> None:
    """The same for several; the lock is taken first."""
    lock(db)
    for question_id, mine in found:
        add(db, question_id, mine)


def last(db: Connection) -> int:
    """The highest number of the sequence; 0 where there is none."""
    return db.scalar(select(func.max(question_forms.c.seq))) or 0


def without(db: Connection, limit: int, after: int = 0) -> list[Formless]:
    """The questions without forms, by their ids, from above `after` on."""
    found = db.execute(_WITHOUT, {"limit": limit, "after": after}).mappings()
    return [Formless(row["id"], from_dict(dict(row))) for row in found]


def lacking(db: Connection) -> int:
    """How many questions have no forms."""
    return int(db.execute(_LACKING).scalar_one())


def nominated(db: Connection, forms: Forms, skeleton: str, limit: int) -> list[int]:
    """At most `limit` questions that share the loose form or the skeleton, none twice.

    Those of the same loose form come first, then those of the same key, then the newest.
    """
    asked = {**forms._asdict(), "skeleton": skeleton, "limit": limit}
    return list(db.scalars(_NOMINATED, asked))


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('twins', 0))")
_LACKS = "NOT EXISTS (SELECT 1 FROM question_forms AS form WHERE form.question_id = question.id)"
_WITHOUT = text(
    f"SELECT * FROM questions AS question WHERE id > :after AND {_LACKS} ORDER BY id LIMIT :limit"
)
_LACKING = text(f"SELECT count(*) FROM questions AS question WHERE {_LACKS}")
_NOMINATED = text("""
    WITH shared AS (
        SELECT question_id, 0 AS place FROM question_forms WHERE loose = :loose
        UNION ALL
        SELECT id, CASE WHEN form.key_form = :key_form THEN 1 ELSE 2 END
        FROM questions JOIN question_forms AS form ON form.question_id = id
        WHERE skeleton = :skeleton AND form.stimulus = :stimulus
    )
    SELECT question_id FROM shared GROUP BY question_id
    ORDER BY min(place), question_id DESC LIMIT :limit
""")
