"""What the model says, before a vendor's envelope is put round it, and the ways to spoil it."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from itemwell.double.bill import Tokens
from itemwell.double.faults import Fault
from itemwell.double.seen import Seen

Ending = Literal["done", "length", "refused", "blocked", "filtered", "empty", "empty_text", "other"]
SPOT = "\ue000"
"""Stands in the text where the first half of an emoji's bytes will stand on the wire."""


@dataclass(frozen=True)
class Answer:
    """`shown` is the usage that the reply tells; `tokens` is the truth, which the bill has."""

    text: str
    tokens: Tokens = Tokens(0, 0)
    ending: Ending = "done"
    reason: str = ""
    usage: Literal["true", "missing", "null", "odd"] = "true"
    odd: Any = 0


def tokens_in(text: str) -> int:
    """About four characters a token.

    >>> tokens_in("abcde")
    2
    """
    return math.ceil(len(text) / 4)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def within_limit(answer: Answer, seen: Seen) -> Answer:
    """Cut at the request's limit of output tokens, as the vendor would."""
    if answer.ending != "done" or not seen.max_tokens:
        return answer
    if tokens_in(answer.text) <= seen.max_tokens:
        return answer
    return replace(answer, text=answer.text[: seen.max_tokens * 4], ending="length")


def spoil(answer: Answer, fault: Fault) -> Answer:
    """The answer with this fault in it."""
    return SPOILT[fault.name](answer, fault)


def _text(make: Callable[[str, Fault], str]) -> Callable[[Answer, Fault], Answer]:
    return lambda answer, fault: replace(answer, text=make(answer.text, fault))


def _ends(ending: Ending, text: str | None = "") -> Callable[[Answer, Fault], Answer]:
    return lambda answer, _: replace(
        answer, ending=ending, text=answer.text if text is None else text
    )


def _max_tokens(answer: Answer, fault: Fault) -> Answer:
    kept = int(len(answer.text) * fault["kept"])
    return replace(answer, ending="length", text=answer.text[:kept])


def _marked(mark: str, *, escaped: bool) -> Callable[[str, Fault], str]:
    """Puts the mark into the longest text of a JSON answer, escaped or as it is."""

    def mark_it(text: str, _: Fault) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            return text + mark
        longest = max(_strings(value), key=len, default=None)
        if longest is None:
            return text + mark
        return json.dumps(_with(value, longest, longest + mark), ensure_ascii=escaped)

    return mark_it


def _strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for inner in value.values() for text in _strings(inner)]
        case list():
            return [text for inner in value for text in _strings(inner)]
        case _:
            return []


def _with(value: Any, old: str, new: str) -> Any:
    match value:
        case str():
            return new if value == old else value
        case dict():
            return {key: _with(inner, old, new) for key, inner in value.items()}
        case list():
            return [_with(inner, old, new) for inner in value]
        case _:
            return value


def _nul(text: str, fault: Fault) -> str:
    marked = _marked("\0", escaped=False)(text, fault)
    return marked.replace("\\u0000", "\0") if fault["raw"] else marked


def _many(text: str, fault: Fault) -> str:
    """The answer's first list, grown to `n` elements; an answer without one becomes a list."""
    n = fault["n"]
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, list) and inner:
                return as_text({**value, key: (inner * (n // len(inner) + 1))[:n]})
    return as_text([value] * n)


SPOILT: dict[str, Callable[[Answer, Fault], Answer]] = {
    "FENCE": _text(lambda text, _: f"```json\n{text}\n```"),
    "TRAILING": _text(lambda text, fault: text + str(fault["text"])),
    "LEADING": _text(lambda text, fault: str(fault["text"]) + text),
    "TWO_OBJECTS": _text(lambda text, _: f"{text}\n{text}"),
    "NOT_JSON": _text(lambda _, fault: str(fault["text"])),
    "WRONG_SHAPE": _text(lambda _, fault: str(fault["text"])),
    "CUT": _text(lambda text, _: text[: len(text) // 2]),
    "HALF_EMOJI": _text(_marked("\ud83d", escaped=True)),
    "LONE_SURROGATE": _text(_marked("\ud83d", escaped=False)),
    "NUL": _text(_nul),
    "BAD_UTF8": _text(_marked(SPOT, escaped=False)),
    "DEEP": _text(lambda _, fault: '{"a":' * fault["depth"] + "1" + "}" * fault["depth"]),
    "MANY": _text(_many),
    "REFUSED": lambda answer, fault: replace(answer, ending="refused", text=fault["text"]),
    "BLOCKED": _ends("blocked"),
    "FILTERED": _ends("filtered"),
    "EMPTY": _ends("empty"),
    "EMPTY_TEXT": _ends("empty_text"),
    "MAX_TOKENS": _max_tokens,
    "FINISH": lambda answer, fault: replace(answer, ending="other", reason=fault["reason"]),
    "USAGE_MISSING": lambda answer, fault: replace(
        answer, usage="null" if fault["null"] else "missing"
    ),
    "USAGE_NEGATIVE": lambda answer, _: replace(answer, usage="odd", odd=-7),
    "USAGE_ABSURD": lambda answer, fault: replace(answer, usage="odd", odd=fault["value"]),
}
