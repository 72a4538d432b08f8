"""A learner's closed days as a table with sparklines, and the steps that are recommended to him."""

from collections.abc import Sequence
from typing import Any

from itemwell.bank import Snapshot
from itemwell.cli.table import table

BARS = "▁▂▃▄▅▆▇█"
DAYS = {
    "date": "day",
    "pace": "pace",
    "label": "",
    "quiz": "quiz",
    "lessons": "lessons",
    "minutes": "minutes",
}
LINES = {"pace": 100.0, "quiz": 100.0, "lessons": None, "minutes": None}
"""What gets a sparkline, and what its highest bar stands for; None: the most there was."""


def sparkline(values: Sequence[float | None], most: float | None = None) -> str:
    """A bar a value, a blank where there is none.

    >>> sparkline([0, 50, None, 100]), sparkline([0, 0])
    ('▁▅ █', '▁▁')
    """
    top = most or max((each for each in values if each is not None), default=0) or 1
    last = len(BARS) - 1
    return "".join(" " if each is None else BARS[int(each / top * last + 0.5)] for each in values)


def told(
    user: str, recent: Sequence[Snapshot], refused: str | None, steps: Sequence[dict[str, Any]]
) -> str:
    """All of it as text, the newest day last."""
    rows = [_row(each) for each in reversed(recent)]
    lines = [f"{user}: {len(recent)} closed days" if rows else f"{user} has no closed day yet"]
    if refused:
        lines.append(f"no snapshot of late: {refused}")
    if rows:
        lines += [table(DAYS, rows), *_trends(rows), *_able(recent[0])]
    lines += [f"{len(steps)} recommendations" + (":" if steps else "")]
    for step in steps:
        lines.append(f"{step['priority']:>4}  {step['title']}")
        lines.append(f"      {step['recommendation_type']}: {step['reason']}")
    return "\n".join(lines)


def _row(day: Snapshot) -> dict[str, Any]:
    return {
        "date": day.snapshot_date.isoformat(),
        "pace": day.pace_score,
        "label": day.pace_label or day.reason,
        "quiz": day.quiz_average,
        "lessons": day.lessons_completed_count,
        "minutes": round(day.time_spent_seconds / 60),
    }


def _trends(rows: Sequence[dict[str, Any]]) -> list[str]:
    """A line a figure, over the days from the oldest to the newest."""
    return [
        f"{name:>8}  {sparkline([row[name] for row in rows], most)}" for name, most in LINES.items()
    ]


def _able(day: Snapshot) -> list[str]:
    """The abilities of the last day by question type, the weakest first."""
    ranked = sorted(day.abilities.items(), key=lambda each: each[1]["theta"])
    return [
        f"{name:>8}  ability {able['theta']:+.2f} ± {able['se']:.2f} by {able['n']:.0f} answers"
        for name, able in ranked
    ]
