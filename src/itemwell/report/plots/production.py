"""The funnel of drafts, and the cost of each day by vendor."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any

from matplotlib.figure import Figure

from itemwell.report.plots.paper import (
    ACCENT,
    FAINT,
    INK,
    MUTED,
    PAPER,
    SERIES,
    SMALL,
    SOFT,
    WARM,
    Sheet,
    Words,
    axes,
    bare,
    bars,
    dots,
    draw,
    of_scale,
    shows,
)
from itemwell.report.words import usd

WIDE, NARROW = 1060.0, 340.0
ROW = 30.0
INSIDE = 0.18
"""Of the widest bar: a narrower one has its number beside it."""

HALF = 0.36
"""Of a day's bar."""

Document = Mapping[str, Any]


def funnel(document: Document, sheet: Sheet) -> str:
    """A bar a stage: what it let through, and what it refused at the end of the bar."""
    found = document["funnel"]
    rows = [(stage["stage"], stage["passed"], stage["refused"]) for stage in found["stages"]]
    size = (NARROW, ROW * (len(rows) + 1) + 8)

    def marks(figure: Figure) -> None:
        plot = axes(figure, size, (58, 4, NARROW - 130, size[1] - 8))
        whole = max(found["drafts"], 1)
        plot.set_xlim(0, whole)
        plot.set_ylim(len(rows) + 0.5, -0.5)
        plot.axis("off")
        plot.barh(0, found["drafts"], 0.62, color=SOFT)
        _row(plot, ("written", found["drafts"]), (0.02 * whole, 0), "funnel.drafts")
        for n, (stage, passed, refused) in enumerate(rows):
            last = n == len(rows) - 1
            plot.barh(n + 1, passed, 0.62, color=ACCENT if last else SOFT)
            plot.barh(n + 1, refused, 0.62, left=passed, color=WARM, linewidth=0)
            path, end = f"funnel.stages.{n}", passed + refused + 0.02 * whole
            inside = passed > INSIDE * whole
            at = (0.02 * whole if inside else end, n + 1)
            _row(plot, (stage, passed), at, f"{path}.passed", over=last and inside)
            if refused:
                beyond = 0.0 if inside else (0.02 + 0.035 * len(f"{passed:,}")) * whole
                label = plot.text(end + beyond, n + 1, f"−{refused:,}", va="center", color=WARM)
                shows(label, f"{path}.refused")

    told = f"Of {found['drafts']:,} drafts {found['kept']:,} became questions."
    return draw(
        Words("funnel", "From draft to question", told, ["funnel.drafts", "funnel.kept"]),
        size,
        sheet,
        marks,
    )


def _row(
    plot: Any, named: tuple[str, int], at: tuple[float, int], path: str, *, over: bool = False
) -> None:
    name, number = named
    plot.text(-0.02 * plot.get_xlim()[1], at[1], name, va="center", ha="right", color=MUTED)
    label = plot.text(*at, f"{number:,}", va="center", color=PAPER if over else INK)
    shows(label, path)


def cost(document: Document, sheet: Sheet, *, wide: bool) -> str:
    """Bars of US dollars a day, a colour a vendor; below them what a kept question cost that day."""
    found = document["cost"]
    width = WIDE if wide else NARROW
    size, right = (width, 210.0), 118.0 if wide else 8.0
    days = [date.fromisoformat(each["day"]) for each in found["days"]]

    def marks(figure: Figure) -> None:
        above = axes(figure, size, (40, 16, width - 40 - right, 110))
        below = axes(figure, size, (40, 150, width - 40 - right, 36))
        floor = [0.0] * len(days)
        for n in range(len(found["vendors"])):
            height = [day["by_vendor"][n]["usd"] for day in found["days"]]
            top = [one + other for one, other in zip(floor, height, strict=True)]
            boxes = [
                (day - HALF, day + HALF, foot, end)
                for day, (foot, end) in enumerate(zip(floor, top, strict=True))
                if end > foot
            ]
            bars(above, boxes, facecolor=SERIES[n % len(SERIES)], edgecolor="none")
            floor = top
        _dollar_axis(above, found)
        if wide:
            _vendors(above, found)
        _each(below, found)
        for plot in (above, below):
            plot.set_xlim(-0.6, len(days) - 0.4)
        shown = _named_days(days, 14 if wide else 4)
        below.set_xticks(shown, [f"{days[n].day} {days[n]:%b}" for n in shown])
        for label, n in zip(below.get_xticklabels(), shown, strict=True):
            shows(label, f"cost.days.{n}.day")

    told = (
        f"{usd(found['usd'])} in {len(days)} days, by vendor; below, dollars per accepted question."
    )
    name = "cost-wide" if wide else "cost-narrow"
    return draw(
        Words(name, "Cost per day by vendor", told, ["cost.usd", "days"]), size, sheet, marks
    )


def _named_days(days: Sequence[date], most: int) -> list[int]:
    """Mondays, or each day of a short time; every second or third of them where they are many."""
    mondays = [n for n, day in enumerate(days) if day.weekday() == 0]
    named = mondays if len(days) > most else list(range(len(days)))
    return named[:: ceil(len(named) / most) or 1]


def _dollar_axis(plot: Any, found: Document) -> None:
    bare(plot)
    top = max(each["usd"] for each in found["days"]) or 1.0
    plot.set_ylim(0, top * 1.12)
    plot.set_xticks([])
    ticks = [0.0, top / 2, top]
    plot.set_yticks(ticks, [usd(tick) for tick in ticks])
    of_scale(plot.get_yticklabels(), "cost.days.*.usd")
    plot.axhline(0, color=FAINT, linewidth=0.8)
    for tick in ticks[1:]:
        plot.axhline(tick, color=FAINT, linewidth=0.5, zorder=0)


def _vendors(plot: Any, found: Document) -> None:
    """Their names in their colours, beside the bars: no key to look things up in."""
    for n, each in enumerate(found["vendors"]):
        label = plot.text(
            1.01,
            0.92 - 0.17 * (len(found["vendors"]) - 1 - n),
            f"{each['vendor']} {usd(each['usd'])}",
            transform=plot.transAxes,
            color=SERIES[n % len(SERIES)],
        )
        shows(label, f"cost.vendors.{n}.usd")


def _each(plot: Any, found: Document) -> None:
    """Dots: dollars per question that was kept on that day."""
    bare(plot)
    some = [
        (n, each["usd_per_question"])
        for n, each in enumerate(found["days"])
        if each["usd_per_question"] is not None
    ]
    top = max((one for _, one in some), default=0.0) or 1.0
    plot.set_ylim(0, top * 1.2)
    plot.set_yticks([0, top], [usd(0), usd(top)])
    of_scale(plot.get_yticklabels(), "cost.days.*.usd_per_question")
    plot.axhline(top, color=FAINT, linewidth=0.5, zorder=0)
    plot.axhline(0, color=FAINT, linewidth=0.8)
    dots(plot, some, 3.5, edgecolor=INK)
    plot.text(
        0, 1.1, "a question", transform=plot.transAxes, fontsize=SMALL, color=MUTED, va="bottom"
    )
