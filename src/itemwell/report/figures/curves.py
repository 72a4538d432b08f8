"""A flagged question: its curve with what learners really answered, and who chose which option. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, sqrt
from typing import Any, NamedTuple

from itemwell.bank import LETTERS
from itemwell.interval import Z, wilson
from itemwell.store.report_items import Flagged

GROUPS = 6
FEWEST = 20
"""Learners of a group."""

LOWEST, HIGHEST, STEP = -3.0, 3.0, 0.25


class Seen(NamedTuple):
    """A learner's answer to the question, and the ability that his other answers show."""

    theta: float
    right: bool
    letter: str | None


def curves(flagged: Sequence[Flagged], seen: Mapping[int, Sequence[Seen]]) -> dict[str, Any]:
    """How many questions are flagged, and for what; and each of them, the most answered first."""
    counts = Counter(flag for item in flagged for flag in item.flags)
    return {
        "flagged": len(flagged),
        "flags": [{"flag": flag, "questions": counts[flag]} for flag in sorted(counts)],
        "items": [_one(item, sorted(seen.get(item.question_id, ()))) for item in flagged],
    }


def _one(item: Flagged, seen: Sequence[Seen]) -> dict[str, Any]:
    groups = _groups(seen)
    return {
        "question_id": item.question_id,
        "question_type": item.question_type,
        "difficulty": item.difficulty,
        "stem": item.stem,
        "flags": list(item.flags),
        "a": round(item.a, 3),
        "b": round(item.b, 3),
        "se_a": item.se_a and round(item.se_a, 3),
        "se_b": item.se_b and round(item.se_b, 3),
        "answers": item.answers,
        "looked_at": len(seen),
        "curve": _curve(item),
        "points": [_point(item, group) for group in groups],
        "options": _options(item, groups),
    }


def _curve(item: Flagged) -> list[dict[str, Any]]:
    """The chance of a right answer by ability, and its 95 % band from the errors of a and b (delta method)."""
    made = []
    for step in range(int((HIGHEST - LOWEST) / STEP) + 1):
        theta = LOWEST + step * STEP
        z, reach = item.a * (theta - item.b), Z * _error(item, theta)
        share, low, high = (round(_logistic(each), 4) for each in (z, z - reach, z + reach))
        made.append({"theta": theta, "share": share, "low": low, "high": high})
    return made


def _error(item: Flagged, theta: float) -> float:
    """Of a (theta - b)."""
    away = theta - item.b
    variance = (away * (item.se_a or 0.0)) ** 2 + (item.a * (item.se_b or 0.0)) ** 2
    variance -= 2 * away * item.a * (item.covariance or 0.0)
    return sqrt(max(variance, 0.0))


def _logistic(z: float) -> float:
    return 1 / (1 + exp(-min(max(z, -60.0), 60.0)))


def _groups(seen: Sequence[Seen]) -> list[Sequence[Seen]]:
    """Groups of about one size, the least able first: `GROUPS`, or fewer of at least `FEWEST`."""
    number = min(GROUPS, len(seen) // FEWEST)
    cuts = [round(len(seen) * n / number) for n in range(number + 1)] if number else []
    return [seen[first:end] for first, end in pairwise(cuts)]


def _point(item: Flagged, group: Sequence[Seen]) -> dict[str, Any]:
    """How a group answered, and how the curve expects it to."""
    right = sum(each.right for each in group)
    low, high = wilson(right, len(group))
    theta = sum(each.theta for each in group) / len(group)
    return {
        "theta": round(theta, 3),
        "answers": len(group),
        "right": right,
        "share": round(right / len(group), 4),
        "expected": round(_logistic(item.a * (theta - item.b)), 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _options(item: Flagged, groups: Sequence[Sequence[Seen]]) -> list[dict[str, Any]]:
    """The share of each group that chose each option, of those whose choice is known."""
    told = [[each.letter for each in group if each.letter] for group in groups]
    if not told or not all(told):
        return []
    return [
        {
            "letter": letter,
            "is_key": letter == item.key,
            "shares": [round(letters.count(letter) / len(letters), 4) for letters in told],
        }
        for letter in LETTERS[: item.options]
    ]
