"""A flagged question: its characteristic curve with what learners answered, and its options by ability."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from itemwell.report.plots.paper import (
    ACCENT,
    FAINT,
    INK,
    MUTED,
    SMALL,
    SOFT,
    WARM,
    Sheet,
    Words,
    axes,
    bare,
    draw,
)
from itemwell.report.words import fixed

SIZE = (340.0, 190.0)
ENDS = (-2, 0, 2)
APART = 0.09
"""Labels at the ends of lines keep so far from each other."""


def curve(item: Mapping[str, Any], sheet: Sheet) -> str:
    """Left the curve in force with its band and the groups' shares, right who chose which option."""

    def marks(figure: Figure) -> None:
        left = axes(figure, SIZE, (30, 18, 168, 136))
        right = axes(figure, SIZE, (226, 18, 90, 136))
        _curve(left, item)
        if item["options"]:
            _options(right, item)
        else:
            right.axis("off")

    number = item["question_id"]
    told = (
        f"Question {number}, a {item['a']:.2f}, b {item['b']:.2f}, flagged: {', '.join(item['flags'])}."
        f" {len(item['points'])} groups of learners by ability."
    )
    words = Words(f"item-{number}", f"Characteristic curve of question {number}", told)
    return draw(words, SIZE, sheet, marks)


def _frame(plot: Any, title: str) -> None:
    bare(plot)
    plot.set_ylim(0, 1)
    plot.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    for tick in (0, 0.5, 1):
        plot.axhline(tick, color=FAINT, linewidth=0.5, zorder=0)
    plot.text(0, 1.04, title, transform=plot.transAxes, color=MUTED, fontsize=SMALL)


def _curve(plot: Any, item: Mapping[str, Any]) -> None:
    _frame(plot, "right, by ability")
    theta, share, low, high = (
        [each[name] for each in item["curve"]] for name in ("theta", "share", "low", "high")
    )
    plot.fill_between(theta, low, high, color=SOFT, alpha=0.6, linewidth=0)
    plot.plot(theta, share, color=ACCENT, linewidth=1.6)
    for each in item["points"]:
        off = not each["low"] <= _expected(item, each["theta"]) <= each["high"]
        colour = WARM if off else INK
        plot.plot([each["theta"]] * 2, [each["low"], each["high"]], color=colour, linewidth=1.0)
        plot.plot(each["theta"], each["share"], "o", color=colour, markersize=4.5, clip_on=False)
    plot.set_xlim(-3, 3)
    plot.set_xticks(ENDS, [fixed(end, 0) for end in ENDS])


def _expected(item: Mapping[str, Any], theta: float) -> float:
    """The curve's share at the nearest of its points."""
    nearest = min(item["curve"], key=lambda each: abs(each["theta"] - theta))
    return float(nearest["share"])


def _options(plot: Any, item: Mapping[str, Any]) -> None:
    """A line an option, its letter at the end; the key's is the strong one."""
    _frame(plot, "chosen")
    plot.set_yticks([])
    groups = range(len(item["options"][0]["shares"]))
    ends = _apart([each["shares"][-1] for each in item["options"]])
    for each, end in zip(item["options"], ends, strict=True):
        strong = each["is_key"]
        colour, width = (ACCENT, 1.8) if strong else (MUTED, 1.1)
        plot.plot(groups, each["shares"], color=colour, linewidth=width, clip_on=False)
        told = f"{each['letter']} key" if strong else each["letter"]
        plot.text(
            groups[-1] + 0.15 * len(groups) / 2,
            end,
            told,
            va="center",
            color=colour,
            fontsize=SMALL,
        )
    plot.set_xlim(0, max(groups[-1], 1))
    plot.set_xticks(
        [0, groups[-1]] if groups[-1] else [0], ["least able", "most"][: 1 + bool(groups[-1])]
    )


def _apart(places: list[float]) -> list[float]:
    """The same places, moved up where they would lie on each other."""
    made = dict.fromkeys(range(len(places)), 0.0)
    last = -1.0
    for n in sorted(made, key=lambda each: (places[each], each)):
        last = made[n] = max(places[n], last + APART)
    return [made[n] for n in range(len(places))]
