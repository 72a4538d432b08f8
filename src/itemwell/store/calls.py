"""Calls to models: a row before each is made, its outcome after it, and what was spent by day.

Whoever opens or closes calls holds one lock for a moment, so that no two processes pass a budget
together. Both can be repeated blindly: a call's id is its idempotency key.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from itemwell.bank import Call

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """US dollars that may be spent on a day and in a month (UTC), and on a vendor in a month."""

    day: Decimal | None = None
    month: Decimal | None = None
    vendors: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Spending:
    """US dollars of this day and month, calls under way at their worst."""

    day: Decimal = ZERO
    month: Decimal = ZERO
    vendors: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def short(self, limits: Limits, vendor: str, amount: Decimal) -> str | None:
        """The name of a limit that does not allow `amount` more; None where all do."""
        checks = [
            ("day", self.day, limits.day),
            ("month", self.month, limits.month),
            (vendor, self.vendors[vendor], limits.vendors.get(vendor)),
        ]
        over = (
            name for name, spent, limit in checks if limit is not None and spent + amount > limit
        )
        return next(over, None)

    def add(self, vendor: str, amount: Decimal) -> None:
        """Count `amount` of today."""
        self.day += amount
        self.month += amount
        self.vendors[vendor] += amount


def commit(
    db: Connection, ended: Sequence[Call], wanted: Sequence[Call], limits: Limits
) -> list[str | None]:
    """Close calls, then open others; for each of these the limit that does not allow it, or None."""
    db.execute(_LOCK)
    if ended:
        _close(db, ended)
    return _open(db, wanted, limits) if wanted else []


def open_all(db: Connection, wanted: Sequence[Call], limits: Limits) -> list[str | None]:
    """Open the calls that the limits allow; for each, the limit that does not, or None."""
    return commit(db, (), wanted, limits)


def close_all(db: Connection, ended: Sequence[Call]) -> None:
    """Write what came of calls that are open; of a call that is closed already nothing changes."""
    commit(db, ended, (), Limits())


def spending(db: Connection) -> Spending:
    """What was spent on this day and in this month of the server's clock, in UTC."""
    return _spending(db, ())[0]


def _open(db: Connection, wanted: Sequence[Call], limits: Limits) -> list[str | None]:
    spent, known = _spending(db, wanted)
    short: list[str | None] = []
    opened: list[Call] = []
    for call in wanted:
        amount = call.price_usd or ZERO
        why = None if call.id in known else spent.short(limits, call.vendor, amount)
        short.append(why)
        if why is None and call.id not in known:
            spent.add(call.vendor, amount)
            opened.append(call)
    if opened:
        db.execute(_OPEN, {"rows": [_row(call) for call in opened]})
    return short


def _close(db: Connection, ended: Sequence[Call]) -> None:
    db.execute(_CLOSE, {"rows": [_row(call) for call in ended]})


def _spending(db: Connection, calls: Sequence[Call]) -> tuple[Spending, set[UUID]]:
    """What was spent, and which of these calls there are already: the answer to a COMMIT was lost."""
    spent, known = Spending(), set[UUID]()
    for row in db.execute(_SPENDING, {"ids": [str(call.id) for call in calls]}):
        if row.vendor is None:
            known.update(row.known)
            continue
        spent.month += row.month
        spent.day += row.day
        spent.vendors[row.vendor] = row.month
    return spent, known


def by_day(db: Connection, since: date) -> list[Row[Any]]:
    """Day, vendor and US dollars, oldest first."""
    return list(db.execute(_BY_DAY, {"since": since}))


def answered(db: Connection, slot_ids: Iterable[int]) -> list[Call]:
    """The closed calls for the present attempts at these slots, oldest first."""
    found = db.execute(_ANSWERED, {"ids": list(slot_ids)}).mappings()
    return [_call(row) for row in found]


def of_slot(db: Connection, slot_id: int) -> list[Call]:
    """Every call that was made for a slot, oldest first."""
    found = db.execute(_OF_SLOT, {"slot_id": slot_id}).mappings()
    return [_call(row) for row in found]


