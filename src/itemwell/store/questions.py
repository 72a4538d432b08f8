"""Questions: keeping them, counting them, reading them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    Text,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from itemwell.bank import Question, Slot, Stratum, Verified, as_dict, from_dict
from itemwell.errors import Rejected
from itemwell.similar.forms import forms_of
from itemwell.store import forms
from itemwell.store.tables import questions

NEAR_THE_CAP = 50
"""So close to its cap a family is counted under a lock, lest concurrent runs pass it together."""


PAGE = 500


class FamilyFull(Rejected):
    """A family has reached its cap."""

    def __init__(self, family: str, cap: int) -> None:
        super().__init__("keep", f"the family {family} is full: {cap} questions")
        self.family = family


class Wanted(NamedTuple):
    """Which questions to list. None means any."""

    question_type: str | None = None
    difficulty: str | None = None
    status: str | None = None
    run_id: int | None = None
    limit: int | None = None


def stock(db: Connection) -> dict[Stratum, int]:
    """How many active questions each stratum holds; strata without any are left out."""
    columns = questions.c.question_type, questions.c.difficulty
    rows = db.execute(
        select(*columns, func.count()).where(questions.c.status == "active").group_by(*columns)
    )
    return {Stratum(kind, difficulty): count for kind, difficulty, count in rows}


def count_by_family(db: Connection) -> dict[str, int]:
    """How many questions of each item model are in the bank, the retired left out."""
    rows = db.execute(_COUNT_BY_FAMILY)
    return {row.family: row.number for row in rows}


def last_stems(db: Connection) -> list[tuple[Stratum, str]]:
    """The stems of the questions that models wrote last, the oldest of them first."""
    rows = db.execute(_LAST_STEMS).all()
    return [(Stratum(row.question_type, row.difficulty), row.stem) for row in reversed(rows)]


def keep(
    db: Connection,
    verified: Verified,
    *,
    run_id: int,
    slot: Slot | None = None,
    status: str = "active",
) -> int | None:
    """The id of the kept question; None where the bank already holds one of this signature.

    Its forms are written with it, under the lock of twins, which is held until the transaction ends.
    """
    forms.lock(db)
    return keep_locked(db, verified, run_id=run_id, slot=slot, status=status)


def keep_locked(
    db: Connection,
    verified: Verified,
    *,
    run_id: int,
    slot: Slot | None = None,
    status: str = "active",
) -> int | None:
    """The same for a caller who holds the lock of twins."""
    loose, key_form, stimulus = forms_of(verified.draft)
    mine = {"loose": loose, "key_form": key_form, "stimulus_form": stimulus}
    where = {"run_id": run_id, "slot_id": slot and slot.id, "status": status}
    kept: int | None = db.scalar(_KEEP, _row(verified) | where | mine)
    return kept


def kept_by(
    db: Connection, verified: Verified, *, run_id: int, slot: Slot | None = None
) -> int | None:
    """What this run kept of this content for this slot before: its COMMIT's answer was lost."""
    mine = questions.c.slot_id == slot.id if slot else questions.c.run_id == run_id
    same = questions.c.signature == verified.signature
    found: int | None = db.scalar(select(questions.c.id).where(mine, same))
    return found


def require_room(db: Connection, family: str | None, cap: int) -> None:
    """Raise FamilyFull where `family` has reached its cap; exact, also with runs beside this one."""
    if family is None:
        return
    count = _count_up_to(db, family, cap)
    if count > cap - NEAR_THE_CAP:
        db.execute(_LOCK_FAMILY, {"family": family})
        count = _count_up_to(db, family, cap)
    if count >= cap:
        raise FamilyFull(family, cap)


def keys(db: Connection) -> dict[int, str]:
    """The letter of the right option of every question, by its id."""
    return {row.id: row.key for row in db.execute(select(questions.c.id, questions.c.key))}


def items(db: Connection) -> list[dict[str, Any]]:
    """The questions that can be posed, with what is published of them: a and b are None where nothing is."""
    return [dict(row) for row in db.execute(_ITEMS).mappings()]


