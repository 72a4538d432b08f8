"""Questions as items for the report: what is in force of them, and answers to those that are flagged."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

EACH = 400
"""Learners whose answers to a flagged question are looked at."""


MOST = 150
"""Other answers of a learner that tell how able he is."""


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
    """A learner's first answer to a question; `letter` is None where the choice is not known."""

    user_id: str
    question_id: int
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


def flagged(db: Connection, calibration_id: int, most: int) -> tuple[int, list[Flagged]]:
    """How many questions this calibration flagged, and the first of them, the most answered first."""
    rows = db.execute(_FLAGGED, {"id": calibration_id, "most": most}).all()
    return (rows[0].whole if rows else 0), [Flagged(*row[1:]) for row in rows]


def learners_of(db: Connection, question_ids: Sequence[int]) -> dict[int, list[str]]:
    """Of each question `EACH` of the learners who answered it: the same ones of the same bank."""
    found: dict[int, list[str]] = {number: [] for number in question_ids}
    for row in db.execute(_LEARNERS, {"ids": list(question_ids), "each": EACH}):
        found[row.question_id].append(row.user_id)
    return found


def first_answers(
    db: Connection, user_ids: Sequence[str], question_ids: Sequence[int]
) -> list[Given]:
    """The first answers of these learners to these questions, and to `MOST` others in use, by learner."""
    asked = {"users": list(user_ids), "ids": list(question_ids), "most": MOST}
    return [Given(*row) for row in db.execute(_FIRST, asked)]


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
    SELECT count(*) OVER () AS whole, question_id, question_type, questions.difficulty, stem, key,
        jsonb_array_length(options), discrimination, item.difficulty, se_discrimination, se_difficulty,
        covariance, responses, flags
    FROM item_parameters AS item JOIN questions ON questions.id = question_id
    WHERE calibration_id = :id AND cardinality(flags) > 0
        AND item.difficulty IS NOT NULL AND discrimination IS NOT NULL
    ORDER BY responses DESC, question_id LIMIT :most
""")
_LEARNERS = text("""
    SELECT question_id, user_id FROM (
        SELECT question_id, user_id, row_number() OVER (
            PARTITION BY question_id ORDER BY md5(user_id), user_id) AS place
        FROM (SELECT DISTINCT question_id, user_id FROM responses
              WHERE question_id = ANY(CAST(:ids AS bigint[]))) AS answered
    ) AS drawn WHERE place <= :each ORDER BY question_id, user_id
""")
_FIRST = text("""
    SELECT user_id, given.* FROM unnest(CAST(:users AS text[])) AS learner (user_id), LATERAL (
        (SELECT DISTINCT ON (question_id) question_id, is_correct, left(selected_option, 1) AS letter
         FROM responses JOIN questions ON questions.id = question_id AND irt_difficulty IS NOT NULL
         WHERE user_id = learner.user_id ORDER BY question_id, answered_at LIMIT :most)
        UNION
        (SELECT DISTINCT ON (question_id) question_id, is_correct, left(selected_option, 1) AS letter
         FROM responses WHERE user_id = learner.user_id AND question_id = ANY(CAST(:ids AS bigint[]))
         ORDER BY question_id, answered_at)
    ) AS given ORDER BY user_id, question_id
""")
