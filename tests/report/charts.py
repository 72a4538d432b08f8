"""How a reader of a chart comes by its numbers: ticks, and what is drawn where."""

import re

from lxml import html
from tests.report.reading import read

from itemwell.report.page import at_path

RISE = 12.0
"""A tick's text stands at most so far below the place that it is of."""

TENTH, UNIT = 0.3, 0.6
"""Charts of matplotlib have tenths of pixels, the small ones whole units."""


def values(document, pattern):
    """The numbers at a path in which `*` stands for each of a list; what is None is none."""
    head, star, rest = pattern.partition(".*")
    found = at_path(document, head.lstrip("."))
    if not star:
        return [] if found is None else [found]
    if not rest:
        return list(found)
    return [value for each in found for value in values(each, rest)]


def marks(chart):
    """The places of all that is drawn, across and down: the ends of lines."""
    return [place for each in chart.xpath(".//*[@d]") for place in _ends(each.get("d"))]


def _ends(d):
    x = y = 0.0
    for command, told in re.findall(r"([A-Za-z])([^A-Za-z]*)", d):
        numbers = [float(each) for each in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", told)]
        if command in "hH":
            x = numbers[0] + (x if command == "h" else 0)
        elif command in "vV":
            y = numbers[0] + (y if command == "v" else 0)
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=False):
            x, y = (x + dx, y + dy) if command == "l" else (dx, dy)
            yield x, y
        if command in "hHvV":
            yield x, y


class Scale:
    """Ticks of a chart, across or down: where a number is, and which lie between them."""

    def __init__(self, ticks):
        texts = [(number, half if dollars else 0.0, x, y) for number, half, dollars, x, y in ticks]
        self.down = int(len({y for *_, y in texts}) > 1)
        self.texts = sorted((number, half, (x, y)[self.down]) for number, half, x, y in texts)
        (self.least, _, self.at), *_, (self.most, _, end) = self.texts
        self.unit = (end - self.at) / (self.most - self.least)
        self.blur = abs(self.unit) * max(half for _, half, _ in self.texts)

    def place(self, number):
        return self.at + (number - self.least) * self.unit

    def even(self, reach):
        reach += self.blur
        return all(abs(self.place(number) - at) <= reach for number, _, at in self.texts)

    def holds(self, number):
        return self.least <= number <= self.most


def scales(chart):
    """The scales of a chart, by the numbers that they are of."""
    found = {}
    for each in chart.xpath(".//*[local-name()='text'][ancestor-or-self::*[@data-scale]]"):
        paths = each.xpath("string(ancestor-or-self::*[@data-scale][1]/@data-scale)")
        shown, place = each.text_content(), (float(each.get("x")), float(each.get("y")))
        found.setdefault(paths, []).append((*read(shown), "$" in shown, *place))
    return {paths: Scale(ticks) for paths, ticks in found.items() if len(ticks) > 1}


def is_of(scale, drawn, numbers, reach):
    """Whether a scale is of these numbers: its ticks are even, most numbers lie between them, and each of
    those is the place of something drawn. Then its texts' distance from their ticks is no longer in it."""
    inside = [each for each in numbers if scale.holds(each)]
    if not scale.even(reach) or not inside or 2 * len(inside) < len(numbers):
        return False
    places = [at[scale.down] for at in drawn]
    near = reach + scale.blur
    rise = RISE if scale.down else near
    for shift in (at - scale.place(inside[0]) for at in places):
        if -rise <= shift <= near and all(
            any(abs(scale.place(number) + shift - at) <= near for at in places) for number in inside
        ):
            scale.at += shift
            return True
    return False


def are_drawn(across, down, drawn, pairs, reach):
    """Whether each pair of numbers that both scales hold is the place of something drawn."""
    return all(
        any(
            abs(across.place(x) - at) <= reach and abs(down.place(y) - to) <= reach
            for at, to in drawn
        )
        for x, y in pairs
        if across.holds(x) and down.holds(y)
    )


def in_a_row(down, drawn, numbers, reach):
    """Whether a line goes through these heights, one after the other."""
    places = [down.place(each) for each in numbers]
    heights = [y for _, y in drawn]
    return any(
        all(abs(one - other) <= reach for one, other in zip(places, heights[n:], strict=False))
        for n in range(len(heights) - len(places) + 1)
    )


POINTS, CELLS = "calibration.information.points", "calibration.drift.cells"
PAIRS = [(POINTS, "theta", name) for name in ("drawn", "best", "se_drawn", "se_best")]
PAIRS += [(CELLS, "before", "now")]
OF_ITEM = [
    (each, "theta", name) for each in ("curve", "points") for name in ("share", "low", "high")
]
"""What is drawn against what: a list, its number across, its number down."""


def wrong_in(chart, found, document, ground, pairs, reach):
    """What is not as it should be in a chart with these scales, whose numbers stand at `ground`."""
    wrong, drawn, by_path = [], marks(chart), {}
    for paths, scale in found.items():
        mine = [path.replace("calibration.items.*", ground) for path in paths.split()]
        numbers = [value for path in mine for value in values(document, path)]
        by_path |= dict.fromkeys(mine, scale)
        if not is_of(scale, drawn, numbers, reach):
            wrong.append(paths)
    for listed, x, y in pairs:
        across, down = by_path.get(f"{listed}.*.{x}"), by_path.get(f"{listed}.*.{y}")
        if across and down:
            both = [(each[x], each[y]) for each in at_path(document, listed)]
            if not are_drawn(across, down, drawn, both, reach):
                wrong.append(f"{listed}: {y} by {x}")
    return wrong


def drawn_wrong(document, told):
    """What of the charts is not where the document's numbers are."""
    tree, wrong = html.fromstring(told), []
    for chart in tree.xpath("//*[local-name()='svg' and not(@aria-hidden)]"):
        wrong += wrong_in(chart, scales(chart), document, "", PAIRS, TENTH)
    for n, chart in enumerate(tree.xpath("//*[contains(@class, 'small')]/*[local-name()='svg']")):
        (frame,) = tree.xpath("//*[@class='frame']")
        found, ground = scales(frame), f"calibration.items.{n}"
        pairs = [(f"{ground}.{listed}", x, y) for listed, x, y in OF_ITEM]
        wrong += wrong_in(chart, found, document, ground, pairs, UNIT)
        (down,) = (scale for scale in found.values() if scale.down)
        for option in at_path(document, f"{ground}.options"):
            if not in_a_row(down, marks(chart), option["shares"], UNIT):
                wrong.append(f"{ground}: {option['letter']}")
    return wrong
