"""`itemwell generate --plan`: what would be written, and what it would cost. No model is asked."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from itemwell.bank import Stratum
from itemwell.cli.answer import Answer
from itemwell.cli.money import dollars
from itemwell.errors import Exit, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from itemwell.generate.material import Passage
    from itemwell.generate.money.forecast import Forecast
    from itemwell.generate.order import Order
    from itemwell.settings import Settings
    from itemwell.store.calls import Spending
    from itemwell.store.slots import Unfinished

NOTHING = Decimal(0)
STAGES = {"draft": "drafts", "solve": "solutions", "judge": "judgements"}


class Budget(NamedTuple):
    """A limit, and what is left of it; of one vendor, or of all."""

    name: str
    limit: Decimal
    left: Decimal
    vendor: str | None


@dataclass(frozen=True)
class Seen:
    """What the bank says, or would say were it there."""

    stock: Mapping[Stratum, int] = field(default_factory=dict)
    before: "Unfinished | None" = None
    authors: Sequence[Mapping[str, Any]] = ()
    spending: "Spending | None" = None


def plan(settings: "Settings", order: "Order", lease: str, passages: "Sequence[Passage]") -> Answer:
    """What `order` would write and cost against the bank as it is."""
    seen = _look(settings, order, lease)
    done = seen.before.kept if seen.before else 0
    strata = order.strata(seen.stock, settings, done=done)
    planned = Counter(strata)
    rows = [
        _row(each, planned[each], seen.stock.get(each, 0), target)
        for each, target in order.targets(settings).items()
    ]
    cost, told = {"cost_usd": 0, "cost_usd_at_worst": 0, "calls": 0}, list[str]()
    price = "at no cost"
    if order.source != "templates" and strata:
        forecast = _forecast(strata, settings, passages, seen)
        budgets = _budgets(settings, seen)
        over, stop = dict(_over(forecast, budgets)), _stop(forecast, budgets)
        cost, told = _as_json(forecast, over, stop), [*_told(forecast, stop), *over.values()]
        price = _price(forecast)
    head = f"{len(strata)} questions would be written, {price}:" if strata else "Nothing is due:"
    if seen.before and done:
        head = f"Run {seen.before.run_id} kept {done} of this order. {head}"
    text = "\n".join([head, *map(_row_text, rows), *told])
    outcome = Outcome(Exit.OK, "planned", "planned, nothing written")
    return Answer({"count": len(strata), "strata": rows, **cost}, text, outcome)


def _look(settings: "Settings", order: "Order", lease: str) -> Seen:
    from itemwell.store import calls, questions, slots
    from itemwell.store.connect import peek

    def look(db: "Connection") -> Seen:
        before = slots.unfinished(db, lease, order.as_json()) if order.count else None
        return Seen(questions.stock(db), before, calls.authors(db), calls.spending(db))

    return peek(settings, look) or Seen()


def _forecast(
    strata: Sequence[Stratum],
    settings: "Settings",
    passages: "Sequence[Passage]",
    seen: Seen,
) -> "Forecast":
    from itemwell.generate.money.forecast import Record, Terms, forecast
    from itemwell.generate.routing import ModelName, Routing
    from itemwell.generate.vendors import prices_of

    records = {
        ModelName(row["vendor"], row["model"]): Record(row["drafts"], row["kept"], row["usd"])
        for row in seen.authors
        if not row["unpriced"]
    }
    terms = Terms(settings.solvers, settings.drafts_per_question, prices_of(settings))
    longest = max(passages, key=lambda each: len(each.text), default=None)
    return forecast(strata, Routing.of(settings), terms, passage=longest, records=records)


def _budgets(settings: "Settings", seen: Seen) -> list[Budget]:
    spent = seen.spending
    order = seen.before.spent if seen.before else NOTHING
    limits = [
        ("budget_per_run", settings.budget_per_run, order, None),
        ("budget_per_day", settings.budget_per_day, spent.day if spent else NOTHING, None),
        ("budget_per_month", settings.budget_per_month, spent.month if spent else NOTHING, None),
        *(
            (f"vendor_budgets.{name}", most, spent.vendors[name] if spent else NOTHING, name)
            for name, most in settings.vendor_budgets.items()
        ),
    ]
    return [
        Budget(name, limit, max(limit - gone, NOTHING), vendor)
        for name, limit, gone, vendor in limits
        if limit is not None
    ]


def _over(forecast: "Forecast", budgets: Sequence[Budget]) -> Iterator[tuple[str, str]]:
    """The budgets that do not pay for all of it, each with how far it goes."""
    for budget in budgets:
        allowed = forecast.allowed(budget.left, budget.vendor)
        if allowed is not None:
            left = "" if budget.left == budget.limit else f", {dollars(budget.left)} left"
            told = f"{budget.name} ({dollars(budget.limit)}{left})"
            yield budget.name, f"{told} allows about {allowed} of {forecast.questions}"


def _stop(forecast: "Forecast", budgets: Sequence[Budget]) -> Budget | None:
    """The budget that ends the run before the worst is spent; None where none does, or sees it all."""
    least = min(
        (each for each in budgets if each.vendor is None), key=lambda each: each.left, default=None
    )
    worst = forecast.usd_at_worst
    return least if least and worst is not None and least.left < worst else None


def _price(forecast: "Forecast") -> str:
    if forecast.unpriced:
        return f"for at least {dollars(forecast.usd_of())}, some prices being unknown"
    worst = dollars(forecast.usd_at_worst)
    return f"for about {dollars(forecast.usd)}, at the worst {worst}"


def _told(forecast: "Forecast", stop: Budget | None) -> Iterator[str]:
    stages = ", ".join(f"{number} {STAGES[stage]}" for stage, number in forecast.calls.items())
    yield f"About {sum(forecast.calls.values())} calls: {stages}"
    for line in forecast.lines:
        usd = "price unknown, allowed" if line.usd is None else f"{dollars(line.usd)}"
        worst = "" if line.usd_at_worst is None else f", at the worst {dollars(line.usd_at_worst)}"
        yield f"  {line.model!s:<28} {line.stage:<6} {line.calls:>6.0f}  {usd}{worst}"
    yield f"Expected: {_basis(forecast)}"
    yield (
        f"At the worst: all {forecast.drafts_each} drafts of every question are needed, and each answer"
        " is as long as it may be; calls made again after a broken line come on top"
    )
    if stop:
        yield f"{stop.name} ends it before more than {dollars(stop.left)} is spent"
    for refusal in forecast.refused:
        yield f"Not asked: {refusal}"


def _basis(forecast: "Forecast") -> str:
    if forecast.record is None:
        return f"{forecast.share:.0%} of the drafts are kept (assumed: the bank has too short a record)"
    record = forecast.record
    each = dollars(record.usd / record.kept)
    return f"the bank's record, {record.kept} of {record.drafts} drafts kept, {each} a question"


def _as_json(forecast: "Forecast", over: Mapping[str, str], stop: Budget | None) -> dict[str, Any]:
    return {
        "cost_usd": _number(forecast.usd),
        "cost_usd_at_worst": _number(forecast.usd_at_worst),
        "calls": sum(forecast.calls.values()),
        "calls_by_stage": forecast.calls,
        "models": [
            {
                "vendor": line.model.vendor,
                "model": line.model.model,
                "stage": line.stage,
                "calls": round(line.calls, 1),
                "cost_usd": _number(line.usd),
                "cost_usd_at_worst": _number(line.usd_at_worst),
            }
            for line in forecast.lines
        ],
        "kept_share": forecast.share,
        "kept_share_from": "record" if forecast.record else "assumed",
        "not_asked": list(forecast.refused),
        "budgets_passed": dict(over),
        "stopped_at_usd": _number(stop.left) if stop else None,
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 6)


def _row(stratum: Stratum, planned: int, stock: int, target: float) -> dict[str, Any]:
    return {**stratum._asdict(), "planned": planned, "active": stock, "target": round(target)}


def _row_text(row: dict[str, Any]) -> str:
    name = f"{row['question_type']:<8} {row['difficulty']:<7}"
    return f"  {name} +{row['planned']:<4} has {row['active']} of {row['target']}"
