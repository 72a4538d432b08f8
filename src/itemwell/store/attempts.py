"""Attempts: an exam handed out, begun, finished, and its keys."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from itemwell.bank import AnswerKey, Claim


def claim(db: Connection, user_id: str, exam_type: str) -> Claim | None:
    """Hand out the learner's oldest valid exam of this type; None where there is none.

    It is used from the moment that the transaction commits; nobody else gets it meanwhile.
    """
    row = db.execute(_CLAIM, {"user_id": user_id, "type": exam_type}).mappings().first()
    return Claim(**{**row, "questions": tuple(row["questions"])}) if row else None


def claim_json(db: Connection, user_id: str, exam_type: str) -> str | None:
    """The same as the server writes it in JSON, for those who hand it on as it is: half of the work."""
    found: str | None = db.scalar(_CLAIM_JSON, {"user_id": user_id, "type": exam_type})
    return found


def start(db: Connection, attempt_id: int) -> bool:
    """Note that the learner began. False where there is no such attempt, or it is finished."""
    return bool(db.execute(_START, {"id": attempt_id}).scalar_one())


def finish(db: Connection, attempt_id: int, score: Mapping[str, Any]) -> bool:
    """Note that the attempt is over, with its score. False where there is none, or it was before."""
    return bool(db.execute(_FINISH, {"id": attempt_id, "score": score}).scalar_one())


def keys(db: Connection, attempt_id: int) -> list[AnswerKey]:
    """The right letters of an attempt, in its order; none where there is no such attempt."""
    return [AnswerKey(*row) for row in db.execute(_KEYS, {"id": attempt_id})]


_CLAIM = text("SELECT * FROM claim_exam(:user_id, :type)")
_CLAIM_JSON = text("SELECT to_json(exam)::text FROM claim_exam(:user_id, :type) AS exam")
_START = text("SELECT start_attempt(:id)")
_FINISH = text("SELECT finish_attempt(:id, :score)").bindparams(bindparam("score", type_=JSONB))
_KEYS = text("SELECT * FROM exam_keys(:id)")
