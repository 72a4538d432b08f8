"""The paper that plots are drawn on: matplotlib figures, and what they become in a page.

A unit is a CSS pixel. Colours are roles: each stands for a custom property of the page's style, so that
one drawing serves light and dark. Styles become classes of one sheet, which a strict content security
policy lets through by its hash; text stays text, in the page's own letters.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

import matplotlib as mpl
from lxml import etree
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

INK, MUTED, FAINT, PAPER = "#000001", "#000002", "#000003", "#000004"
ACCENT, WARM, AMBER, GOOD, SOFT = "#000005", "#000006", "#000007", "#000008", "#000009"
SERIES = ("#00000a", "#00000b", "#00000c", "#00000d", "#00000e")
PROPERTIES = {
    **dict(zip((INK, MUTED, FAINT, PAPER), ("ink", "muted", "faint", "paper"), strict=True)),
    **dict(zip((ACCENT, WARM, AMBER), ("accent", "warm", "amber"), strict=True)),
    **dict(zip((GOOD, SOFT), ("good", "soft"), strict=True)),
    **{colour: f"series-{n}" for n, colour in enumerate(SERIES)},
}
"""What each colour is called in the page's style; `var(--ink)` and so on."""

TEXT = 11.0
SMALL = 10.0
FIGURE = "figure:"
"""What the id of a text begins with that shows a number of the document, whose path follows."""

SCALE = "scale:"
"""And of a tick, with the paths of the numbers whose scale it is of, `*` for each of a list."""

_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same extents everywhere
    "font.size": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.labelcolor": MUTED,
    "text.color": INK,
    "text.parse_math": False,  # a dollar is a dollar
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "lines.solid_capstyle": "round",
}
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_STEP = re.compile(r"([MLz])(?:\s*([-\d.e]+)[\s,]+([-\d.e]+))?")
_STRAIGHT = re.compile(r"(?:\s*(?:[ML]\s*[-\d.e]+[\s,]+[-\d.e]+|z))+\s*")
_COLOUR = re.compile(r"#0000[0-9a-f]{2}")
_FAMILY = re.compile(r"font-family:[^;]*;?")
_FONT = re.compile(r"font: (?:(\d+) )?([\d.]+)px [^;]*")


class Sheet:
    """The styles of all drawings of a page, each once, as classes."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def name(self, style: str) -> str:
        """The class of this style."""
        return self._names.setdefault(style, f"s{len(self._names)}")

    @property
    def css(self) -> str:
        """All of them."""
        return "\n".join(f".{name}{{{style}}}" for style, name in self._names.items())


class Words(NamedTuple):
    """A drawing's name, which is unique in its page, and what it shows, for those who do not see it.

    `numbers` are the places in the document of the numbers of the description, in its order.
    """

    name: str
    title: str
    description: str
    numbers: Sequence[str]


@contextmanager
def drawing() -> Iterator[None]:
    """Our settings and nobody else's, for the length of the block."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)  # type: ignore[arg-type]
        yield


def draw(
    words: Words, size: tuple[float, float], sheet: Sheet, marks: Callable[[Figure], None]
) -> str:
    """The SVG of what `marks` puts on a figure of this width and height."""
    with drawing():
        figure = Figure(figsize=(size[0] / 72, size[1] / 72), dpi=72)
        figure.patch.set_visible(False)
        marks(figure)
        mpl.rcParams["svg.hashsalt"] = words.name
        written = BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None}, transparent=True)
    return _inline(written.getvalue(), words, sheet)


def axes(figure: Figure, size: tuple[float, float], box: tuple[float, float, float, float]) -> Axes:
    """Axes whose left, top, width and height are given in pixels of a figure of this size."""
    left, top, width, height = box
    made = figure.add_axes(
        (left / size[0], 1 - (top + height) / size[1], width / size[0], height / size[1])
    )
    made.patch.set_visible(False)
    return made


