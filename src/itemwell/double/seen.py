"""What arrived: one request, read the way its vendor would read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Schema = dict[str, Any]


class Asked(NamedTuple):
    """The parts of an ask that every vendor has, whatever it calls them."""

    model: str = ""
    system: str = ""
    prompt: str = ""
    schema: Schema | None = None
    max_tokens: int | None = None


@dataclass(frozen=True)
class Seen:
    """One request. `asks` is true where a model was to answer; header names are in lower case.

    A line of a batch is seen as well, with its id in `batch`.
    """

    vendor: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    at: float
    asks: bool = False
    batch: str = ""
    model: str = ""
    system: str = ""
    prompt: str = ""
    schema: Schema | None = None
    max_tokens: int | None = None


def text_of(content: Any) -> str:
    """The text in a message's content: a string, one part, or a list of parts."""
    match content:
        case str():
            return content
        case list():
            return "\n".join(filter(None, map(text_of, content)))
        case {"text": str(text)}:
            return text
        case {"content": inner} | {"parts": inner}:
            return text_of(inner)
        case _:
            return ""
