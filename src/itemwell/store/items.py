"""Questions as items: what the calibration in force found of each, and what earlier ones did."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, text

from itemwell.bank import ItemParameters

SORTS = {
    "id": "question_id",
    "a": "discrimination",
    "b": "difficulty",
    "se-a": "se_discrimination",
    "se-b": "se_difficulty",
    "n": "responses",
    "p": "p_value",
    "rpb": "point_biserial",
    "infit": "infit",
    "outfit": "outfit",
}
"""What a list can be sorted by, and its column."""


class Item(NamedTuple):
    """A question's parameters, with what it is; both are None where the bank has it no more."""

    parameters: ItemParameters
    question_type: str | None
    status: str | None


class Found(NamedTuple):
    """What one calibration found of a question."""

    calibration_id: int
    calibration: dict[str, Any]  # its beginning, status, model, and the one it restored
    parameters: ItemParameters


class Wanted(NamedTuple):
    """Which items to list, and how. None means any."""

    question_type: str | None = None
    flag: str | None = None
    sort: str = "id"
    descending: bool = False
    limit: int = 50


def in_force(db: Connection) -> int | None:
    """The calibration that was published last, which a rollback is too; None where none ever was."""
    found: int | None = db.scalar(_IN_FORCE)
    return found


def listed(db: Connection, calibration_id: int, wanted: Wanted) -> list[Item]:
    """The items of a calibration; those without the figure that is sorted by come last."""
    way = "DESC" if wanted.descending else "ASC"
    query = text(
        f"{_LISTED} ORDER BY {SORTS[wanted.sort]} {way} NULLS LAST, question_id LIMIT :limit"
    )
    asked = {"id": calibration_id, "type": wanted.question_type, "flag": wanted.flag}
    rows = db.execute(query, asked | {"limit": wanted.limit}).mappings()
    return [Item(parameters(row), row["question_type"], row["status"]) for row in rows]


def history(db: Connection, question_id: int) -> list[Found]:
    """What each calibration found of this question, the last first."""
    rows = db.execute(_HISTORY, {"id": question_id}).mappings()
    about = ("started_at", "status", "model", "restored_from")
    return [
        Found(row["calibration_id"], {name: row[name] for name in about}, parameters(row))
        for row in rows
    ]


def published(db: Connection, question_id: int) -> dict[str, Any] | None:
    """What the question itself carries; None where there is no such question."""
    row = db.execute(_PUBLISHED, {"id": question_id}).mappings().first()
    return dict(row) if row else None


def parameters(row: RowMapping) -> ItemParameters:
    """The parameters that a row of `item_parameters` holds."""
    names = ItemParameters.__dataclass_fields__
    return ItemParameters(**{name: row[name] for name in names} | {"flags": tuple(row["flags"])})


_IN_FORCE = text("SELECT max(id) FROM irt_calibration_runs WHERE published_at IS NOT NULL")
_LISTED = """
    SELECT item.*, question.question_type, question.status
    FROM item_parameters AS item LEFT JOIN questions AS question ON question.id = item.question_id
    WHERE item.calibration_id = :id
        AND (CAST(:type AS text) IS NULL OR question.question_type = :type)
        AND (CAST(:flag AS text) IS NULL OR :flag = ANY(item.flags))
"""
_HISTORY = text("""
    SELECT item.*, calibration.started_at, calibration.status, calibration.model, calibration.restored_from
    FROM item_parameters AS item JOIN irt_calibration_runs AS calibration ON calibration.id = calibration_id
    WHERE question_id = :id ORDER BY calibration_id DESC
""")
_PUBLISHED = text("""
    SELECT id AS question_id, question_type, difficulty AS written_as, status,
        irt_difficulty, irt_discrimination, irt_se_difficulty, irt_se_discrimination,
        irt_calibrated_at, irt_calibration_id
    FROM questions WHERE id = :id
""")
