"""The page: document and plots -> one HTML file that runs nothing and asks nobody. Pure.

Every number of it stands in an element that names its place in the document (`data-figure`; one that
begins with a dot goes on from `data-figures` of what it stands in), or in a table that names what its
cells are; a test compares them. What questions say is text, set apart by direction.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from importlib.resources import files
from itertools import accumulate
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from itemwell.pictures import complaint
from itemwell.report import words
from itemwell.report.plots import calendar, curves, precision, production
from itemwell.report.plots.paper import Sheet

FORMS: Mapping[str, Callable[[Any], str]] = {
    "whole": words.whole,
    "usd": words.usd,
    "percent": words.percent,
    "fixed": words.fixed,
    "exact": lambda number: words.fixed(number, 3),
    "seconds": lambda number: words.fixed(number, 1),
    "plain": str,
}
"""How a number is shown."""

MOST_BYTES = 1_000_000
"""Of a page: of questions with a flag as many are drawn as it can hold."""

SLACK = 500
"""Bytes for the sentence that tells how many that are."""

NOTHING = "–"
LONGEST_PICTURE = 20_000
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Controls, and what turns the direction of text beyond its own end."""

Document = Mapping[str, Any]


def page(document: Document, template: str) -> str:
    """`document` as HTML of at most `MOST_BYTES`. The same document gives the same bytes."""
    environment, sheet = _environment(), Sheet()
    drawn = plots(document, sheet)
    style = _source("report.css") + sheet.css
    context = {
        "d": document,
        "plots": {name: Markup(svg) for name, svg in drawn.items()},  # noqa: S704 - ours, escaped by lxml
        "frame": Markup(curves.frame()),  # noqa: S704 - ours
        "style": Markup(style),  # noqa: S704 - ours
        "style_hash": base64.b64encode(sha256(style.encode()).digest()).decode(),
        "n": partial(number, document),
        "t": partial(told, document),
        "at": partial(at, document),
        "shown": partial(shown, document),
        "shown_at": partial(shown_at, document),
        "counted": counted,
        "flag_words": words.FLAGS,
        "verbatim": verbatim,
        "picture": picture,
    }

    def rendered(flagged: Sequence[str]) -> str:
        more = {"flagged": Markup("\n".join(flagged)), "drawn": len(flagged)}  # noqa: S704 - ours
        return _tight(environment.get_template(template).render(context | more))

    flagged = _flagged(environment, document, context)
    room = MOST_BYTES - SLACK - len(rendered(()).encode())
    sizes = accumulate(len(each.encode()) + 1 for each in flagged)
    return rendered(flagged[: sum(size <= room for size in sizes)])


def _flagged(environment: Environment, document: Document, context: dict[str, Any]) -> list[str]:
    """The figure of each question with a flag."""
    template = environment.get_template("small.html.j2")
    made = []
    for place, each in enumerate((document["calibration"] or {}).get("items", ())):
        path = f"calibration.items.{place}"
        mine = {"each": each, "p": path, "m": partial(near, document, path)}
        svg = Markup(curves.curve(each))  # noqa: S704 - ours
        made.append(_tight(template.render(context | mine | {"svg": svg})).strip())
    return made


def _tight(text: str) -> str:
    """Without empty lines."""
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n"


def plots(document: Document, sheet: Sheet) -> dict[str, str]:
    """Those that the document has something for, by name."""
    made = {}
    if document["funnel"]["drafts"]:
        made["funnel"] = production.funnel(document, sheet)
    if document["cost"]["usd"] and "days" in document["cost"]:
        made["cost_wide"] = production.cost(document, sheet, wide=True)
        made["cost_narrow"] = production.cost(document, sheet, wide=False)
    if "calendar" in document:
        made["calendar_wide"] = calendar.calendar(document, sheet, wide=True)
        made["calendar_narrow"] = calendar.calendar(document, sheet, wide=False)
    if found := document["calibration"]:
        made["information"] = precision.information(document, sheet)
        made["wright"] = precision.wright(document, sheet)
        if found["drift"]:
            made["drift"] = precision.drift(document, sheet)
    return made


def at_path(document: Any, path: str) -> Any:
    """What stands at a path such as `cost.days.3.usd`. Raises LookupError where nothing does."""
    for step in path.split("."):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def number(document: Document, path: str, form: str = "whole") -> Markup:
    """The number at `path`, shown in one of `FORMS`; a dash where it is None."""
    return _number(path, at_path(document, path), shown(document, path, form))


def near(document: Document, ground: str, name: str, form: str = "whole") -> Markup:
    """The number `name` of what stands at `ground`, in an element whose `data-figures` is `ground`."""
    path = f"{ground}.{name}"
    return _number(f".{name}", at_path(document, path), shown(document, path, form))


def _number(place: str, value: Any, told: str) -> Markup:
    exact = "" if value is None else value
    return Markup('<data data-figure="{}" value="{}">{}</data>').format(place, exact, told)


def shown(document: Document, path: str, form: str = "whole") -> str:
    """The number at `path` as a reader sees it, for a table that names what its cells are."""
    value = at_path(document, path)
    return NOTHING if value is None else FORMS[form](value)


def counted(count: int, what: str) -> Markup:
    """A number of things on the page itself: of those that have this class."""
    return Markup('<data data-count="{}" value="{}">{}</data>').format(
        what, count, words.whole(count)
    )


def told(document: Document, path: str) -> Markup:
    """The text at `path`, with what numbers it holds."""
    return Markup('<span data-figure="{}">{}</span>').format(path, at_path(document, path))


def at(document: Document, path: str) -> Markup:
    """The moment or day at `path`."""
    value = at_path(document, path)
    if value is None:
        return escape(NOTHING)
    told = shown_at(document, path)
    return Markup('<time data-figure="{}" datetime="{}">{}</time>').format(path, value, told)


def shown_at(document: Document, path: str) -> str:
    """The moment or day at `path` as a reader sees it."""
    value = at_path(document, path)
    if len(value) == len("2026-11-01"):
        day = date.fromisoformat(value)
        return f"{day.day} {day:%b %Y}"
    moment = datetime.fromisoformat(value)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def verbatim(text: Any, tag: str = "span") -> Markup:
    """What somebody wrote, as it was written: isolated, and without characters that act unseen."""
    plain = _UNSEEN.sub(
        lambda found: f"\N{LEFT CEILING}U+{ord(found[0]):04X}\N{RIGHT CEILING}", str(text)
    )
    return Markup("<{0} class=verbatim dir=auto>{1}</{0}>").format(Markup(tag), plain)  # noqa: S704


def picture(svg: str, alternative: str) -> Markup:
    """A picture that cannot act: an image of its own. Where it is not safe or sound, why it is not shown."""
    why = "is too large" if len(svg) > LONGEST_PICTURE else complaint(svg)
    if why:
        return Markup("<p class=note>A picture is not shown: it {}.</p>").format(verbatim(why))
    encoded = base64.b64encode(svg.encode()).decode()
    return Markup('<img class=picture src="data:image/svg+xml;base64,{}" alt="{}">').format(
        encoded, _UNSEEN.sub("", alternative)
    )


def _source(name: str) -> str:
    return files("itemwell.report").joinpath("templates", name).read_text("utf-8")


def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["escape"] = escape
    return made
