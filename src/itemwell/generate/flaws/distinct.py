"""Rules on options that one answer would fit: the same, equal, overlapping."""

import re
from collections.abc import Sequence
from itertools import combinations

from itemwell.bank import Draft, Option
from itemwell.generate.flaws.numbers import quantity, span
from itemwell.generate.flaws.parts import key, lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, lead_in

_ORDINARY = re.compile(r"[^\W\d_]{4,}")
_CAPTION = re.compile(r"<(title|desc)\b[^<>]*>[^<]*</\1>")
_FORM_ASKED = re.compile(
    r"simplest|simplif|lowest terms|standard form|notation|significant|decimal|as an? (\w+ )?(fraction|percentage|mixed)|in the form",
    re.IGNORECASE,
)
_QUANTITY_ASKED = re.compile(
    r"\bhow (many|much|old|long|far|tall|high|deep|wide|fast|heavy|often)\b"
    r"|\b(what|which) (percentage|proportion|share|number|age|amount)\b"
    r"|\bin (which|what) (\w+ )?(range|interval|group|band|bracket|class)\b",
    re.IGNORECASE,
)
_NARROWEST_ASKED = re.compile(
    r"narrow|smallest|shortest|tightest|wid(?:e|est)\b|largest|most precise|best estimate",
    re.IGNORECASE,
)
_EQUIVALENT_ASKED = re.compile(r"equivalent|negation|same as|means? the same", re.IGNORECASE)
_EITHER = re.compile(r"(?:either )?([^\d,;]{3,}?) or ([^\d,;]{3,})", re.IGNORECASE)


def same_option(draft: Draft) -> str | None:
    seen: dict[tuple[str, str | None], str] = {}
    drawn: dict[str, str] = {}
    for letter, option in lettered(draft):
        picture = _drawing(option)
        earlier = seen.setdefault((_alike(option.text), picture), letter)
        if picture is not None:
            earlier = min(earlier, drawn.setdefault(picture, letter))
        if earlier != letter and (picture or fold(option.text)):
            return f"{earlier} and {letter} are the same: {quoted(option.text)}"
    return None


def same_number(draft: Draft) -> str | None:
    """Left alone where the form of a number is what the stem asks for."""
    if _FORM_ASKED.search(draft.stem):
        return None
    read = [(letter, option, quantity(option.text)) for letter, option in lettered(draft)]
    for (letter, one, value), (other, two, other_value) in combinations(read, 2):
        if value is not None and value == other_value and _alike(one.text) != _alike(two.text):
            return f"{letter} and {other} are equal: {quoted(one.text)} and {quoted(two.text)}"
    return None


def overlapping(draft: Draft) -> str | None:
    """Two options that one answer would fit: "5-10" with "8-12", "Anna" with "Anna or Ben".

    Ranges count where the stem asks for a quantity and not for the best range, and where they
    share more than an end.
    """
    return _overlapping_ranges(draft) or _inclusive_or(draft)


def _drawing(option: Option) -> str | None:
    return None if option.svg is None else _CAPTION.sub("", option.svg)


def _alike(text: str) -> str:
    """`text` folded, without a full stop, and without capitals where they tell nothing.

    They do in short words and odd ones: 5 mW is not 5 MW, nor ABab abAB.
    """
    return _ORDINARY.sub(_plain_case, fold(text).rstrip("."))


def _plain_case(match: re.Match[str]) -> str:
    word = match[0]
    return word.lower() if word in {word.lower(), word.upper(), word.capitalize()} else word


def _overlapping_ranges(draft: Draft) -> str | None:
    if not _QUANTITY_ASKED.search(draft.stem) or _NARROWEST_ASKED.search(draft.stem):
        return None
    spans = [(letter, ends) for letter, o in lettered(draft) if (ends := span(o.text)) is not None]
    for (letter, (low, high)), (other, (other_low, other_high)) in combinations(spans, 2):
        if draft.key in {letter, other} and max(low, other_low) < min(high, other_high):
            return f"the ranges of {letter} and {other} overlap"
    return None


def _inclusive_or(draft: Draft) -> str | None:
    if key(draft) is None or _EQUIVALENT_ASKED.search(lead_in(draft.stem)):
        return None
    place = {fold(option.text).casefold().rstrip("."): letter for letter, option in lettered(draft)}
    for text, letter in place.items():
        for part in _parts_of_or(text):
            if part in place and draft.key in {letter, place[part]}:
                return f"{place[part]} is part of {letter}: {quoted(text)}"
    return None


def _parts_of_or(text: str) -> Sequence[str]:
    match = _EITHER.fullmatch(text)
    return match.groups() if match else ()


RULES = (
    Rule("same-option", "Haladyna 2002, 22: keep choices independent", same_option),
    Rule("same-number", "Haladyna 2002, 22: keep choices independent", same_number),
    Rule("overlap", "Haladyna 2002, 22: choices should not be overlapping", overlapping),
)
