"""Who may keep exams of a type: whoever knows of all that were kept. And what desks found missing."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB


class Exposure(NamedTuple):
    """How many exams there are, and in how many of them each question is."""

    exams: int
    count_by_question: dict[int, int]


def version(db: Connection, exam_type: str) -> int:
    """A number that grows with each transaction that keeps exams of this type, or removes any."""
    return int(db.scalar(_VERSION, {"type": exam_type}) or 0)


def advance(db: Connection, exam_type: str, version: int) -> bool:
    """Take the right to keep exams of this type until this transaction ends; it grows the number.

    False where it is no longer `version`: others kept exams since it was read.
    """
    db.execute(_DESK, {"type": exam_type})
    return db.execute(_ADVANCE, {"type": exam_type, "version": version}).rowcount == 1


def exposure(db: Connection, exam_type: str) -> Exposure:
    """How often each question is in the exams of this type: used ones too, until they are removed."""
    exams = int(db.scalar(_EXAMS, {"type": exam_type}) or 0)
    rows = db.execute(_EXPOSURE, {"type": exam_type})
    return Exposure(exams, {row.question_id: row.exams for row in rows})


def note_shortage(db: Connection, run_id: int, short: Mapping[str, int]) -> None:
    """Add to a run's row what strata lack; where it says so already, the larger number stays."""
    if short:
        db.execute(_NOTE_SHORTAGE, {"run": run_id, "short": dict(short)})


_VERSION = text("SELECT version FROM exam_desks WHERE exam_type = :type")
_DESK = text("INSERT INTO exam_desks VALUES (:type, 0) ON CONFLICT DO NOTHING")
_ADVANCE = text(
    "UPDATE exam_desks SET version = version + 1 WHERE exam_type = :type AND version = :version"
)
_EXAMS = text("SELECT exams FROM exam_desks WHERE exam_type = :type")
_EXPOSURE = text(
    "SELECT question_id, exams FROM exam_exposure WHERE exam_type = :type AND exams > 0"
)
_NOTE_SHORTAGE = text("""
    UPDATE job_runs SET metadata = metadata || jsonb_build_object('shortage', (
        SELECT jsonb_object_agg(stratum, missing) FROM (
            SELECT key AS stratum, max(value::integer) AS missing FROM (
                SELECT * FROM jsonb_each_text(coalesce(metadata -> 'shortage', '{}'))
                UNION ALL SELECT * FROM jsonb_each_text(:short)
            ) AS told GROUP BY key
        ) AS worst)) WHERE id = :run
""").bindparams(bindparam("short", type_=JSONB))
