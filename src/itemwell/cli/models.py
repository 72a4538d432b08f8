"""`itemwell models`: who may be asked, for what, at which price, and how it went so far."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import click

from itemwell.bank import QUESTION_TYPES
from itemwell.cli.answer import Answer
from itemwell.cli.money import dollars
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import Exit, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from itemwell.generate.routing import ModelName, Routing
    from itemwell.llm.prices import Prices
    from itemwell.settings import Settings
    from itemwell.store.calls import Spending

NO_KEYS = "No LLM API keys configured: item models write the questions"
SET_ONE = "set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_API_KEY in .env"
COLUMNS = {
    "name": "model",
    "key": "key",
    "does": "does",
    "input": "$/M in",
    "output": "$/M out",
    "drafts": "drafts",
    "kept": "kept",
    "each": "a question",
    "calls": "calls",
    "failed": "failed",
    "usd": "spent",
    "host": "at",
}


class Seen(NamedTuple):
    """What the bank knows of models."""

    records: Sequence[Mapping[str, Any]] = ()
    authors: Sequence[Mapping[str, Any]] = ()
    spending: "Spending | None" = None


@click.command(cls=Command, short_help="List the models that may be asked, and their record.")
def models(common: Common) -> Answer:
    """List the models that may be asked: key, stages, price, and what came of them so far.

    "kept" is the share of its drafts that became questions, "a question" what each of these cost
    with its solvers, its arbiter and the drafts that were refused.
    """
    from itemwell.generate.routing import Routing
    from itemwell.generate.vendors import prices_of

    settings = common.settings()
    able, every = Routing.of(settings), Routing.whole(settings)
    seen = _look(settings)
    prices = prices_of(settings)
    rows = [_row(name, settings, able, prices, seen) for name in every.all()]
    document = {"models": rows, "types": _types(settings), **_spent(settings, seen.spending)}
    if not able.models:
        outcome = Outcome(Exit.OK, "no_keys", "no model can be asked")
        return Answer(document, f"{NO_KEYS}; {SET_ONE}", outcome)
    lines = [_table(rows, len(document["types"])), "", *_budget_lines(document)]
    return Answer(document, "\n".join(lines))


def _look(settings: "Settings") -> Seen:
    from itemwell.store import calls
    from itemwell.store.connect import peek

    def look(db: "Connection") -> Seen:
        return Seen(calls.records(db), calls.authors(db), calls.spending(db))

    return peek(settings, look) or Seen()


def _row(
    name: "ModelName", settings: "Settings", able: "Routing", prices: "Prices", seen: Seen
) -> dict[str, Any]:
    return {
        **name._asdict(),
        "key": _key(settings, name.vendor),
        "host": _host(settings.base_url_of(name.vendor)),
        "does": _does(name, able, _types(settings)),
        "price": price(name, prices),
        "record": _record(name, seen),
    }


def _key(settings: "Settings", vendor: str) -> str:
    """Whether there is one; never the key itself."""
    if getattr(settings, f"{vendor}_api_key"):
        return "set"
    return "not needed" if settings.key_of(vendor) else "not set"


def _host(url: str | None) -> str | None:
    return urlsplit(url).netloc if url else None


def _types(settings: "Settings") -> list[str]:
    return [*QUESTION_TYPES, *settings.own_types]


def _does(name: "ModelName", able: "Routing", types: Sequence[str]) -> dict[str, list[str]]:
    from itemwell.generate.routing import STAGES

    found = {stage: [kind for kind in types if name in able.able(kind, stage)] for stage in STAGES}
    return {stage: kinds for stage, kinds in found.items() if kinds}


def price(name: "ModelName", prices: "Prices") -> dict[str, Any]:
    """What is known of a model's price, in US dollars per million tokens, and from where."""
    from itemwell.llm.door import LLMError

    try:
        rate = prices.rate(*name)
    except LLMError as error:
        return {"known": False, "asked": False, "message": f"{error}; {error.next_step}"}
    if rate is None:
        return {"known": False, "asked": True}
    origin = "settings" if name.model in prices.overrides else "list"
    cached = None if rate.cached is None else float(rate.cached)
    each = {"input": float(rate.input), "cached": cached, "output": float(rate.output)}
    return {"known": True, "asked": True, "from": origin, **each}


