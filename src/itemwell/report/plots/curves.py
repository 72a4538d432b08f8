"""Flagged questions as small multiples: each its characteristic curve and its options by ability.

There may be hundreds in one file, so they are written without matplotlib, in bytes that count: what is
the same in all of them stands once, in `FRAME`, and each adds a few paths in whole units, which are
half a pixel or less.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from itemwell.report.words import fixed

SIZE = (500, 262)
LEFT, TOP, WIDTH, HEIGHT = 40, 30, 240, 200
"""Of the curve, in units: abilities from `LOWEST` to `HIGHEST`, shares from 0 to 1."""

CHOSEN, WIDE = 322, 120
"""The panel of options begins there, and is so wide; of the same height."""

LOWEST, HIGHEST = -3.0, 3.0
ENDS = (-2, 0, 2)
SHARES = {0.0: "0", 0.5: "½", 1.0: "1"}
APART = 19
"""Labels at the ends of lines keep so many units from each other."""

OF_ABILITY = "calibration.items.*.curve.*.theta calibration.items.*.points.*.theta"
OF_SHARE = " ".join(
    f"calibration.items.*.{name}"
    for name in ("curve.*.share", "curve.*.low", "curve.*.high", "points.*.share", "points.*.low",
                 "points.*.high", "options.*.shares.*")
)  # fmt: skip
"""What the scales are of: each value there is a place of a mark."""

Item = Mapping[str, Any]
Point = tuple[float, float]


def frame() -> str:
    """Grid, ticks and titles of all of them, to be drawn by `curve` again and again."""
    grid = "".join(f"M{LEFT} {_y(share)}h{WIDTH}" for share in SHARES)
    notches = "".join(f"M{_x(end)} {_y(0)}v6" for end in ENDS)
    shares = "".join(
        _tick(LEFT - 8, _y(share) + 7, told, OF_SHARE, "e") for share, told in SHARES.items()
    )
    ends = "".join(_tick(_x(end), _y(0) + 28, fixed(end, 0), OF_ABILITY, "m") for end in ENDS)
    beside = "".join(f"M{CHOSEN} {_y(share)}h{WIDE}" for share in SHARES)
    return (
        '<svg class="frame" width="0" height="0" aria-hidden="true"><defs>'
        f'<g id="frame-curve" class="f"><path class="g" d="{grid}{notches}"/>{shares}{ends}'
        f'<text x="{LEFT}" y="18">right, by ability</text></g>'
        f'<g id="frame-chosen" class="f"><path class="g" d="{beside}"/><text x="{CHOSEN}" y="18">chosen</text>'
        f'<text x="{CHOSEN}" y="{_y(0) + 28}">least able</text>'
        f'<text class="e" x="{CHOSEN + WIDE + 38}" y="{_y(0) + 28}">most</text></g></defs></svg>'
    )


def curve(item: Item) -> str:
    """Left the curve in force with its band and the groups' shares, right who chose which option.

    The picture is named and described by the heading and the caption that its figure has.
    """
    number = item["question_id"]
    head = (
        f'<svg viewBox="0 0 {SIZE[0]} {SIZE[1]}" role="img" aria-labelledby="q{number} c{number}">'
    )
    parts = [head, '<use href="#frame-curve"/>', *_curve(item)]
    if item["options"]:
        parts += ['<use href="#frame-chosen"/>', *_options(item)]
    return "".join([*parts, "</svg>"])


def _curve(item: Item) -> list[str]:
    points = item["curve"]
    line, low, high = (
        [(_x(each["theta"]), _y(each[name])) for each in points]
        for name in ("share", "low", "high")
    )
    off = [each for each in item["points"] if _misses(each)]
    on = [each for each in item["points"] if not _misses(each)]
    return [
        _path("b", f"{_line([*low, *reversed(high)])}z"),
        _path("c", _line(line)),
        *_groups(on, ""),
        *_groups(off, " o"),
    ]


def _groups(points: Sequence[Item], kind: str) -> list[str]:
    """A bar for each interval, and a dot for each share: a line of no length with round ends."""
    if not points:
        return []
    bars = "".join(f"M{_x(each['theta'])} {_y(each['low'])}V{_y(each['high'])}" for each in points)
    dots = "".join(f"M{_x(each['theta'])} {_y(each['share'])}h0" for each in points)
    return [_path(f"i{kind}", bars), _path(f"d{kind}", dots)]


def _misses(point: Item) -> bool:
    """Whether what the curve expects is outside of the group's interval."""
    return not point["low"] <= point["expected"] <= point["high"]


def _options(item: Item) -> list[str]:
    """A line an option, its letter at the end; the key's is the strong one."""
    options = item["options"]
    step = WIDE / max(len(options[0]["shares"]) - 1, 1)
    lines = [
        [(CHOSEN + round(n * step), _y(share)) for n, share in enumerate(each["shares"])]
        for each in options
    ]
    key = "".join(_line(line) for line, each in zip(lines, options, strict=True) if each["is_key"])
    rest = "".join(
        _line(line) for line, each in zip(lines, options, strict=True) if not each["is_key"]
    )
    ends = _apart([line[-1][1] for line in lines])
    letters = "".join(
        f'<text{" class=k" if each["is_key"] else ""} y="{end + 7}">{each["letter"]}'
        f"{' key' if each['is_key'] else ''}</text>"
        for each, end in zip(options, ends, strict=True)
    )
    return [_path("n", rest), _path("k", key), f'<g class="l">{letters}</g>']


def _apart(places: Sequence[int]) -> list[int]:
    """The same places, moved up where they would lie on each other."""
    made = list(places)
    last = 2 * SIZE[1]
    for n in sorted(range(len(made)), key=lambda each: (-places[each], each)):
        last = made[n] = min(places[n], last - APART)
    return made


def _x(theta: float) -> int:
    """Of an ability; of one beyond the scale, its end."""
    inside = min(max(theta, LOWEST), HIGHEST)
    return LEFT + round(WIDTH * (inside - LOWEST) / (HIGHEST - LOWEST))


def _y(share: float) -> int:
    return TOP + HEIGHT - round(HEIGHT * share)


def _path(kind: str, d: str) -> str:
    return f'<path class="{kind}" d="{d}"/>' if d else ""


def _line(points: Sequence[Point]) -> str:
    """From point to point by short steps: a third of the bytes of places."""
    first = f"M{points[0][0]} {points[0][1]}"
    steps = (f"{x - was_x:g} {y - was_y:g}" for (was_x, was_y), (x, y) in pairwise(points))
    return f"{first}l{' '.join(steps).replace(' -', '-')}" if len(points) > 1 else f"{first}h0"


def _tick(x: int, y: int, told: str, scale: str, anchor: str) -> str:
    return f'<text class="{anchor}" x="{x}" y="{y}" data-scale="{scale}">{told}</text>'
