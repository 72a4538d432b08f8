"""XML from outside and to outside: no entity, no network, no tree that grows without bound."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

BLOCKS = frozenset({"p", "div", "li", "tr", "pre", "table", "ul", "ol", "blockquote"})
_LINE = re.compile(r"[ \t]*\n[ \t]*")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Unreadable(ValueError):
    """XML that is none, or that declares what a question has no need of."""


def parsed(data: bytes) -> Any:
    """The root of a document. Raises Unreadable, also for any that has a DOCTYPE."""
    try:
        root = etree.fromstring(data, etree.XMLParser(**SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"no XML that can be read: {first_line(error)}") from None
    refuse_doctype(root)
    return root


def refuse_doctype(root: Any) -> None:
    """Raise Unreadable where the document has a DOCTYPE: with none there are no entities."""
    if root.getroottree().docinfo.doctype:
        raise Unreadable("it has a DOCTYPE, and with it perhaps entities")


def first_line(error: Exception) -> str:
    """What libxml2 said, on one line."""
    return str(error).splitlines()[0][:200] if str(error) else "empty"


def clean(text: str) -> str:
    """`text` without the characters that XML has no way to write, and lines ended by one."""
    return _UNPRINTABLE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def name(element: Any) -> str:
    """The local name; empty for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def fill(element: Any, text: str, line_break: str = "br") -> Any:
    """`text` put into `element`, a <br/> for each line's end."""
    first, *rest = clean(text).split("\n")
    element.text = first
    for line in rest:
        etree.SubElement(element, line_break).tail = line
    return element


def text_of(element: Any, but: frozenset[str] = frozenset()) -> str:
    """What a reader sees of `element`: blocks and breaks as lines, pictures apart, elements `but` left out."""
    return "".join(_pieces(element, but)).strip()


def _pieces(element: Any, but: frozenset[str]) -> Iterator[str]:
    yield _LINE.sub(" ", element.text or "")
    for child in element:
        tag = name(child)
        if tag == "br":
            yield "\n"
        elif tag and tag not in but:
            inside = "".join(_pieces(child, but))
            yield inside if tag not in BLOCKS else f"\n{inside.strip()}\n"
        yield _LINE.sub(" ", child.tail or "")
