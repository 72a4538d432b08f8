"""The funnel of drafts, and what they cost. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from itemwell.store.report import Drafts

STAGES = ("draft", "check", "solve", "judge", "dedup", "keep")
REASONS = 8
"""The commonest that are told."""

_QUOTED = re.compile(r'"[^"]*"')
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*(?![\w-])")

Spent = Iterable[tuple[date, str, Decimal]]


def funnel(found: Drafts, redact: Callable[[str], str] = str) -> dict[str, Any]:
    """How many drafts entered each stage, how many it refused and why, and how many are questions.

    A draft that is refused is refused by one stage, so what enters a stage is what the ones before
    let through. Stages that refused nothing are there all the same. Reasons are counted without their
    particulars, once `redact` has taken secrets out: in pieces they would not be known any more.
    """
    by_stage: Counter[str] = Counter()
    by_reason: Counter[tuple[str, str]] = Counter()
    for stage, reason, number in found.refused:
        by_stage[stage] += number
        by_reason[stage, plain(stage, redact(reason))] += number
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
        for (stage, reason), number in sorted(by_reason.items(), key=lambda one: (-one[1], one[0]))
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


def plain(stage: str, reason: str) -> str:
    """A rule's name, or what was said without quotations and numbers: so that like counts with like.

    >>> plain("check", 'no-question: the stem ends in "a"'), plain("judge", "validity 0.40 is below 0.6")
    ('no-question', 'validity … is below …')
    """
    if stage == "check":
        return reason.partition(":")[0]
    return _NUMBER.sub("…", _QUOTED.sub('"…"', reason))


def cost(spent: Spent, kept: Mapping[date, int], first: date, last: date) -> dict[str, Any]:
    """US dollars and kept questions of each day from `first` to `last`, and in all; by vendor."""
    by_day: dict[date, dict[str, Decimal]] = defaultdict(dict)
    for day, vendor, usd in spent:
        by_day[day][vendor] = by_day[day].get(vendor, Decimal(0)) + usd
    vendors: dict[str, Decimal] = defaultdict(Decimal)
    for of_day in by_day.values():
        for vendor, of in of_day.items():
            vendors[vendor] += of
    ranked = sorted(vendors, key=lambda vendor: (-vendors[vendor], vendor))
    days = [
        _day(day, by_day.get(day, {}), ranked, kept.get(day, 0))
        for day in (first + timedelta(n) for n in range((last - first).days + 1))
    ]
    usd, number = sum(vendors.values(), Decimal(0)), int(sum(each["kept"] for each in days))
    return {
        "usd": _dollars(usd),
        "kept": number,
        "usd_per_question": _dollars(usd / number) if number else None,
        "vendors": [{"vendor": vendor, "usd": _dollars(vendors[vendor])} for vendor in ranked],
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


def _day(
    day: date, of_day: Mapping[str, Decimal], ranked: Sequence[str], kept: int
) -> dict[str, Any]:
    """The vendors of a day in one order, also those that were not asked."""
    usd = sum(of_day.values(), Decimal(0))
    return {
        "day": day.isoformat(),
        "usd": _dollars(usd),
        "kept": kept,
        "usd_per_question": _dollars(usd / kept) if kept else None,
        "by_vendor": [
            {"vendor": vendor, "usd": _dollars(of_day.get(vendor, Decimal(0)))} for vendor in ranked
        ],
    }


def _dollars(amount: Decimal) -> float:
    return round(float(amount), 6)
