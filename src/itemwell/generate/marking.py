"""A person's word on a pair of the bank: its decision, or one that is made for it -> corrected."""

from collections.abc import Sequence

from sqlalchemy import Connection

from itemwell.bank import Question
from itemwell.errors import ConfigError
from itemwell.generate.embedding import Chosen, thresholds_of
from itemwell.similar.decide import ISOMORPH, VARIANT, decide
from itemwell.similar.forms import side_of
from itemwell.store import decisions, enemies, questions, thresholds, vectors
from itemwell.store.decisions import Decision


def mark(db: Connection, decision_id: int, kind: str, person: str) -> Decision:
    """The decision, corrected. Enemies of the bank are stored. Raises ConfigError where it is not there."""
    decisions.mark(db, decision_id, kind, person)
    found = decisions.one(db, decision_id)
    if found is None:
        raise ConfigError(f"there is no decision {decision_id}", "see: itemwell dedup decisions")
    if found.question_id and kind in {ISOMORPH, VARIANT}:
        enemies.add(db, found.question_id, [enemies.Enemy(found.neighbour_id, kind)])
    return found


def decision_of(db: Connection, ids: Sequence[int], chosen: Chosen) -> int:
    """The last decision on two questions of the bank; made where there is none.

    Raises ConfigError where they are one, or one of them is not there or has no vector.
    """
    one, other = sorted(ids)
    if one == other:
        raise ConfigError(f"question {one} has no twin in itself", "name two questions")
    found = {each.id: each for each in questions.some(db, [one, other])}
    for each in (one, other):
        if each not in found:
            raise ConfigError(f"there is no question {each}", "see: itemwell questions list")
    known = decisions.of_pair(db, one, other)
    if known:
        return known[-1].id
    return decisions.add_one(db, _made(db, found[other], found[one], chosen))


def _made(db: Connection, newer: Question, older: Question, chosen: Chosen) -> Decision:
    """What the rule says of them, the newer as the candidate."""
    at = thresholds_of(chosen, thresholds.own(db))
    for identity in (str(chosen.identity), str(chosen.hashed.identity)):
        rows = vectors.of(db, identity, [newer.id, older.id])
        if len(rows) == 2:
            cosine = float(rows[newer.id] @ rows[older.id])
            sides = side_of(newer.draft), side_of(older.draft)
            return Decision(
                signature=newer.signature,
                candidate=sides[0],
                neighbour_id=older.id,
                question_id=newer.id,
                verdict=decide(*sides, cosine, at[identity]),
                embedder=identity,
            )
    raise ConfigError(
        f"questions {older.id} and {newer.id} have no vectors to compare",
        "run: itemwell dedup backfill",
    )