def holds(db: Connection, signature: str) -> int | None:
    """The id of the question with this signature; None where the bank has none."""
    return db.scalar(select(questions.c.id).where(questions.c.signature == signature))


class Held(NamedTuple):
    """A question of the bank, and what it was kept for."""

    id: int
    run_id: int | None
    slot_id: int | None


def held(db: Connection, signatures: Sequence[str]) -> dict[str, Held]:
    """Those of these signatures that the bank has, with their questions."""
    rows = db.execute(_HELD, {"signatures": list(signatures)})
    return {row.signature: Held(row.id, row.run_id, row.slot_id) for row in rows}


def of_skeletons(db: Connection, skeletons: Sequence[str]) -> dict[str, int]:
    """A question of each of these skeletons that one has, the retired left out."""
    if not skeletons:
        return {}
    rows = db.execute(_OF_SKELETONS, {"skeletons": list(skeletons)})
    return {row.skeleton: row.id for row in rows}


def one(db: Connection, question_id: int) -> Question | None:
    """One question; None where there is none."""
    row = db.execute(select(questions).where(questions.c.id == question_id)).mappings().first()
    return _question(row) if row else None


def some(db: Connection, question_ids: Sequence[int]) -> list[Question]:
    """Those of these questions that there are, oldest first."""
    if not question_ids:
        return []
    rows = db.execute(_SOME, {"ids": list(question_ids)})
    return [_question(row) for row in rows.mappings()]


def right_answers(
    db: Connection, question_ids: Iterable[int], *, but_family: str | None = None
) -> dict[int, str]:
    """What the right answers of these questions say, but for those of one item model."""
    asked = {"ids": list(question_ids), "family": but_family}
    return {row.id: row.key for row in db.execute(_KEYS, asked)} if asked["ids"] else {}


def count(db: Connection) -> int:
    """How many questions the bank holds, of whatever status."""
    return int(db.execute(select(func.count()).select_from(questions)).scalar_one())


def listed(bank: Engine, wanted: Wanted) -> Iterator[Question]:
    """The wanted questions, oldest first, page by page: whoever reads slowly holds no transaction."""
    last, left = 0, wanted.limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        with bank.connect() as db:
            page = db.execute(_select(wanted, last, size)).mappings().all()
        yield from map(_question, page)
        if len(page) < size:
            return
        last = page[-1]["id"]
        left = left and left - size


def sample(db: Connection, types: Sequence[str], count: int, seed: str) -> list[Question]:
    """`count` active questions, of each stratum and origin in turn; the same for the same seed and bank.

    No types means all. What models wrote and what item models computed are two origins.
    """
    asked = {"types": list(types), "count": count, "seed": seed}
    return [_question(row) for row in db.execute(_SAMPLE, asked).mappings()]


def approve(db: Connection, question_id: int, vouched_by: str) -> bool:
    """Make a question of the quarantine active, on a person's word. False where it is not there."""
    row = (questions.c.id == question_id) & (questions.c.status == "quarantined")
    told = {"solve": f"vouched for by {vouched_by}", "judge": f"vouched for by {vouched_by}"}
    verified = questions.c.verified.concat(func.jsonb_build_object(*chain(*told.items())))
    change = {"status": "active", "verified": verified, "updated_at": func.clock_timestamp()}
    return db.execute(update(questions).where(row).values(change)).rowcount == 1


def retire(db: Connection, question_id: int, reason: str) -> bool:
    """Take a question out of use for good. False where it is not in the bank or already retired."""
    row = (questions.c.id == question_id) & (questions.c.status != "retired")
    change = {"status": "retired", "status_reason": reason, "updated_at": func.clock_timestamp()}
    return db.execute(update(questions).where(row).values(change)).rowcount == 1


def _count_up_to(db: Connection, family: str, cap: int) -> int:
    return int(db.execute(_COUNT_UP_TO, {"family": family, "cap": cap}).scalar_one())


