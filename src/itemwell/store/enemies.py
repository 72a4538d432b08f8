"""Enemies: isomorphs and variants, which never meet in one exam. Those of one skeleton are it unsaid."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from itemwell.store import tables


class Enemy(NamedTuple):
    """A question, and why it is an enemy: isomorph, variant or skeleton."""

    question_id: int
    kind: str


def add(db: Connection, question_id: int, enemies: Sequence[Enemy]) -> None:
    """Link a question with its isomorphs and variants; what is linked already stays as it is."""
    link(db, [(question_id, each.question_id, each.kind) for each in enemies])


def link(db: Connection, pairs: Sequence[tuple[int, int, str]]) -> None:
    """The same for pairs of questions and why they are enemies."""
    rows = [
        {"one_id": min(one, other), "other_id": max(one, other), "kind": kind}
        for one, other, kind in pairs
    ]
    if rows:
        db.execute(insert(tables.enemies).on_conflict_do_nothing(), rows)


def linked(db: Connection) -> set[tuple[int, int]]:
    """Every stored pair, the lower id first."""
    table = tables.enemies.c
    return {(row.one_id, row.other_id) for row in db.execute(select(table.one_id, table.other_id))}


def of(db: Connection, question_id: int) -> list[Enemy]:
    """Every question that may not meet this one, by their ids: each once, linked before unsaid."""
    return [Enemy(*row) for row in db.execute(_OF, {"id": question_id})]


_LINKS = """
    SELECT one_id AS question_id, other_id AS enemy_id, kind FROM enemies
    UNION ALL SELECT other_id, one_id, kind FROM enemies
"""
_OF = text(f"""
    WITH met AS (
        SELECT enemy_id, kind, 0 AS place FROM ({_LINKS}) AS link WHERE question_id = :id
        UNION ALL
        SELECT other.id, 'skeleton', 1 FROM questions AS mine JOIN questions AS other
            ON other.skeleton = mine.skeleton AND other.id <> mine.id WHERE mine.id = :id
    )
    SELECT DISTINCT ON (enemy_id) enemy_id, kind FROM met ORDER BY enemy_id, place
""")
