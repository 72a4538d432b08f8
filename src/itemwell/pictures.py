"""What a picture may hold: SVG of shapes and words, and nothing that acts, loads or points elsewhere."""

import json
import re
from xml.etree import ElementTree as ET

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    "svg g title desc path line polyline polygon rect circle ellipse text tspan".split()
)
_ATTRIBUTES = frozenset(
    (
        "viewBox width height x y x1 y1 x2 y2 cx cy r rx ry d points transform dx dy rotate pathLength"
        " fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin"
        " stroke-miterlimit stroke-dasharray stroke-dashoffset stroke-opacity opacity color"
        " vector-effect shape-rendering font-family font-size font-style font-weight text-anchor"
        " dominant-baseline alignment-baseline letter-spacing textLength lengthAdjust"
        " preserveAspectRatio version role id lang focusable"
    ).split()
)
_ARIA = re.compile(r"aria-[a-z]{1,20}")
_REACHING_OUT = ("url(", "script:", "data:", "http", "//", "\\", "@import", "expression(")


def complaint(svg: str) -> str | None:
    """What is wrong with `svg`.

    Declarations are refused before anything parses them: without a DTD there are no entities,
    and so nothing that grows (billion laughs) or reads a file.
    """
    if "<!" in svg or "<?" in svg:
        return "has a declaration, a comment or an instruction"
    try:
        root = ET.fromstring(svg)  # noqa: S314 -- no DTD gets here, and the size is bounded
    except (ET.ParseError, ValueError) as error:
        return f"is not well-formed: {error}"
    if _name(root.tag) != "svg":
        return "is not an <svg>"
    return next((found for element in root.iter() if (found := _foreign(element))), None)


def _foreign(element: ET.Element) -> str | None:
    if _name(element.tag) not in _ELEMENTS:
        return f"has the element {_quoted(element.tag.removeprefix(_NAMESPACE))}"
    for name, value in element.attrib.items():
        if name not in _ATTRIBUTES and not _ARIA.fullmatch(name):
            return f"has the attribute {_quoted(name)}"
        if any(mark in value.lower() for mark in _REACHING_OUT):
            return f"reaches out in {name}: {_quoted(value)}"
    return None


def _name(tag: str) -> str:
    """The local name of an SVG element; an unlisted one for an element of any other vocabulary."""
    return tag.removeprefix(_NAMESPACE)


def _quoted(text: str, length: int = 40) -> str:
    """Its beginning, fit for a log and for Postgres."""
    return json.dumps(text[:length] + ("..." if len(text) > length else ""))
