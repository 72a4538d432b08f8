"""How well the questions measure: information with its standard error, Wright map, drift."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from itemwell.report.plots.paper import (
    ACCENT,
    FAINT,
    INK,
    MUTED,
    PAPER,
    SMALL,
    SOFT,
    WARM,
    Sheet,
    Words,
    axes,
    bare,
    dots,
    draw,
    of_scale,
    shows,
)
from itemwell.report.words import fixed

SIZE = (340.0, 300.0)
ENDS = (-4, -2, 0, 2, 4)
DOTS = ((1, 3.2), (2, 4.6), (5, 6.4), (20, 8.5))
"""A dot of the drift for so many questions or more, and its diameter."""

INNER = 2.0
MOST_ERROR = 3.0
"""The scale of the standard error is that of abilities so near the middle, at most so long; beyond, it is cut."""

LEAST_TOP = 0.01
NAMED = 3
FAR = 0.3

Document = Mapping[str, Any]


def information(document: Document, sheet: Sheet) -> str:
    """Above the information of a test by ability, below its standard error; drawn at random, and the best."""
    found = document["calibration"]["information"]
    points = found["points"]
    theta = [each["theta"] for each in points]

    def marks(figure: Figure) -> None:
        above = axes(figure, SIZE, (34, 18, 296, 132))
        below = axes(figure, SIZE, (34, 176, 296, 84))
        for plot, names, title in (
            (above, ("drawn", "best"), "information"),
            (below, ("se_drawn", "se_best"), "standard error"),
        ):
            bare(plot)
            for name, colour, width in zip(names, (MUTED, ACCENT), (1.2, 1.8), strict=True):
                plot.plot(theta, [each[name] for each in points], color=colour, linewidth=width)
            plot.set_xlim(-4, 4)
            plot.text(0, 1.03, title, transform=plot.transAxes, color=MUTED, fontsize=SMALL)
        _information_axes(above, below, points)
        _name_lines(above, points)

    told = (
        f"A test of {found['length']} questions: what it tells at each ability when they are drawn"
        " at random, and when they are the best ones there."
    )
    return draw(
        Words(
            "information",
            "Test information and standard error",
            told,
            ["calibration.information.length"],
        ),
        SIZE,
        sheet,
        marks,
    )


def _information_axes(above: Any, below: Any, points: Any) -> None:
    inner = [each for each in points if abs(each["theta"]) <= INNER]
    high = max(each["best"] for each in points)
    error = max(each[name] for each in inner for name in ("se_drawn", "se_best"))
    for plot, names, top in (
        (above, ("drawn", "best"), high),
        (below, ("se_drawn", "se_best"), min(error, MOST_ERROR)),
    ):
        ticks = MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]).tick_values(0, max(top, LEAST_TOP))
        plot.set_ylim(0, ticks[-1])
        plot.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        of_scale(
            plot.get_yticklabels(),
            " ".join(f"calibration.information.points.*.{name}" for name in names),
        )
        for tick in ticks:
            plot.axhline(tick, color=FAINT, linewidth=0.5, zorder=0)
    above.set_xticks(ENDS, [])
    below.set_xticks(ENDS, [fixed(end, 0) for end in ENDS])
    of_scale(below.get_xticklabels(), "calibration.information.points.*.theta")
    below.set_xlabel("ability", fontsize=SMALL, labelpad=2)


def _name_lines(plot: Any, points: Any) -> None:
    """Each line's name beside it, in its colour."""
    high = min(points, key=lambda each: abs(each["theta"] - 1.1))
    plot.text(1.35, high["best"], "the best", color=ACCENT, va="bottom")
    peak = max(points, key=lambda each: each["drawn"])
    plot.text(
        peak["theta"], peak["drawn"] * 1.04, "at random", color=MUTED, va="bottom", ha="center"
    )


