"""Exams: who lacks one, keeping them, handing them out, removing them. Set-based: a page a statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Interval, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from itemwell.bank import AnswerKey, Claim, Exam, ExamQuestion, Stratum
from itemwell.store import exam_desks

SIGNATURE = 16
"""So many characters of a signature tell whether a question is still the one that was chosen."""

UNDER_WAY = timedelta(days=2)
"""So long after it was claimed or started an unfinished attempt keeps its exam."""

USUALLY_KEPT = timedelta(days=1)


class Lacking(NamedTuple):
    """A learner without a valid exam of a type."""

    user_id: str
    exam_type: str


class Exposure(NamedTuple):
    """How many exams there are, and in how many of them each question is."""

    exams: int
    count_by_question: dict[int, int]


class Removed(NamedTuple):
    """Exams that are gone: nobody took the `expired` ones, the `used` ones were finished or given up."""

    expired: int
    used: int


def active_learners(
    db: Connection,
    idle: timedelta,
    after: str | None = None,
    limit: int = 500,
    upto: str | None = None,
) -> list[str]:
    """The next learners, by id, who did something within `idle`; fewer than `limit`: these are the last.

    Only those up to the id `upto`, where that is given.

    Whoever answered is a learner, whether `learners` has him or not.
    """
    found: list[str] = []
    asked = {"idle": idle, "limit": limit, "upto": upto}
    while True:
        page = db.execute(_ACTIVE, asked | {"after": after}).all()
        found += [row.user_id for row in page if row.active]
        if len(page) < limit or len(found) >= limit:
            return found[:limit]
        after = page[-1].user_id


def lacking(
    db: Connection, exam_types: Sequence[str], learners: Sequence[str], horizon: timedelta
) -> list[Lacking]:
    """Those of `learners`, in their order, without an unused exam that is valid beyond `horizon`."""
    asked = {"types": list(exam_types), "learners": list(learners), "horizon": horizon}
    return [Lacking(*row) for row in db.execute(_LACKING, asked)]


def seen(db: Connection, user_ids: Sequence[str]) -> dict[str, dict[int, datetime]]:
    """When each learner saw which question last: answered, or in an exam that was handed out."""
    found: dict[str, dict[int, datetime]] = {user_id: {} for user_id in user_ids}
    for row in db.execute(_SEEN, {"learners": list(user_ids)}):
        found[row.user_id][row.question_id] = row.seen_at
    return found


def keep(db: Connection, exams: Sequence[Exam]) -> int:
    """Store exams; how many are new. One of the same learner, type and seed is there already."""
    if not exams:
        return 0
    rows = f"[{','.join(map(_row, exams))}]"
    return db.execute(_KEEP, {"rows": rows}).rowcount


def exposure(db: Connection, exam_type: str) -> Exposure:
    """How often each question is in the exams of this type that have not expired, used ones too."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    exams = int(db.execute(_VALID, {"type": exam_type}).scalar_one())
    rows = db.execute(_EXPOSURE, {"type": exam_type})
    return Exposure(exams, {row.question_id: row.exams for row in rows})


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
    removed = Removed(expired, db.execute(_REMOVE_USED, asked).rowcount)
    if any(removed):
        exam_desks.advance_all(db)  # exposure is counted of the exams that there are
    return removed


def claim(db: Connection, user_id: str, exam_type: str) -> Claim | None:
    """Hand out the learner's oldest valid exam of this type; None where there is none.

    It is used from the moment that the transaction commits; nobody else gets it meanwhile.
    """
    row = db.execute(_CLAIM, {"user_id": user_id, "type": exam_type}).mappings().first()
    return Claim(**{**row, "questions": tuple(row["questions"])}) if row else None


def start(db: Connection, attempt_id: int) -> bool:
    """Note that the learner began. False where there is no such attempt, or it is finished."""
    return bool(db.execute(_START, {"id": attempt_id}).scalar_one())


def finish(db: Connection, attempt_id: int, score: Mapping[str, Any]) -> bool:
    """Note that the attempt is over, with its score. False where there is none, or it was before."""
    return bool(db.execute(_FINISH, {"id": attempt_id, "score": score}).scalar_one())


def keys(db: Connection, attempt_id: int) -> list[AnswerKey]:
    """The right letters of an attempt, in its order; none where there is no such attempt."""
    return [AnswerKey(*row) for row in db.execute(_KEYS, {"id": attempt_id})]


def form(db: Connection, exam_id: int) -> tuple[tuple[ExamQuestion, ...], tuple[ExamQuestion, ...]]:
    """The questions and the spares of a stored exam. Raises NoResultFound where there is none."""
    row = db.execute(_FORM, {"id": exam_id}).one()
    return _read(row.questions), _read(row.spares)


