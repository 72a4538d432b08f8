"""Questions as items for the report: what is in force of them, and answers to those that are flagged."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Codes = NDArray[np.int64]

LEARNERS = 60_000
"""Answers to flagged questions that are looked at, of so many learners in all; a question's share of
them is within `EACH`, and where that is too many, questions with few answers go without."""

EACH = (90, 400)
"""Learners of a flagged question: at least, and at most."""

OTHERS = 1_500_000
"""Other answers of all these learners that are looked at; a learner's share of them is within `MOST`."""

MOST = (30, 150)


class ItemInForce(NamedTuple):
    """A question in use with what is published of it."""

    question_id: int
    question_type: str
    a: float
    b: float
    se_a: float | None
    se_b: float | None


class Flagged(NamedTuple):
    """A question that a calibration put a flag on, with its parameters and how many answers told."""

    question_id: int
    question_type: str
    difficulty: str
    stem: str
    key: str
    options: int
    a: float
    b: float
    se_a: float | None
    se_b: float | None
    covariance: float | None
    answers: int
    flags: Sequence[str]


class Given(NamedTuple):
    """A learner's first answer to a flagged question; `letter` is None where the choice is not known."""

    question_id: int
    user_id: str
    right: bool
    letter: str | None


def published(db: Connection, run_id: int | None = None) -> dict[str, Any] | None:
    """The calibration that was published last, or by a run; None where there is none."""
    row = db.execute(_PUBLISHED, {"run_id": run_id}).mappings().first()
    return dict(row) if row else None


def in_force(db: Connection) -> list[ItemInForce]:
    """The questions in use that have parameters, by id."""
    return [ItemInForce(*row) for row in db.execute(_IN_FORCE)]


def of_calibration(db: Connection, calibration_id: int) -> list[ItemInForce]:
    """What one calibration published, by id; of questions that the bank still has."""
    return [ItemInForce(*row) for row in db.execute(_OF, {"id": calibration_id})]


def before(db: Connection, calibration_id: int) -> dict[int, float]:
    """The b of each question in the calibration that was published before this one."""
    rows = db.execute(_BEFORE, {"id": calibration_id})
    return {row.question_id: row.difficulty for row in rows}


def flagged(db: Connection, calibration_id: int) -> list[Flagged]:
    """The questions that this calibration flagged, the most answered first."""
    return [Flagged(*row) for row in db.execute(_FLAGGED, {"id": calibration_id})]


def given(db: Connection, question_ids: Sequence[int]) -> dict[int, list[Given]]:
    """First answers to each of these questions, which are in order of weight, by learner.

    Of many learners some are drawn: the same ones of the same bank.
    """
    least, most = EACH
    asked = list(question_ids)[: LEARNERS // least]
    each = min(max(LEARNERS // max(len(asked), 1), least), most)
    found: dict[int, list[Given]] = {number: [] for number in question_ids}
    for row in db.execute(_GIVEN, {"ids": asked, "each": each}):
        found[row.question_id].append(Given(*row))
    return found


def others(db: Connection, user_ids: Sequence[str]) -> dict[str, Codes]:
    """What else these learners answered first, of questions in use, by ascending question.

    A code is twice the question's id, and one more where the answer was right.
    """
    least, most = MOST
    each = min(max(OTHERS // max(len(user_ids), 1), least), most)
    rows = db.execute(_OTHERS, {"users": list(user_ids), "most": each})
    return {row.user_id: np.array(row.codes, np.int64) for row in rows}


_IN_FORCE = text("""
    SELECT id, question_type, irt_discrimination, irt_difficulty, irt_se_discrimination, irt_se_difficulty
    FROM questions WHERE irt_difficulty IS NOT NULL AND irt_discrimination IS NOT NULL
        AND status IN ('pretest', 'active', 'watch') ORDER BY id
""")
_OF = text("""
    SELECT question_id, question_type, discrimination, item.difficulty, se_discrimination, se_difficulty
    FROM item_parameters AS item JOIN questions ON questions.id = question_id
    WHERE calibration_id = :id AND published ORDER BY question_id
""")
_PUBLISHED = text("""
    SELECT id, run_id, published_at, model, items_calibrated, items_skipped, new_responses_count,
        responses_count, restored_from, report
    FROM irt_calibration_runs WHERE published_at IS NOT NULL
        AND (CAST(:run_id AS bigint) IS NULL OR run_id = :run_id) ORDER BY id DESC LIMIT 1
""")
_BEFORE = text("""
    SELECT question_id, difficulty FROM item_parameters
    WHERE published AND calibration_id = (SELECT max(id) FROM irt_calibration_runs
        WHERE published_at IS NOT NULL AND id < :id)
""")
_FLAGGED = text("""
    SELECT question_id, question_type, questions.difficulty, stem, key, jsonb_array_length(options),
        discrimination, item.difficulty, se_discrimination, se_difficulty, covariance, responses, flags
    FROM item_parameters AS item JOIN questions ON questions.id = question_id
    WHERE calibration_id = :id AND cardinality(flags) > 0
        AND item.difficulty IS NOT NULL AND discrimination IS NOT NULL
    ORDER BY responses DESC, question_id
""")
_GIVEN = text("""
    SELECT question_id, user_id, is_correct, letter FROM (
        SELECT *, row_number() OVER (PARTITION BY question_id ORDER BY md5(user_id), user_id) AS place
        FROM (SELECT DISTINCT ON (question_id, user_id) question_id, user_id, is_correct,
                left(selected_option, 1) AS letter
              FROM responses WHERE question_id = ANY(CAST(:ids AS bigint[]))
              ORDER BY question_id, user_id, answered_at) AS answered
    ) AS drawn WHERE place <= :each ORDER BY question_id, user_id
""")
_OTHERS = text("""
    SELECT user_id, codes FROM unnest(CAST(:users AS text[])) AS learner (user_id), LATERAL (
        SELECT array_agg(2 * question_id + CAST(is_correct AS int) ORDER BY question_id) AS codes
        FROM (SELECT DISTINCT ON (question_id) question_id, is_correct
              FROM responses JOIN questions ON questions.id = question_id AND irt_difficulty IS NOT NULL
              WHERE user_id = learner.user_id ORDER BY question_id, answered_at LIMIT :most) AS first
    ) AS told WHERE codes IS NOT NULL
""")