def wright(document: Document, sheet: Sheet) -> str:
    """Learners to the left, questions to the right of one scale of ability and difficulty."""
    found = document["calibration"]["wright"]
    bands = found["bands"]
    middle = [(each["from"] + each["to"]) / 2 for each in bands]
    height = bands[0]["to"] - bands[0]["from"]

    def marks(figure: Figure) -> None:
        left = axes(figure, SIZE, (8, 22, 132, 256))
        right = axes(figure, SIZE, (174, 22, 156, 256))
        shares, counts = ([each[name] for each in bands] for name in ("learners", "questions"))
        for plot, values, colour in ((left, shares, SOFT), (right, counts, ACCENT)):
            plot.barh(middle, values, height, facecolor=colour, edgecolor=PAPER, linewidth=2)
        left.set_xlim(max(shares) * 1.05, 0)
        right.set_xlim(0, max(counts) * 1.18)
        for plot in (left, right):
            bare(plot)
            plot.set_ylim(-4, 4)
            plot.set_xticks([])
            plot.set_yticks([])
        for n, number in enumerate(counts):
            if number:
                at = number + 0.02 * max(counts)
                label = right.text(at, middle[n], f"{number:,}", va="center", fontsize=SMALL)
                shows(label, f"calibration.wright.bands.{n}.questions")
        for end in ENDS:
            place = 22 + 256 * (4 - end) / 8
            at = (157 / SIZE[0], 1 - place / SIZE[1])
            label = figure.text(*at, fixed(end, 0), ha="center", va="center", color=MUTED)
            of_scale([label], "calibration.wright.bands.*.from calibration.wright.bands.*.to")
        left.text(0, 1.02, "learners", transform=left.transAxes, ha="left", color=MUTED)
        right.text(0, 1.02, "questions, by difficulty", transform=right.transAxes, color=ACCENT)

    told = (
        f"Learners have mean {fixed(found['mean'])} and standard deviation {fixed(found['sd'])};"
        f" questions have mean difficulty {fixed(found['mean_b'])}."
    )
    numbers = [f"calibration.wright.{name}" for name in ("mean", "sd", "mean_b")]
    return draw(Words("wright", "Wright map", told, numbers), SIZE, sheet, marks)


def drift(document: Document, sheet: Sheet) -> str:
    """Each difficulty against that of the calibration before, and the line of those that stayed."""
    found = document["calibration"]["drift"]

    def marks(figure: Figure) -> None:
        plot = axes(figure, SIZE, (38, 14, 292, 246))
        bare(plot)
        reach = ceil(max(abs(c[name]) for c in found["cells"] for name in ("before", "now")) + 0.1)
        plot.set_xlim(-reach, reach)
        plot.set_ylim(-reach, reach)
        plot.plot([-reach, reach], [-reach, reach], color=FAINT, linewidth=1.0, zorder=0)
        plot.text(-0.84 * reach, -0.97 * reach, "no change", color=MUTED, fontsize=SMALL)
        _dots(plot, found["cells"])
        for n, each in enumerate(found["moved_most"][:NAMED]):
            label = plot.text(
                each["before"] + 0.04 * reach,
                each["now"],
                f"{each['question_id']}",
                va="center",
                color=WARM,
            )
            shows(label, f"calibration.drift.moved_most.{n}.question_id")
        ticks = range(-reach, reach + 1, 1 if reach < 4 else 2)
        for axis, name in ((plot.xaxis, "before"), (plot.yaxis, "now")):
            axis.set_ticks(ticks, [fixed(tick, 0) for tick in ticks])
            of_scale(axis.get_ticklabels(), f"calibration.drift.cells.*.{name}")
        plot.set_xlabel("b before", fontsize=SMALL, labelpad=2)
        plot.text(0, 1.02, "b now", transform=plot.transAxes, color=MUTED, fontsize=SMALL)

    told = f"{found['questions']:,} questions with both; a dot is one or more of them. Numbers name those that moved most."
    title = "Difficulties against the calibration before"
    return draw(Words("drift", title, told, ["calibration.drift.questions"]), SIZE, sheet, marks)


def _dots(plot: Any, cells: Any) -> None:
    """In classes of size, so that the page holds each dot's shape once."""
    for n, (least, size) in enumerate(DOTS):
        beyond = DOTS[n + 1][0] if n + 1 < len(DOTS) else None
        mine = [
            c
            for c in cells
            if least <= c["questions"] and (beyond is None or c["questions"] < beyond)
        ]
        for far, colour in ((False, INK), (True, WARM)):
            some = [
                (c["before"], c["now"]) for c in mine if (abs(c["now"] - c["before"]) > FAR) is far
            ]
            dots(plot, some, size, edgecolor=colour, alpha=0.7)
