"""The funnel of drafts, and what they cost. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from itemwell.store.report import Drafts

STAGES = ("draft", "check", "solve", "judge", "dedup", "keep")
REASONS = 8
"""The commonest that are told."""

Spent = Iterable[tuple[date, str, Decimal]]


def funnel(found: Drafts) -> dict[str, Any]:
    """How many drafts entered each stage, how many it refused and why, and how many are questions.

    A draft that is refused is refused by one stage, so what enters a stage is what the ones before
    let through. Stages that refused nothing are there all the same.
    """
    by_stage: Counter[str] = Counter()
    for stage, _, number in found.refused:
        by_stage[stage] += number
    drafts = left = found.kept + by_stage.total()
    stages = []
    for stage in (*STAGES, *sorted(set(by_stage) - set(STAGES))):
        refused = by_stage[stage]
        stages.append(
            {"stage": stage, "entered": left, "refused": refused, "passed": left - refused}
        )
        left -= refused
    reasons = [
        {"stage": stage, "reason": reason, "drafts": number}
        for stage, reason, number in found.refused
    ]
    return {
        "drafts": drafts,
        "kept": found.kept,
        "refused": by_stage.total(),
        "approval_rate": round(found.kept / drafts, 4) if drafts else None,
        "stages": stages,
        "reasons": reasons[:REASONS],
        "other_reasons": max(0, len(reasons) - REASONS),
    }


def cost(spent: Spent, kept: Mapping[date, int], first: date, last: date) -> dict[str, Any]:
    """US dollars and kept questions of each day from `first` to `last`, and in all; by vendor."""
    by_day: dict[date, dict[str, Decimal]] = defaultdict(dict)
    for day, vendor, usd in spent:
        by_day[day][vendor] = by_day[day].get(vendor, Decimal(0)) + usd
    vendors: dict[str, Decimal] = defaultdict(Decimal)
    for of_day in by_day.values():
        for vendor, of in of_day.items():
            vendors[vendor] += of
    days = [
        _day(day, by_day.get(day, {}), kept.get(day, 0))
        for day in (first + timedelta(n) for n in range((last - first).days + 1))
    ]
    usd, number = sum(vendors.values(), Decimal(0)), int(sum(each["kept"] for each in days))
    return {
        "usd": _dollars(usd),
        "kept": number,
        "usd_per_question": _dollars(usd / number) if number else None,
        "vendors": [
            {"vendor": vendor, "usd": _dollars(of)}
            for vendor, of in sorted(vendors.items(), key=lambda one: (-one[1], one[0]))
        ],
        "days": days,
    }


def calls(rows: Sequence[Mapping[str, Any]], kept: int) -> dict[str, Any]:
    """What one run's calls cost, by vendor, model and stage, and each question that it kept."""
    usd = sum((row["usd"] for row in rows), Decimal(0))
    return {
        "usd": _dollars(usd),
        "kept": kept,
        "usd_per_question": _dollars(usd / kept) if kept else None,
        "calls": sum(row["calls"] for row in rows),
        "failed": sum(row["failed"] for row in rows),
        "models": [
            {
                name: row[name]
                for name in ("vendor", "model", "stage", "calls", "failed", "unpriced")
            }
            | {"usd": _dollars(row["usd"])}
            for row in rows
        ],
    }


def _day(day: date, of_day: Mapping[str, Decimal], kept: int) -> dict[str, Any]:
    usd = sum(of_day.values(), Decimal(0))
    return {
        "day": day.isoformat(),
        "usd": _dollars(usd),
        "kept": kept,
        "usd_per_question": _dollars(usd / kept) if kept else None,
        "by_vendor": {vendor: _dollars(of) for vendor, of in sorted(of_day.items())},
    }


def _dollars(amount: Decimal) -> float:
    return round(float(amount), 6)
