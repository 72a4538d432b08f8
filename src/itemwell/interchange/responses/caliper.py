"""Caliper 1.2 events, a line each, an array, or an envelope: completed items with the response that was given.

The response's value is the letter of an option, scored by the bank's key. Grades of others are passed over.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from itemwell.interchange.responses.cells import COLUMNS, Raw
from itemwell.interchange.responses.events import duration, question_at, raw, text, within
from itemwell.interchange.responses.objects import objects


def read(file: BinaryIO, _header: str) -> Iterator[Raw]:
    """The answers of `file`."""
    return (raw(piece, _answer) for piece in objects(file, ("data",)))


def _answer(event: dict[str, Any]) -> dict[str, str] | str:
    """The cells of an answer, or why it is none."""
    response = within(event, "generated")
    if event.get("type") != "AssessmentItemEvent" or not isinstance(response, dict):
        return "an event that is no answer"
    item = within(event, "object")
    actor = within(event, "actor")
    user = text(within(actor, "id") if isinstance(actor, dict) else actor)
    values = (
        user.rstrip("/").rpartition("/")[2],
        question_at(text(within(item, "id") if isinstance(item, dict) else item)),
        "",
        text(within(response, "value")),
        duration(text(within(response, "duration"))),
        text(within(event, "eventTime")),
    )
    return dict(zip(COLUMNS, values, strict=True))
