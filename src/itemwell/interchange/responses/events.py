"""What records of learning say, as the cells of an answer."""

import re
from collections.abc import Callable
from typing import Any

from itemwell.interchange.responses.cells import COLUMNS, LONGEST_OPTION, Raw
from itemwell.interchange.responses.lines import Refused
from itemwell.interchange.responses.objects import Objects

_AT_END = re.compile(r"(?:^|[/:#=])(?:itemwell-|[qQ])?(\d{1,18})/?$")
_DURATION = re.compile(
    r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?"
)


def raw(piece: Objects, answer: Callable[[dict[str, Any]], dict[str, str] | str]) -> Raw:
    """The answers of these objects; what is none is refused with the reason that `answer` gives."""
    numbers, texts, rows, refused = [], [], [], list(piece.refused)
    for number, told, found in zip(piece.numbers, piece.texts, piece.objects, strict=True):
        row = answer(found) if isinstance(found, dict) else "no JSON object"
        if isinstance(row, str):
            refused.append(Refused(number, row, text=told))
            continue
        numbers.append(number)
        texts.append(told)
        rows.append(row)
    return Raw(numbers, texts, {name: [row[name] for row in rows] for name in COLUMNS}, refused)


def within(value: Any, *names: str) -> Any:
    """What stands under these names, one inside the other; None where nothing does."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any) -> str:
    """The text, if it is one."""
    return value if isinstance(value, str) else ""


def question_at(address: str) -> str:
    """The question's id at the end of an address; the address' end where it has none, to be refused.

    >>> question_at("https://example.org/items/q12"), question_at("urn:itemwell-7")
    ('12', '7')
    """
    found = _AT_END.search(address)
    return found[1] if found else address[-LONGEST_OPTION:]


def duration(told: str) -> str:
    """Milliseconds of an ISO 8601 duration; the text itself where it is none, to be refused.

    >>> duration("PT1M2.5S"), duration("soon")
    ('62500', 'soon')
    """
    found = _DURATION.fullmatch(told)
    if not found or not told:
        return told
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return str(round(1000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days)))))
