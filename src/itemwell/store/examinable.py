"""Questions as exams see them."""

from typing import NamedTuple

from sqlalchemy import Connection, text


class Examinable(NamedTuple):
    """A question that an exam may hold; a and b are None where nothing is published of it."""

    id: int
    question_type: str
    difficulty: str
    status: str
    skeleton: str
    options: int
    version: str  # changes with its wording
    a: float | None
    b: float | None
    answers: int  # that its calibration used


def every(db: Connection) -> list[Examinable]:
    """The questions in use, by id."""
    return [Examinable(*row) for row in db.execute(_EVERY)]


_EVERY = text("""
    SELECT question.id, question_type, question.difficulty, status, skeleton, jsonb_array_length(options),
        left(signature, 16), irt_discrimination, irt_difficulty, coalesce(item.responses, 0)
    FROM questions AS question LEFT JOIN item_parameters AS item
        ON item.question_id = question.id AND item.calibration_id = irt_calibration_id
    WHERE status IN ('active', 'pretest') ORDER BY question.id
""")