def bars(plot: Axes, boxes: Iterable[tuple[float, float, float, float]], **style: Any) -> None:
    """Rectangles by left, right, foot and top, as one path: hundreds of them are no page by themselves."""
    corners: list[tuple[float, float]] = []
    for left, right, foot, top in boxes:
        corners += [(left, foot), (right, foot), (right, top), (left, top), (left, foot)]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    if corners:
        plot.add_patch(PathPatch(Path(corners, codes * (len(corners) // 5)), **style))


def dots(plot: Axes, places: Iterable[tuple[float, float]], size: float, **style: Any) -> None:
    """Dots of this diameter as one path: lines of no length with round ends."""
    ends = [place for place in places for _ in range(2)]
    if ends:
        path = Path(ends, [Path.MOVETO, Path.LINETO] * (len(ends) // 2))
        path.should_simplify = False  # or dots near each other would be one
        more = {"fill": False, "capstyle": "round", "linewidth": size, "clip_on": False}
        plot.add_patch(PathPatch(path, **more, **style))


def shows(label: Artist, path: str) -> None:
    """Note that `label` is the number of the document at `path`."""
    label.set_gid(FIGURE + path)


def of_scale(ticks: Iterable[Artist], paths: str) -> None:
    """Note that `ticks` are of the scale of these numbers: each that lies between them has a mark there."""
    for tick in ticks:
        tick.set_gid(SCALE + paths)


def bare(plot: Axes, *kept: str) -> None:
    """Without frame, but for the sides that are kept."""
    for side, spine in plot.spines.items():
        spine.set_visible(side in kept)


def _inline(written: bytes, words: Words, sheet: Sheet) -> str:
    """The drawing as part of a page."""
    parser = etree.XMLParser(remove_comments=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(written, parser)
    for tag in ("metadata", "style"):
        for element in list(root.iter(_SVG + tag)):
            element.getparent().remove(element)
    _identify(root, words.name)
    for element in root.iter():
        _restyle(element, sheet)
    for group in list(root.iter(_SVG + "g")):
        _unwrap(group)
    _describe(root, words)
    text = etree.tostring(root, encoding="unicode")
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", text.replace("xlink:href", "href")).strip()


def _identify(root: etree._Element, name: str) -> None:
    """Ids that are pointed to get short names of this drawing's own; the others go."""
    whole = etree.tostring(root, encoding="unicode")
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', whole))
    names: dict[str, str] = {}
    for element in root.iter():
        mine = element.attrib.pop("id", None)
        if mine in used:
            names[mine] = element.attrib["id"] = f"{name}-{len(names)}"
        elif mine and mine.startswith(FIGURE):
            element.attrib["data-figure"] = mine.removeprefix(FIGURE)
        elif mine and mine.startswith(SCALE):
            element.attrib["data-scale"] = mine.removeprefix(SCALE)
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == _HREF:
                element.attrib[attribute] = "#" + names[value.removeprefix("#")]
            elif value.startswith("url(#"):
                element.attrib[attribute] = f"url(#{names[value[5:-1]]})"


def _restyle(element: etree._Element, sheet: Sheet) -> None:
    style = element.attrib.pop("style", "")
    plain = _FAMILY.sub("", _FONT.sub(_sized, style)).strip("; ")
    if plain:
        roled = _COLOUR.sub(lambda found: f"var(--{PROPERTIES[found[0]]})", plain)
        element.attrib["class"] = sheet.name(roled.replace(": ", ":").replace("; ", ";"))
    for attribute in ("transform", "x", "y", "width", "height"):
        if attribute in element.attrib:
            value = " ".join(element.attrib[attribute].split())
            element.attrib[attribute] = _NUMBER.sub(_rounded, value)
    if "d" in element.attrib:
        element.attrib["d"] = shorter(element.attrib["d"])


def shorter(d: str) -> str:
    """A path of straight lines by steps of tenths of a pixel, in a third of the bytes; another as it is.

    Each step leads to a rounded place, so that no errors add up.

    >>> shorter("M 10 20 L 30.04 20 L 30.04 25 L 28 27 z M 1 1 L 1 1")
    'M10 20h20v5l-2 2zM1 1h0'
    """
    if not _STRAIGHT.fullmatch(d):
        return _NUMBER.sub(_rounded, " ".join(d.split()))
    made, here = [], (0.0, 0.0)
    for command, x, y in _STEP.findall(d):
        if command == "z":
            made.append("z")
            continue
        there = round(float(x), 1), round(float(y), 1)
        across, down = (round(new - old, 1) for new, old in zip(there, here, strict=True))
        if command == "M":
            made.append(f"M{there[0]:g} {there[1]:g}")
        else:
            made.append(
                f"h{across:g}"
                if not down
                else f"v{down:g}"
                if not across
                else f"l{across:g} {down:g}"
            )
        here = there
    return "".join(made).replace(" -", "-")


def _sized(found: re.Match[str]) -> str:
    weight = f"font-weight:{found[1]};" if found[1] else ""
    return f"{weight}font-size:{found[2]}px"


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".") or "0"


def _unwrap(group: etree._Element) -> None:
    """A group that says nothing gives its place to what is in it."""
    parent = group.getparent()
    if group.attrib or parent is None:
        return
    place = parent.index(group)
    for child in list(group):
        parent.insert(place, child)
        place += 1
    parent.remove(group)


def _describe(root: etree._Element, words: Words) -> None:
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    title, description = etree.Element(_SVG + "title"), etree.Element(_SVG + "desc")
    title.text, description.text = words.title, words.description
    title.attrib["id"], description.attrib["id"] = f"{words.name}-title", f"{words.name}-desc"
    description.attrib["data-numbers"] = " ".join(words.numbers)
    root.insert(0, description)
    root.insert(0, title)
    root.attrib["role"] = "img"
    root.attrib["aria-labelledby"] = f"{words.name}-title {words.name}-desc"
