"""Exams that wait: keeping them, reading them, removing them. Set-based: a page a statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Interval, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from itemwell.bank import Exam, ExamQuestion, Stratum

SIGNATURE = 16
"""So many characters of a signature tell whether a question is still the one that was chosen."""

UNDER_WAY = timedelta(days=2)
"""So long after it was claimed or started an unfinished attempt keeps its exam."""

USUALLY_KEPT = timedelta(days=1)


class Removed(NamedTuple):
    """Exams that are gone: nobody took the `expired` ones, the `used` ones were finished or given up."""

    expired: int
    used: int


def keep(db: Connection, exams: Sequence[Exam]) -> int:
    """Store exams; how many are new. One of the same learner, type and seed is there already."""
    if not exams:
        return 0
    rows = f"[{','.join(map(_row, exams))}]"
    return db.execute(_KEEP, {"rows": rows}).rowcount


def expire(db: Connection, cap: int, kept: Mapping[str, timedelta] | None = None) -> Removed:
    """Remove at most `cap` unused exams that expired, and as many used ones that are done with.

    A used one is kept as long as `kept` says for its type (a day where it says nothing) after its
    attempt was finished, and one whose attempt may be under way is never touched. Attempts stay.
    Done is who got fewer than `cap` of both.
    """
    expired = db.execute(_REMOVE_EXPIRED, {"cap": cap}).rowcount
    asked = {
        "cap": cap,
        "types": list(kept or {}),
        "kept": list((kept or {}).values()),
        "usual": USUALLY_KEPT,
        "least": min([USUALLY_KEPT, *(kept or {}).values()]),
        "under_way": UNDER_WAY,
    }
    return Removed(expired, db.execute(_REMOVE_USED, asked).rowcount)


def form(db: Connection, exam_id: int) -> tuple[tuple[ExamQuestion, ...], tuple[ExamQuestion, ...]]:
    """The questions and the spares of a stored exam. Raises NoResultFound where there is none."""
    row = db.execute(_FORM, {"id": exam_id}).one()
    return _read(row.questions), _read(row.spares)


def _row(exam: Exam) -> str:
    facts = {
        "user_id": exam.user_id,
        "exam_type": exam.exam_type,
        "expires_at": exam.expires_at.isoformat(),
        "seed": exam.seed,
        "run_id": exam.run_id,
    }
    lists = f'"questions":{_references(exam.questions)},"spares":{_references(exam.spares)}'
    return f"{json.dumps(facts)[:-1]},{lists}}}"


def _references(questions: Iterable[ExamQuestion]) -> str:
    """As the column has them; put together by hand, because a run writes millions."""
    return f"[{','.join(map(_reference, questions))}]"


def _reference(question: ExamQuestion) -> str:
    return (
        f'{{"id":{question.question_id},"order":"{question.order}",'
        f'"scored":{"true" if question.scored else "false"},"stratum":{_quoted(question.stratum)},'
        f'"signature":"{question.signature[:SIGNATURE]}"}}'
    )


@lru_cache(1 << 10)
def _quoted(stratum: Stratum) -> str:
    return json.dumps(str(stratum))


def _read(entries: Iterable[Mapping[str, Any]]) -> tuple[ExamQuestion, ...]:
    return tuple(
        ExamQuestion(
            entry["id"],
            entry["order"],
            entry["scored"],
            Stratum(*entry["stratum"].rsplit("/", 1)),
            entry["signature"],
        )
        for entry in entries
    )


_TEXTS = ARRAY(Text)
# One document: an array of texts would have every quotation mark of every question escaped.
_KEEP = text("""
    INSERT INTO pre_generated_exams (user_id, exam_type, questions, spares, expires_at, seed, run_id)
    SELECT user_id, exam_type, questions, spares, expires_at, seed, run_id
    FROM json_to_recordset(CAST(:rows AS json)) AS made (user_id text, exam_type text,
        questions jsonb, spares jsonb, expires_at timestamptz, seed text, run_id bigint)
    ORDER BY user_id, exam_type, seed
    ON CONFLICT (user_id, exam_type, seed) DO NOTHING
""")
_REMOVE_EXPIRED = text("""
    DELETE FROM pre_generated_exams WHERE id = ANY(ARRAY(
        SELECT id FROM pre_generated_exams WHERE used = false AND expires_at <= statement_timestamp()
        ORDER BY expires_at LIMIT :cap FOR UPDATE SKIP LOCKED))
""")
# An exam is never used before it was created: the index of both leads to the old ones.
_REMOVE_USED = text("""
    DELETE FROM pre_generated_exams WHERE id = ANY(ARRAY(
        SELECT exam.id FROM pre_generated_exams AS exam
        LEFT JOIN exam_attempts AS attempt ON attempt.exam_id = exam.id
        LEFT JOIN unnest(:types, :kept) AS own (exam_type, kept) ON own.exam_type = exam.exam_type
        WHERE exam.used = true AND exam.created_at <= statement_timestamp() - :least
            AND CASE
                WHEN attempt.finished_at IS NOT NULL THEN attempt.finished_at
                WHEN attempt.id IS NULL THEN coalesce(exam.used_at, exam.created_at)
                ELSE greatest(attempt.claimed_at, attempt.started_at)
                    + greatest(:under_way - coalesce(own.kept, :usual), interval '0')
            END <= statement_timestamp() - coalesce(own.kept, :usual)
        ORDER BY exam.created_at LIMIT :cap FOR UPDATE OF exam SKIP LOCKED))
""").bindparams(
    bindparam("types", type_=_TEXTS),
    bindparam("kept", type_=ARRAY(Interval)),
    bindparam("usual", type_=Interval),
    bindparam("least", type_=Interval),
    bindparam("under_way", type_=Interval),
)
_FORM = text("SELECT questions, spares FROM pre_generated_exams WHERE id = :id")
