"""The bank by type and difficulty: what it holds against its target, and for how long. Pure.

"Days left" is for a learner who meets many new questions, one in ten: the days until he has met every
active question of a stratum, at the rate at which he met new ones in the last `USE_DAYS` days.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itemwell.bank import DIFFICULTIES, QUESTION_STATUSES, Stratum
from itemwell.store.report import Cell, Met

USE_DAYS = 28
TENTH = 0.1
THIN_SHARE = 0.8
THIN_DAYS = 28
CRITICAL_DAYS = 7
"""The bank is filled once a week."""

STATES = ("healthy", "thin", "critical")


def stock(
    cells: Iterable[Cell],
    targets: Mapping[Stratum, int],
    met: Iterable[Met],
    critical_share: float,
) -> dict[str, Any]:
    """A cell for each type that has a target or a question, in the order of the targets, and each difficulty.

    Critical: below `critical_share` of the target, or used up within a week. Thin: below four fifths,
    or used up within four weeks. A cell without target is judged by its days alone.
    """
    held: Counter[Stratum] = Counter()
    by_status: Counter[str] = Counter()
    kinds = dict.fromkeys(stratum.question_type for stratum in targets)
    for cell in cells:
        kinds[cell.question_type] = None
        by_status[cell.status] += cell.number
        if cell.status == "active":
            held[Stratum(cell.question_type, cell.difficulty)] += cell.number
    use = _use(met)
    made = [
        _cell(stratum, held[stratum], targets.get(stratum, 0), use.get(stratum, ()), critical_share)
        for stratum in (Stratum(kind, level) for kind in kinds for level in DIFFICULTIES)
    ]
    return {
        "active": held.total(),
        "target": sum(targets.values()),
        "types": list(kinds),
        "difficulties": list(DIFFICULTIES),
        "cells": made,
        "states": {state: sum(each["state"] == state for each in made) for state in STATES},
        "by_status": {status: by_status[status] for status in QUESTION_STATUSES},
        "learners_looked_at": len({row.user_id for rows in use.values() for row in rows}),
        "use_days": USE_DAYS,
    }


def _use(met: Iterable[Met]) -> dict[Stratum, list[Met]]:
    found: dict[Stratum, list[Met]] = defaultdict(list)
    for row in met:
        found[Stratum(row.question_type, row.difficulty)].append(row)
    return found


def _cell(
    stratum: Stratum, active: int, target: int, met: Sequence[Met], critical_share: float
) -> dict[str, Any]:
    share = active / target if target else None
    days = _days_left(active, met)
    return {
        **stratum._asdict(),
        "active": active,
        "target": target,
        "share": None if share is None else round(share, 4),
        "days_left": days,
        "state": _state(share, days, critical_share),
    }


def _days_left(active: int, met: Sequence[Met]) -> int | None:
    """Whole days; None where nobody met a new question of late."""
    days = sorted(
        max(0, active - row.ever) / (row.of_late / USE_DAYS) for row in met if row.of_late
    )
    return int(days[int(TENTH * (len(days) - 1))]) if days else None


def _state(share: float | None, days: int | None, critical_share: float) -> str:
    level = 1.0 if share is None else share
    left = THIN_DAYS if days is None else days
    if level < critical_share or left < CRITICAL_DAYS:
        return "critical"
    return "thin" if level < THIN_SHARE or left < THIN_DAYS else "healthy"
