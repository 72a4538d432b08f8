"""What was decided about a candidate and each of its neighbours, and what a person said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isnan, nan
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from itemwell.similar.decide import Figures, Side, Verdict
from itemwell.store.tables import dedup_decisions

RULE = "rule"
"""Who decided where no arbiter was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict on a candidate beside a question of the bank. A cosine that is none is nan.

    `question_id` is the candidate's, once it is kept; `decided_by` is the rule or an arbiter's
    vendor and model. A person's word stands beside the verdict, and changes nothing in it.
    """

    signature: str  # of the candidate
    candidate: Side
    neighbour_id: int
    verdict: Verdict
    embedder: str
    run_id: int | None = None
    slot_id: int | None = None
    question_id: int | None = None
    decided_by: str = RULE
    id: int = 0  # 0: not stored yet
    created_at: datetime | None = None
    corrected: str | None = None
    corrected_by: str | None = None


def add(db: Connection, decisions: Sequence[Decision]) -> None:
    """Store decisions, as they came."""
    if decisions:
        db.execute(insert(dedup_decisions), [_row(each) for each in decisions])


def kept(db: Connection, signature: str, run_id: int, question_id: int) -> None:
    """Let what a run decided about a candidate name the question that it became."""
    table = dedup_decisions.c
    mine = (table.signature == signature) & (table.run_id == run_id)
    db.execute(update(dedup_decisions).where(mine).values(question_id=question_id))


def one(db: Connection, decision_id: int) -> Decision | None:
    """One decision; None where there is none."""
    found = _listed(db, dedup_decisions.c.id == decision_id)
    return found[0] if found else None


def of_run(db: Connection, run_id: int) -> list[Decision]:
    """What a run decided, oldest first."""
    return _listed(db, dedup_decisions.c.run_id == run_id)


def of_question(db: Connection, question_id: int) -> list[Decision]:
    """What was decided about a question, as the candidate or as the neighbour, oldest first."""
    table = dedup_decisions.c
    return _listed(db, (table.question_id == question_id) | (table.neighbour_id == question_id))


def of_signature(db: Connection, signature: str) -> list[Decision]:
    """What was decided about drafts of this signature, kept or not, oldest first."""
    return _listed(db, dedup_decisions.c.signature == signature)


def corrected(db: Connection, embedder: str) -> list[Decision]:
    """The decisions over this embedder's cosines that a person has looked at, oldest first."""
    table = dedup_decisions.c
    return _listed(db, table.corrected.is_not(None) & (table.embedder == embedder))


class Wanted(NamedTuple):
    """Which decisions to list. None means any."""

    question_id: int | None = None  # as the candidate or as the neighbour
    run_id: int | None = None
    verdict: str | None = None
    limit: int = 50


def wanted(db: Connection, asked: Wanted) -> list[Decision]:
    """The wanted decisions, the newest first."""
    table = dedup_decisions.c
    query = select(dedup_decisions).order_by(table.id.desc()).limit(asked.limit)
    if asked.question_id is not None:
        ours = (table.question_id, table.neighbour_id)
        query = query.where(or_(*(each == asked.question_id for each in ours)))
    if asked.run_id is not None:
        query = query.where(table.run_id == asked.run_id)
    if asked.verdict is not None:
        query = query.where(table.verdict == asked.verdict)
    return [_decision(row) for row in db.execute(query).mappings()]


def of_pair(db: Connection, one_id: int, other_id: int) -> list[Decision]:
    """What was decided about two questions of the bank, oldest first."""
    table, both = dedup_decisions.c, (one_id, other_id)
    return _listed(db, table.question_id.in_(both) & table.neighbour_id.in_(both))


def add_one(db: Connection, decision: Decision) -> int:
    """Store a decision; its id."""
    made = insert(dedup_decisions).values(_row(decision)).returning(dedup_decisions.c.id)
    return int(db.execute(made).scalar_one())


def told_apart(db: Connection) -> dict[tuple[int, int], tuple[str, bool]]:
    """Of pairs of the bank, the lower id first, what they are, and whether a person says so.

    Those that only the rule has decided are left out. A person's word goes before an arbiter's,
    and a later one before an earlier.
    """
    rows = db.execute(_TOLD_APART)
    return {(row.one_id, row.other_id): (row.kind, row.by_person) for row in rows}


def mark(db: Connection, decision_id: int, kind: str, person: str) -> bool:
    """Note what a person says that the pair is; the last word counts. False where it is not there."""
    change = {"corrected": kind, "corrected_by": person, "corrected_at": func.clock_timestamp()}
    row = dedup_decisions.c.id == decision_id
    return db.execute(update(dedup_decisions).where(row).values(change)).rowcount == 1


def _listed(db: Connection, which: ColumnElement[bool]) -> list[Decision]:
    query = select(dedup_decisions).where(which).order_by(dedup_decisions.c.id)
    return [_decision(row) for row in db.execute(query).mappings()]


_SAME = ("signature", "neighbour_id", "embedder", "run_id", "slot_id", "question_id", "decided_by")


def _row(decision: Decision) -> dict[str, Any]:
    figures = decision.verdict.figures
    return {name: getattr(decision, name) for name in _SAME} | {
        "candidate": decision.candidate._asdict(),
        "verdict": decision.verdict.kind,
        "reasons": list(decision.verdict.reasons),
        "cosine": None if isnan(figures.cosine) else figures.cosine,
        "jaccard": figures.jaccard,
        "masked": figures.masked,
        "key_relation": figures.key,
    }


def _decision(row: RowMapping) -> Decision:
    cosine = nan if row["cosine"] is None else row["cosine"]
    figures = Figures(cosine, row["jaccard"], row["masked"], row["key_relation"])
    same = (*_SAME, "id", "created_at", "corrected", "corrected_by")
    return Decision(
        candidate=Side(**row["candidate"]),
        verdict=Verdict(row["verdict"], tuple(row["reasons"]), figures),
        **{name: row[name] for name in same},
    )


_TOLD_APART = text("""
    SELECT least(question_id, neighbour_id) AS one_id, greatest(question_id, neighbour_id) AS other_id,
           coalesce(corrected, verdict) AS kind, corrected IS NOT NULL AS by_person
    FROM dedup_decisions
    WHERE question_id IS NOT NULL AND (corrected IS NOT NULL OR decided_by <> 'rule')
    ORDER BY corrected IS NOT NULL, coalesce(corrected_at, created_at), id
""")