def of_run(db: Connection, run_id: int) -> list[Call]:
    """Every call that a run made, oldest first."""
    found = db.execute(_OF_RUN, {"run_id": run_id}).mappings()
    return [_call(row) for row in found]


def of_batch(db: Connection, batch_id: Any) -> list[Call]:
    """The calls of one batch."""
    found = db.execute(_OF_BATCH, {"batch_id": batch_id}).mappings()
    return [_call(row) for row in found]


def spent_by(db: Connection, run_id: int) -> tuple[int, Decimal]:
    """How many calls a run made, and what they cost, those of unknown end at the worst."""
    row = db.execute(_SPENT_BY, {"run_id": run_id}).one()
    return row.calls, row.usd


def records(db: Connection) -> list[dict[str, Any]]:
    """For each vendor, model and stage: calls, how many failed or have no known price, dollars."""
    return [dict(row) for row in db.execute(_RECORDS).mappings()]


def authors(db: Connection) -> list[dict[str, Any]]:
    """For each vendor and model: its drafts that were decided on, and how many are questions now.

    The dollars are those of these drafts with all who looked at them; of calls without a price none.
    """
    return [dict(row) for row in db.execute(_AUTHORS).mappings()]


def by_stage_of(db: Connection, run_id: int) -> list[dict[str, Any]]:
    """For each vendor, model and stage of one run: calls, how many failed, dollars."""
    return [dict(row) for row in db.execute(_BY_STAGE_OF, {"run_id": run_id}).mappings()]


def _row(call: Call) -> dict[str, Any]:
    return {name: _plain(getattr(call, name)) for name in _NAMES}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _call(row: RowMapping) -> Call:
    return Call(**{each.name: row[each.name] for each in fields(Call)})


def as_line(call: Call) -> str:
    """A closed call as a line of the spool."""
    return json.dumps(_row(call), ensure_ascii=True)


