"""From what a vendor wrote to JSON that Postgres can hold, and to an answer of the shape asked for."""

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel

_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|[\x00\ud800-\udfff]")
_BROKEN = re.compile(r"[\x00\ud800-\udfff]")
Answer = TypeVar("Answer", bound=BaseModel)

_SPACE = " \t\r\n\ufeff"


class Unreadable(ValueError):
    """This text holds no answer; the message says why."""


def clean(text: str) -> str:
    r"""`text` without NUL, each lone surrogate replaced: what UTF-8 and Postgres can hold.

    >>> clean("half an \ud83d, a \x00NUL")
    'half an \ufffd, a NUL'
    """
    return _BROKEN.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


def load(text: str) -> tuple[Any, tuple[str, ...]]:
    """The JSON value that `text` is, with every string in it cleaned, and a note if one was.

    Raises Unreadable for anything else: trailing text, twin names, NaN, nesting without end.
    """
    stripped = text.strip(_SPACE)
    tree, end = _decode(stripped, 0)
    if end != len(stripped):
        raise Unreadable("text follows the JSON")
    return _cleaned(tree, text)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a name stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise Unreadable(f"{name} is no number")


_decoder = json.JSONDecoder(object_pairs_hook=_no_twins, parse_constant=_no_number)


def find_object(text: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    r"""The one JSON object in `text`, and notes on what was done to get it.

    A fence and text around it are dropped; a second object leaves the choice to chance and is refused.

    >>> find_object('Here you are:\n```json\n{"key": "B"}\n```')
    ({'key': 'B'}, ('text around the answer dropped',))
    """
    start = text.find("{")
    if start < 0:
        raise Unreadable("no JSON object")
    tree, end = _decode(text, start)
    before, after = text[:start].strip(_SPACE), text[end:].strip(_SPACE)
    if before.endswith("["):
        raise Unreadable("a list where one object was asked for")
    if "{" in after:
        raise Unreadable("a second object follows the first")
    tree, notes = _cleaned(tree, text)
    return tree, (*notes, "text around the answer dropped") if before or after else notes


def parse(shape: type[Answer], text: str) -> tuple[Answer, tuple[str, ...]]:
    """`text` as a `shape`, with notes. Raises Unreadable, and pydantic's ValidationError."""
    tree, notes = find_object(text)
    return shape.model_validate_json(json.dumps(tree)), notes


def _decode(text: str, start: int) -> tuple[Any, int]:
    try:
        return _decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise Unreadable(f"no valid JSON: {error.msg} at {error.pos}") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except Unreadable:
        raise
    except ValueError as error:  # a number of more than 4,300 digits
        raise Unreadable(f"no valid JSON: {error}") from None


def _cleaned(tree: Any, text: str) -> tuple[Any, tuple[str, ...]]:
    if not _SUSPECT.search(text):
        return tree, ()
    try:
        cleaned = _walk(tree)
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    return cleaned, () if cleaned == tree else ("NUL or half a character cleaned",)


def _walk(tree: Any) -> Any:
    match tree:
        case str():
            return clean(tree)
        case list():
            return [_walk(each) for each in tree]
        case dict():
            return {clean(name): _walk(value) for name, value in tree.items()}
        case _:
            return tree