def _select(wanted: Wanted, last: int, size: int) -> Select[Any]:
    query = select(questions).where(questions.c.id > last).order_by(questions.c.id).limit(size)
    for name in ("question_type", "difficulty", "status", "run_id"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(questions.c[name] == value)
    return query


def _row(verified: Verified) -> dict[str, Any]:
    identity = {"signature": verified.signature, "skeleton": verified.skeleton}
    return as_dict(verified.draft) | identity | {"verified": dict(verified.gates)}


def _question(row: RowMapping) -> Question:
    same = ("id", "status", "status_reason", "signature", "skeleton", "run_id", "created_at")
    return Question(
        draft=from_dict(dict(row)), gates=row["verified"], **{name: row[name] for name in same}
    )


_COLUMNS = (
    "question_type", "difficulty", "status", "stem", "stimulus", "options", "key", "explanation", "family",
    "features", "citation", "signature", "skeleton", "verified", "run_id", "slot_id",
)  # fmt: skip
_KEEP = text(f"""
    WITH kept AS (
        INSERT INTO questions ({", ".join(_COLUMNS)}) VALUES ({", ".join(f":{each}" for each in _COLUMNS)})
        ON CONFLICT DO NOTHING RETURNING id
    ), form AS (
        INSERT INTO question_forms (question_id, loose, key_form, stimulus)
        SELECT id, :loose, :key_form, :stimulus_form FROM kept
    ), closed AS (
        UPDATE generation_slots SET state = 'kept', reason = NULL, updated_at = clock_timestamp()
        WHERE id = :slot_id AND EXISTS (SELECT 1 FROM kept)
    )
    SELECT id FROM kept
""").bindparams(*(bindparam(each, type_=questions.c[each].type) for each in _COLUMNS))
_SOME = text("SELECT * FROM questions WHERE id = ANY(:ids) ORDER BY id")
_HELD = text(
    "SELECT signature, id, run_id, slot_id FROM questions WHERE signature = ANY(:signatures)"
)
_OF_SKELETONS = text(
    "SELECT skeleton, min(id) AS id FROM questions"
    " WHERE skeleton = ANY(:skeletons) AND status <> 'retired' GROUP BY skeleton"
)
_COUNT_BY_FAMILY = text(
    "SELECT family, count(*) AS number FROM questions"
    " WHERE status <> 'retired' AND family IS NOT NULL GROUP BY family"
)
_ITEMS = text(
    "SELECT id AS question_id, difficulty, key, jsonb_array_length(options) AS options,"
    " irt_difficulty AS b, irt_discrimination AS a FROM questions"
    " WHERE status IN ('pretest', 'active', 'watch') ORDER BY id"
)
_LAST_STEMS = text(
    "SELECT question_type, difficulty, stem FROM questions WHERE family IS NULL"
    " ORDER BY id DESC LIMIT 500"
)
_SAMPLE = text("""
    SELECT question.* FROM questions AS question
    JOIN (SELECT id, md5(CAST(:seed AS text) || ' ' || id) AS place, row_number() OVER (
              PARTITION BY question_type, difficulty, family IS NULL ORDER BY md5(CAST(:seed AS text) || ' ' || id)
          ) AS turn
          FROM questions
          WHERE status = 'active' AND (cardinality(:types) = 0 OR question_type = ANY(:types))
    ) AS drawn USING (id)
    ORDER BY drawn.turn, drawn.place LIMIT :count
""").bindparams(bindparam("types", type_=ARRAY(Text)))
_KEYS = text("""
    SELECT id, options -> (ascii(key) - 65) ->> 'text' AS key FROM questions
    WHERE id = ANY(:ids) AND (CAST(:family AS text) IS NULL OR family IS DISTINCT FROM :family)
""").bindparams(bindparam("ids", type_=ARRAY(BIGINT)))
_COUNT_UP_TO = text(
    "SELECT count(*) FROM (SELECT 1 FROM questions"
    " WHERE family = :family AND status <> 'retired' LIMIT :cap) AS held"
)
_LOCK_FAMILY = text("SELECT pg_advisory_xact_lock(hashtextextended('family ' || :family, 0))")