def close_rows(db: Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Close the calls that a spool tells of; the ids of those that this bank knows."""
    known = {str(each) for each in db.scalars(_KNOWN, {"ids": [row["id"] for row in rows]})}
    mine = [row for row in rows if row["id"] in known]
    if mine:
        db.execute(_LOCK)
        db.execute(_CLOSE, {"rows": mine})
    return known


_TYPES = {
    "id": "uuid",
    "run_id": "bigint",
    "slot_id": "bigint",
    "attempt": "int",
    "seat": "int",
    "perhaps_billed": "boolean",
    "input_tokens": "bigint",
    "cached_tokens": "bigint",
    "output_tokens": "bigint",
    "reasoning_tokens": "bigint",
    "usage_estimated": "boolean",
    "price_usd": "numeric",
    "latency_ms": "bigint",
    "batch_id": "uuid",
}
_NAMES = [each.name for each in fields(Call) if each.name != "created_at"]
_AT_THE_END = [name for name in _NAMES[_NAMES.index("price_usd") :] if name != "batch_id"]
_ROWS = (
    "jsonb_to_recordset(:rows) AS given("
    + ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _NAMES)
    + ")"
)
_AS_ROWS = bindparam("rows", type_=JSONB)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('llm spending', 0))")
_KNOWN = text("SELECT id FROM llm_calls WHERE id = ANY(CAST(:ids AS uuid[]))")
_OPEN = text(f"""
    WITH opened AS (
        INSERT INTO llm_calls ({", ".join(_NAMES)}) SELECT {", ".join(_NAMES)} FROM {_ROWS}
        RETURNING (created_at AT TIME ZONE 'UTC')::date AS day, vendor, price_usd
    )
    INSERT INTO llm_spending AS spent (day, vendor, usd)
    SELECT day, vendor, coalesce(sum(price_usd), 0) FROM opened GROUP BY 1, 2
    ON CONFLICT (day, vendor) DO UPDATE SET usd = spent.usd + excluded.usd
""").bindparams(_AS_ROWS)
_CLOSE = text(f"""
    WITH given AS (SELECT DISTINCT ON (id) * FROM {_ROWS} ORDER BY id),
    before AS (
        SELECT llm_calls.id, llm_calls.vendor, llm_calls.price_usd, (llm_calls.created_at AT TIME ZONE 'UTC')::date AS day
        FROM llm_calls JOIN given USING (id) WHERE llm_calls.state = 'asked'
    ),
    closed AS (
        UPDATE llm_calls AS call
        SET ended_at = clock_timestamp(), {", ".join(f"{name} = given.{name}" for name in _AT_THE_END)}
        FROM given JOIN before USING (id) WHERE call.id = given.id
    )
    UPDATE llm_spending AS spent SET usd = spent.usd + change.usd
    FROM (SELECT before.day, before.vendor,
                 sum(coalesce(given.price_usd, 0) - coalesce(before.price_usd, 0)) AS usd
          FROM before JOIN given USING (id) GROUP BY 1, 2) AS change
    WHERE spent.day = change.day AND spent.vendor = change.vendor
""").bindparams(_AS_ROWS)
_SPENDING = text("""
    SELECT vendor, sum(usd) AS month,
           coalesce(sum(usd) FILTER (WHERE day = (clock_timestamp() AT TIME ZONE 'UTC')::date), 0) AS day,
           NULL::uuid[] AS known
    FROM llm_spending
    WHERE day >= date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date GROUP BY vendor
    UNION ALL
    SELECT NULL, 0, 0, array_agg(id) FROM llm_calls WHERE id = ANY(CAST(:ids AS uuid[]))
    HAVING count(*) > 0
""")
_BY_DAY = text("SELECT day, vendor, usd FROM llm_spending WHERE day >= :since ORDER BY day, vendor")
_ANSWERED = text("""
    SELECT call.* FROM llm_calls AS call
    JOIN generation_slots AS slot ON slot.id = call.slot_id AND slot.attempts = call.attempt
    WHERE call.slot_id = ANY(:ids) AND call.state <> 'asked' ORDER BY call.ended_at, call.id
""")
_OF_SLOT = text("SELECT * FROM llm_calls WHERE slot_id = :slot_id ORDER BY created_at, id")
_OF_RUN = text("SELECT * FROM llm_calls WHERE run_id = :run_id ORDER BY created_at, id")
_OF_BATCH = text("SELECT * FROM llm_calls WHERE batch_id = :batch_id ORDER BY id")
_SPENT_BY = text(
    "SELECT count(*) AS calls, coalesce(sum(price_usd), 0) AS usd FROM llm_calls WHERE run_id = :run_id"
)
_SUMS = """
    SELECT vendor, model, stage, count(*) AS calls,
           count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE price_usd IS NULL) AS unpriced,
           coalesce(sum(price_usd), 0) AS usd
    FROM llm_calls {where} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_RECORDS = text(_SUMS.format(where=""))
_BY_STAGE_OF = text(_SUMS.format(where="WHERE run_id = :run_id"))
_AUTHORS = text("""
    WITH author AS (
        SELECT DISTINCT ON (slot_id, attempt) slot_id, attempt, vendor, model
        FROM llm_calls WHERE stage = 'draft' AND slot_id IS NOT NULL
          AND (state = 'answered' OR error_kind IN ('refused', 'truncated', 'invalid', 'too_large'))
        ORDER BY slot_id, attempt, state = 'answered' DESC, created_at DESC
    ), whole AS (
        SELECT slot_id, attempt, sum(price_usd) AS usd, count(*) FILTER (WHERE price_usd IS NULL) AS unpriced
        FROM llm_calls WHERE slot_id IS NOT NULL GROUP BY 1, 2
    )
    SELECT author.vendor, author.model, count(*) AS drafts, count(question.id) AS kept,
           coalesce(sum(whole.usd), 0) AS usd, sum(whole.unpriced)::bigint AS unpriced
    FROM author JOIN whole USING (slot_id, attempt)
    LEFT JOIN generation_slots AS slot ON slot.id = author.slot_id AND slot.attempts = author.attempt
    LEFT JOIN questions AS question ON question.slot_id = slot.id
    WHERE slot.state IS DISTINCT FROM 'open' GROUP BY 1, 2 ORDER BY 1, 2
""")