def _record(name: "ModelName", seen: Seen) -> dict[str, Any]:
    mine = [row for row in seen.records if (row["vendor"], row["model"]) == name]
    calls, failed = (sum(row[each] for row in mine) for each in ("calls", "failed"))
    wrote = [row for row in seen.authors if (row["vendor"], row["model"]) == name]
    drafts, kept = (sum(row[each] for row in wrote) for each in ("drafts", "kept"))
    whole = None if any(row["unpriced"] for row in wrote) else _sum(wrote)
    return {
        "calls": calls,
        "failed": failed,
        "failed_share": failed / calls if calls else None,
        "unpriced_calls": sum(row["unpriced"] for row in mine),
        "cost_usd": float(_sum(mine)),
        "drafts": drafts,
        "kept": kept,
        "kept_share": kept / drafts if drafts else None,
        "cost_per_kept_usd": float(whole / kept) if kept and whole is not None else None,
    }


def _sum(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((row["usd"] for row in rows), Decimal(0))


def _spent(settings: "Settings", spending: "Spending | None") -> dict[str, Any]:
    vendors = spending.vendors if spending else {}
    budgets = {
        "run": settings.budget_per_run,
        "day": settings.budget_per_day,
        "month": settings.budget_per_month,
        "vendors": {name: float(limit) for name, limit in settings.vendor_budgets.items()},
    }
    return {
        "spent_usd": {
            "today": float(spending.day) if spending else 0.0,
            "month": float(spending.month) if spending else 0.0,
            "vendors": {name: float(usd) for name, usd in sorted(vendors.items())},
        },
        "budgets_usd": {
            name: float(limit) if isinstance(limit, Decimal) else limit
            for name, limit in budgets.items()
        },
    }


def _table(rows: Sequence[Mapping[str, Any]], types: int) -> str:
    elsewhere = any(row["host"] for row in rows)
    columns = {name: title for name, title in COLUMNS.items() if name != "host" or elsewhere}
    return table(columns, [_cells(row, types) for row in rows])


def _cells(row: Mapping[str, Any], types: int) -> dict[str, Any]:
    record = row["record"]
    return {
        "name": f"{row['vendor']} {row['model']}",
        "key": row["key"],
        "does": _told_stages(row["does"], types) or "-",
        **_price_cells(row["price"]),
        "drafts": record["drafts"],
        "kept": _share(record["kept_share"]),
        "each": _usd(record["cost_per_kept_usd"]),
        "calls": record["calls"],
        "failed": _share(record["failed_share"]),
        "usd": _usd(record["cost_usd"]) + (" and more" if record["unpriced_calls"] else ""),
        "host": row["host"] or "",
    }


def _told_stages(does: Mapping[str, Sequence[str]], types: int) -> str:
    """`draft, solve (math, logic)`: a stage alone is that of all `types`."""
    return ", ".join(
        stage if len(kinds) == types else f"{stage} ({', '.join(kinds)})"
        for stage, kinds in does.items()
    )


def _price_cells(price: Mapping[str, Any]) -> dict[str, str]:
    if not price["known"]:
        told = "unknown: allowed" if price["asked"] else "unknown: refused"
        return {"input": told, "output": ""}
    mark = "*" if price["from"] == "settings" else ""
    return {name: f"{price[name]:.2f}{mark}" for name in ("input", "output")}


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _usd(amount: float | None) -> str:
    return "-" if amount is None else dollars(Decimal(str(amount)))


def _budget_lines(document: Mapping[str, Any]) -> Iterator[str]:
    spent, budgets = document["spent_usd"], document["budgets_usd"]
    yield f"Spent today: {_of(spent['today'], budgets['day'])}"
    yield f"This month:  {_of(spent['month'], budgets['month'])}"
    for vendor, limit in budgets["vendors"].items():
        yield f"{vendor + ':':<12} {_of(spent['vendors'].get(vendor, 0.0), limit)} this month"
    if any(row["price"].get("from") == "settings" for row in document["models"]):
        yield "* your own price"
    for row in document["models"]:
        if row["key"] != "not set" and "message" in row["price"]:
            yield row["price"]["message"]


def _of(spent: float, limit: float | None) -> str:
    return f"{_usd(spent)} of {'any amount' if limit is None else _usd(limit)}"
