"""52 weeks of runs, a square a day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from matplotlib.figure import Figure

from itemwell.report.figures.calendar import WEEKS
from itemwell.report.plots.paper import (
    AMBER,
    FAINT,
    GOOD,
    MUTED,
    PAPER,
    SMALL,
    WARM,
    Sheet,
    Words,
    axes,
    bars,
    draw,
)
from itemwell.report.plots.production import NARROW, WIDE

COLOURS = {"well": GOOD, "some failed": AMBER, "bad": WARM}
SIGNS = {"some failed": "o", "bad": "x"}
"""So that nobody needs to tell the colours apart."""

SQUARE = 0.82
DAYS = {0: "Mon", 3: "Thu", 6: "Sun"}


def calendar(document: Mapping[str, Any], sheet: Sheet, *, wide: bool) -> str:
    """Weeks from left to right in one row, or in two where there is less room."""
    found = document["calendar"]
    rows = 1 if wide else 2
    cell = (WIDE if wide else NARROW) - 34
    step = cell / (WEEKS / rows)
    size = (WIDE if wide else NARROW, rows * (7 * step + 22))
    first, last = (date.fromisoformat(found[end]) for end in ("first", "last"))
    states = {date.fromisoformat(each["day"]): each["state"] for each in found["days"]}

    def marks(figure: Figure) -> None:
        for row in range(rows):
            box = (34, row * (7 * step + 22) + 18, cell, 7 * step)
            plot = axes(figure, size, box)
            plot.axis("off")
            plot.set_xlim(0, WEEKS / rows)
            plot.set_ylim(7, 0)
            begin = first + timedelta(weeks=row * WEEKS // rows)
            _days(plot, begin, min(last, begin + timedelta(weeks=WEEKS // rows, days=-1)), states)
            _names(plot, begin, WEEKS // rows)

    told = (
        f"{found['runs']:,} runs, {found['failed']:,} of them failed;"
        f" {found['days_without']} days without a run."
    )
    numbers = [f"calendar.{name}" for name in ("runs", "failed", "days_without")]
    name = f"calendar-{'wide' if wide else 'narrow'}"
    words = Words(name, "A year of runs, day by day", told, numbers)
    return draw(words, size, sheet, marks)


def _days(plot: Any, begin: date, end: date, states: Mapping[date, str]) -> None:
    """The squares, a row of bars a state: one path each would be a page by itself."""
    gap = (1 - SQUARE) / 2
    by_state: dict[str, list[tuple[int, int]]] = {}
    for n in range((end - begin).days + 1):
        day = begin + timedelta(n)
        by_state.setdefault(states.get(day, "none"), []).append((n // 7, day.weekday()))
    for state in sorted(by_state):
        colour = COLOURS.get(state)
        squares = [
            (week + gap, week + gap + SQUARE, day + gap, day + gap + SQUARE)
            for week, day in by_state[state]
        ]
        edge = "none" if colour else FAINT
        bars(plot, squares, facecolor=colour or "none", edgecolor=edge, linewidth=0.6)
        if sign := SIGNS.get(state):
            x, y = ([place[n] + 0.5 for place in by_state[state]] for n in (0, 1))
            plot.plot(
                x, y, sign, color=PAPER, markersize=3.4, linestyle="none", markeredgewidth=1.2
            )


def _names(plot: Any, begin: date, weeks: int) -> None:
    for day, name in DAYS.items():
        plot.text(-0.3, day + 0.5, name, ha="right", va="center", fontsize=SMALL, color=MUTED)
    shown = None
    for week in range(weeks):
        monday = begin + timedelta(weeks=week)
        if monday.month != shown and (monday.day <= 7 or week == 0):
            if week < weeks - 1:
                plot.text(week, -0.35, f"{monday:%b}", va="bottom", fontsize=SMALL, color=MUTED)
            shown = monday.month
