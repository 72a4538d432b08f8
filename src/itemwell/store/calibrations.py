"""Calibrations: their rows, the parameters they found, and which of these are in force."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from math import isfinite
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from itemwell.bank import ItemParameters
from itemwell.store import driver
from itemwell.store.items import parameters
from itemwell.store.responses import Watermark
from itemwell.store.tables import irt_calibration_runs, item_parameters

PARAMETERS = tuple(each.name for each in fields(ItemParameters))

DIED = "the process ended without a word; the parameters of before stay in force"

BACK = "calibrated again without a flag"
"""Why a question that a calibration had put on watch is active again."""


class InForce(NamedTuple):
    """What the bank publishes of a question, and the calibration that it is of."""

    question_id: int
    difficulty: float
    discrimination: float
    se_difficulty: float | None
    se_discrimination: float | None
    responses: int
    calibration_id: int


class Traits(NamedTuple):
    """What is known of a question before anybody answered it."""

    question_id: int
    question_type: str
    difficulty: str
    family: str | None
    skeleton: str
    features: Mapping[str, Any]
    status: str
    options: int
    key: str


class Published(NamedTuple):
    """What a publication changed."""

    watched: int
    activated: int


def last_published(db: Connection) -> tuple[Watermark, datetime] | None:
    """What the snapshot of the calibration in force held, and when that was published."""
    row = db.execute(_LAST).first()
    return row and (
        Watermark(row.last_response_id or 0, row.responses_count or 0),
        row.published_at,
    )


def last_scale(db: Connection) -> tuple[float, float]:
    """Slope and intercept that brought the last fit to the published scale."""
    row = db.execute(_LAST_SCALE).first()
    return (row.slope, row.intercept) if row else (1.0, 0.0)


def begin(db: Connection, run_id: int, *, new_responses: int, model: str) -> int:
    """The id of a new calibration under way; those that a dead process left are closed as failed."""
    db.execute(_CLOSE_DEAD, {"run_id": run_id, "died": DIED})
    found: int | None = db.scalar(
        select(irt_calibration_runs.c.id).where(irt_calibration_runs.c.run_id == run_id)
    )
    if found is not None:  # the answer to this COMMIT was lost before
        return found
    row = {"run_id": run_id, "status": "running", "model": model}
    made = insert(irt_calibration_runs).values(**row, new_responses_count=new_responses)
    return int(db.execute(made.returning(irt_calibration_runs.c.id)).scalar_one())


def recount(db: Connection, calibration_id: int, new_responses: int) -> None:
    """Write down how many answers were new, which is known when all are read."""
    db.execute(_RECOUNT, {"id": calibration_id, "new": new_responses})


def close(
    db: Connection, calibration_id: int, status: str, message: str, report: Mapping[str, Any]
) -> None:
    """End a calibration that published nothing."""
    mine = irt_calibration_runs.c.id == calibration_id
    told = {"status": status, "error_message": message, "report": report}
    under_way = irt_calibration_runs.c.status == "running"
    change = update(irt_calibration_runs).where(mine, under_way)
    db.execute(change.values(**told, completed_at=func.clock_timestamp()))


def publish(
    db: Connection,
    calibration_id: int,
    found: Sequence[ItemParameters],
    watermark: Watermark,
    report: Mapping[str, Any],
) -> Published:
    """Put these parameters in force, all or none; what was published of other questions stays.

    A flagged question goes on watch with its flags as the reason; one that was there for no other
    reason, or was tried out, becomes active. Called again after a lost COMMIT it changes nothing.
    """
    if db.scalar(_LOCK, {"id": calibration_id}) == "success":
        return Published(0, 0)
    db.execute(text("SET LOCAL statement_timeout = 0"))  # the fit is paid for
    with driver.cursor(db) as cursor, cursor.copy(_COPY) as copy:
        for each in found:
            copy.write_row(_row(calibration_id, each))
    held = {"rows": watermark.rows, "last": watermark.last_id or None, "report": report}
    db.execute(_SUCCEED, {"id": calibration_id, **held})
    db.execute(_PUT_IN_FORCE, {"id": calibration_id})
    watched = db.execute(_WATCH, {"id": calibration_id}).rowcount
    return Published(watched, db.execute(_ACTIVATE, {"id": calibration_id, "back": BACK}).rowcount)


def restore(db: Connection, calibration_id: int, run_id: int) -> int:
    """Put in force again what was in force after that calibration; the id of the new one that did."""
    new = int(db.execute(_RESTORE, {"id": calibration_id, "run_id": run_id}).scalar_one())
    db.execute(_COPY_STATE, {"id": calibration_id, "new": new})
    db.execute(_CLEAR)
    db.execute(_PUT_IN_FORCE, {"id": new})
    db.execute(_COUNT_STATE, {"id": new})
    return new


def in_force(db: Connection) -> list[InForce]:
    """The published parameters of every question that has any, by id."""
    return [InForce(*row) for row in db.execute(_IN_FORCE)]


def earlier(db: Connection) -> list[dict[int, InForce]]:
    """What the 2nd, 4th, 8th and 16th last calibrations published on the scale in force, by question."""
    found: dict[int, dict[int, InForce]] = {}
    for row in db.execute(_EARLIER):
        each = InForce(*row)
        found.setdefault(each.calibration_id, {})[each.question_id] = each
    return list(found.values())


def traits(db: Connection) -> list[Traits]:
    """What is known of every question, by id."""
    return [Traits(*row) for row in db.execute(_TRAITS)]


def history(db: Connection, limit: int) -> list[dict[str, Any]]:
    """The last calibrations, newest first."""
    rows = db.execute(_HISTORY, {"limit": limit, "died": DIED}).mappings()
    return [dict(row) for row in rows]


def one(db: Connection, calibration_id: int) -> dict[str, Any] | None:
    """A calibration; None where there is none."""
    row = db.execute(_ONE, {"id": calibration_id, "died": DIED}).mappings().first()
    return dict(row) if row else None


def parameters_of(db: Connection, calibration_id: int) -> list[ItemParameters]:
    """What a calibration found, by question."""
    mine = select(item_parameters).where(item_parameters.c.calibration_id == calibration_id)
    rows = db.execute(mine.order_by(item_parameters.c.question_id)).mappings()
    return [parameters(row) for row in rows]


def _row(calibration_id: int, each: ItemParameters) -> list[Any]:
    """As `_COPY` takes it: what is not a number cannot be told."""
    values = (getattr(each, name) for name in PARAMETERS)
    told = [None if isinstance(value, float) and not isfinite(value) else value for value in values]
    told[PARAMETERS.index("flags")] = list(each.flags)
    return [calibration_id, *told]


def ids_of_questions(db: Connection) -> Iterable[int]:
    """The id of every question, retired ones too."""
    return db.scalars(text("SELECT id FROM questions ORDER BY id"))


_LAST = text(
    "SELECT last_response_id, responses_count, published_at FROM irt_calibration_runs"
    " WHERE published_at IS NOT NULL ORDER BY id DESC LIMIT 1"
)
_LAST_SCALE = text(
    "SELECT (report #>> '{link,slope}')::double precision AS slope,"
    " (report #>> '{link,intercept}')::double precision AS intercept FROM irt_calibration_runs"
    " WHERE published_at IS NOT NULL AND report ? 'link' ORDER BY id DESC LIMIT 1"
)
_CLOSE_DEAD = text(
    "UPDATE irt_calibration_runs SET status = 'failed', completed_at = clock_timestamp(),"
    " error_message = :died WHERE status = 'running' AND run_id IS DISTINCT FROM :run_id"
)
_COPY = f"COPY item_parameters (calibration_id, {', '.join(PARAMETERS)}) FROM STDIN"
_RECOUNT = text("UPDATE irt_calibration_runs SET new_responses_count = :new WHERE id = :id")
_LOCK = text("SELECT status FROM irt_calibration_runs WHERE id = :id FOR UPDATE")
_SUCCEED = text(
    "UPDATE irt_calibration_runs SET status = 'success', completed_at = clock_timestamp(),"
    " published_at = clock_timestamp(), responses_count = :rows, last_response_id = :last,"
    " report = :report, items_calibrated = found.calibrated, items_skipped = found.skipped,"
    " mean_difficulty = found.b, mean_discrimination = found.a"
    " FROM (SELECT count(*) FILTER (WHERE published) AS calibrated,"
    " count(*) FILTER (WHERE NOT published) AS skipped, avg(difficulty) FILTER (WHERE published) AS b,"
    " avg(discrimination) FILTER (WHERE published) AS a"
    " FROM item_parameters WHERE calibration_id = :id) AS found"
    " WHERE id = :id"
).bindparams(bindparam("report", type_=JSONB))
_PUT_IN_FORCE = text(
    "UPDATE questions SET irt_difficulty = found.difficulty,"
    " irt_discrimination = found.discrimination, irt_se_difficulty = found.se_difficulty,"
    " irt_se_discrimination = found.se_discrimination, irt_calibration_id = found.calibration_id,"
    " irt_calibrated_at = run.published_at FROM item_parameters AS found, irt_calibration_runs AS run"
    " WHERE found.calibration_id = :id AND run.id = :id AND found.published AND questions.id = found.question_id"
)
_WATCH = text(
    "UPDATE questions SET status = 'watch', updated_at = clock_timestamp(),"
    " status_reason = format('calibration %s: %s', found.calibration_id, array_to_string(found.flags, ', '))"
    " FROM item_parameters AS found WHERE found.calibration_id = :id AND questions.id = found.question_id"
    " AND cardinality(found.flags) > 0 AND questions.status IN ('active', 'pretest', 'watch')"
)
_ACTIVATE = text(
    "UPDATE questions SET status = 'active', updated_at = clock_timestamp(),"
    " status_reason = format('calibration %s: %s', found.calibration_id, CAST(:back AS text))"
    " FROM item_parameters AS found WHERE found.calibration_id = :id AND questions.id = found.question_id"
    " AND cardinality(found.flags) = 0 AND found.published AND (questions.status = 'pretest'"
    " OR questions.status = 'watch' AND questions.status_reason LIKE 'calibration %')"
)
_STATE = (
    "SELECT DISTINCT ON (question_id) item_parameters.* FROM item_parameters"
    " WHERE published AND calibration_id <= :id AND calibration_id >= ("
    "SELECT coalesce(max(id), 0) FROM irt_calibration_runs WHERE restored_from IS NOT NULL AND id <= :id)"
    " ORDER BY question_id, calibration_id DESC"
)
"""What was in force after a calibration: the newest of each question, back to a restored state, which is whole."""

_RESTORE = text(
    "INSERT INTO irt_calibration_runs (status, run_id, model, restored_from, responses_count,"
    " last_response_id, completed_at, published_at) SELECT 'success', :run_id, model, id,"
    " responses_count, last_response_id, clock_timestamp(), clock_timestamp()"
    " FROM irt_calibration_runs WHERE id = :id RETURNING id"
)
_COLUMNS = ", ".join(
    column.name for column in item_parameters.columns if column.name != "calibration_id"
)
_COPY_STATE = text(
    f"INSERT INTO item_parameters (calibration_id, {_COLUMNS})"
    f" SELECT :new, {_COLUMNS} FROM ({_STATE}) AS state"
)
_CLEAR = text(
    "UPDATE questions SET irt_difficulty = NULL, irt_discrimination = NULL, irt_se_difficulty = NULL,"
    " irt_se_discrimination = NULL, irt_calibrated_at = NULL, irt_calibration_id = NULL"
    " WHERE irt_calibrated_at IS NOT NULL"
)
_COUNT_STATE = text(
    "UPDATE irt_calibration_runs SET items_calibrated = found.number, mean_difficulty = found.b,"
    " mean_discrimination = found.a FROM (SELECT count(*) AS number, avg(difficulty) AS b,"
    " avg(discrimination) AS a FROM item_parameters WHERE calibration_id = :id) AS found WHERE id = :id"
)
_IN_FORCE = text(
    "SELECT questions.id, irt_difficulty, irt_discrimination, irt_se_difficulty, irt_se_discrimination,"
    " coalesce(found.responses, 0), coalesce(irt_calibration_id, 0) FROM questions"
    " LEFT JOIN item_parameters AS found ON found.question_id = questions.id"
    " AND found.calibration_id = irt_calibration_id"
    " WHERE irt_difficulty IS NOT NULL AND irt_discrimination IS NOT NULL ORDER BY questions.id"
)
_EARLIER = text("""
    WITH published AS (
        SELECT id, row_number() OVER (ORDER BY id DESC) AS back FROM irt_calibration_runs
        WHERE published_at IS NOT NULL AND restored_from IS NULL AND id >= (
            SELECT coalesce(max(id), 0) FROM irt_calibration_runs
            WHERE published_at IS NOT NULL AND (report #>> '{link,new_scale}')::boolean)
    )
    SELECT question_id, difficulty, discrimination, se_difficulty, se_discrimination, responses, calibration_id
    FROM item_parameters JOIN published ON published.id = calibration_id
    WHERE back IN (2, 4, 8, 16) AND item_parameters.published ORDER BY calibration_id DESC
""")
_TRAITS = text(
    "SELECT id, question_type, difficulty, family, skeleton, features, status,"
    " jsonb_array_length(options), key FROM questions ORDER BY id"
)
_PLAIN = ", ".join(
    f"calibration.{column.name}"
    for column in irt_calibration_runs.columns
    if column.name not in {"status", "error_message"}
)
_TOLD = (
    f"SELECT {_PLAIN}, CASE WHEN dead THEN 'failed' ELSE calibration.status END AS status,"
    " CASE WHEN dead THEN :died ELSE calibration.error_message END AS error_message"
    " FROM irt_calibration_runs AS calibration LEFT JOIN job_runs AS run ON run.id = calibration.run_id,"
    " LATERAL (SELECT calibration.status = 'running' AND run.status IS DISTINCT FROM 'running' AS dead) AS told"
)
_HISTORY = text(f"{_TOLD} ORDER BY calibration.id DESC LIMIT :limit")
_ONE = text(f"{_TOLD} WHERE calibration.id = :id")