def stats(db: Connection, now: datetime) -> dict[str, Any]:
    """The analytics document, its names and shape as they are printed in the contract."""
    db.execute(text("SET LOCAL statement_timeout = 0"))
    row = db.execute(_STATS, {"now": now}).one()
    without = int(db.execute(_WITHOUT).scalar_one())
    per_user = round(row.total / row.users, 1) if row.users else 0.0
    return {
        "totalGenerated": row.total,
        "totalUsed": row.used,
        "totalUnused": row.total - row.used,
        "totalExpired": row.expired,
        "averageExamsPerUser": per_user,
        "diagnosticCount": row.diagnostic,
        "practiceCount": row.practice,
        "usedPercentage": round(100 * row.used / row.total) if row.total else 0,
        "expiringWithin24h": row.expiring,
        "userStats": {
            "usersWithPreGen": row.users,
            "usersWithoutPreGen": without,
            "avgPreGenPerUser": per_user,
        },
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


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
# The distinct learners of the answers, one step along the index each: reading them all takes longer.
_ACTIVE = text("""
    WITH RECURSIVE answering (user_id, place) AS (
        SELECT (SELECT user_id FROM responses WHERE (CAST(:after AS text) IS NULL OR user_id > :after)
                AND (CAST(:upto AS text) IS NULL OR user_id <= :upto) ORDER BY user_id LIMIT 1), 1
        UNION ALL
        SELECT (SELECT user_id FROM responses WHERE user_id > answering.user_id
                AND (CAST(:upto AS text) IS NULL OR user_id <= :upto)
                ORDER BY user_id LIMIT 1), place + 1
        FROM answering WHERE user_id IS NOT NULL AND place < :limit
    ), known AS (
        SELECT user_id FROM learners WHERE (CAST(:after AS text) IS NULL OR user_id > :after)
            AND (CAST(:upto AS text) IS NULL OR user_id <= :upto)
        ORDER BY user_id LIMIT :limit
    ), page AS (
        SELECT user_id FROM known UNION SELECT user_id FROM answering WHERE user_id IS NOT NULL
        ORDER BY user_id LIMIT :limit
    )
    SELECT page.user_id, coalesce(learner.last_active_at >= since.moment, false) OR EXISTS (
        SELECT FROM responses WHERE responses.user_id = page.user_id AND answered_at >= since.moment
    ) AS active
    FROM page LEFT JOIN learners AS learner USING (user_id)
    CROSS JOIN (SELECT statement_timestamp() - :idle AS moment) AS since
    ORDER BY page.user_id
""").bindparams(bindparam("idle", type_=Interval))
_LACKING = text("""
    SELECT learner.user_id, wanted.exam_type
    FROM unnest(:learners) WITH ORDINALITY AS learner (user_id, place)
    CROSS JOIN unnest(:types) WITH ORDINALITY AS wanted (exam_type, turn)
    WHERE NOT EXISTS (SELECT FROM pre_generated_exams AS exam WHERE exam.user_id = learner.user_id
        AND exam.exam_type = wanted.exam_type AND exam.used = false
        AND exam.expires_at > statement_timestamp() + :horizon)
    ORDER BY learner.place, wanted.turn
""").bindparams(
    bindparam("learners", type_=_TEXTS),
    bindparam("types", type_=_TEXTS),
    bindparam("horizon", type_=Interval),
)
_SEEN = text("""
    SELECT user_id, question_id, max(moment) AS seen_at FROM (
        SELECT user_id, question_id, answered_at AS moment FROM responses WHERE user_id = ANY(:learners)
        UNION ALL
        SELECT user_id, (entry ->> 'id')::bigint, coalesce(finished_at, started_at, claimed_at)
        FROM exam_attempts, jsonb_array_elements(questions) AS entry WHERE user_id = ANY(:learners)
    ) AS sight GROUP BY user_id, question_id
""").bindparams(bindparam("learners", type_=_TEXTS))
# One document: an array of texts would have every quotation mark of every question escaped.
_KEEP = text("""
    INSERT INTO pre_generated_exams (user_id, exam_type, questions, spares, expires_at, seed, run_id)
    SELECT user_id, exam_type, questions, spares, expires_at, seed, run_id
    FROM json_to_recordset(CAST(:rows AS json)) AS made (user_id text, exam_type text,
        questions jsonb, spares jsonb, expires_at timestamptz, seed text, run_id bigint)
    ORDER BY user_id, exam_type, seed
    ON CONFLICT (user_id, exam_type, seed) DO NOTHING
""")
_VALID = text(
    "SELECT count(*) FROM pre_generated_exams"
    " WHERE exam_type = :type AND expires_at > statement_timestamp()"
)
_EXPOSURE = text("""
    SELECT (entry ->> 'id')::bigint AS question_id, count(*) AS exams
    FROM pre_generated_exams, jsonb_array_elements(questions) AS entry
    WHERE exam_type = :type AND expires_at > statement_timestamp() GROUP BY 1
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
_CLAIM = text("SELECT * FROM claim_exam(:user_id, :type)")
_START = text("SELECT start_attempt(:id)")
_FINISH = text("SELECT finish_attempt(:id, :score)").bindparams(bindparam("score", type_=JSONB))
_KEYS = text("SELECT * FROM exam_keys(:id)")
_FORM = text("SELECT questions, spares FROM pre_generated_exams WHERE id = :id")
_STATS = text("""
    SELECT count(*) AS total, count(*) FILTER (WHERE used) AS used,
        count(*) FILTER (WHERE NOT used AND expires_at <= :now) AS expired,
        count(*) FILTER (WHERE NOT used AND expires_at > :now
            AND expires_at <= CAST(:now AS timestamptz) + interval '24 hours') AS expiring,
        count(*) FILTER (WHERE exam_type = 'diagnostic') AS diagnostic,
        count(*) FILTER (WHERE exam_type = 'practice') AS practice,
        count(DISTINCT user_id) AS users
    FROM pre_generated_exams
""")
_WITHOUT = text("""
    SELECT count(*) FROM (
        SELECT user_id FROM learners UNION SELECT user_id FROM responses
        EXCEPT SELECT user_id FROM pre_generated_exams
    ) AS learner
""")
