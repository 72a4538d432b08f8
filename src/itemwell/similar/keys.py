"""Are two answer keys the same answer? `same`, `differ`, or `unknown` where words cannot tell."""

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from itemwell.similar.guard import Number, quantity, read
from itemwell.similar.tokens import REMEMBERED, tokens
from itemwell.similar.words import FUNCTION, OPPOSITES

SAME, DIFFER, UNKNOWN = "same", "differ", "unknown"

TELLING_NOTHING = frozenset(
    """yes no true false correct incorrect right wrong both neither none all it|can|not|be|determined
    none|of|the|above all|of|the|above none|of|these all|of|these cannot|be|determined not|enough|information
    a b c d e f""".split()
)
"""Keys that fit half of all questions: that two questions share one says nothing."""


def compare(one: str | None, other: str | None) -> str:
    """How the keys relate; the same in both directions. A missing or empty key is unknown.

    >>> compare("1/2", "0.5"), compare("6 cm", "60 mm"), compare("6 cm", "6 m"), compare("Yes", "yes")
    ('same', 'same', 'differ', 'unknown')
    >>> compare("The mitochondrion", "mitochondrion"), compare("Lima", "Cusco")
    ('same', 'differ')
    """
    if not one or not other:
        return UNKNOWN
    first, second = _words(one), _words(other)
    if not first or not second:
        return UNKNOWN
    if first == second:
        return UNKNOWN if "|".join(first).casefold() in TELLING_NOTHING else SAME
    numbers = _amount(one), _amount(other)
    if numbers[0] and numbers[1]:
        return _amounts(numbers[0], numbers[1])
    if any(numbers):
        return UNKNOWN if _values(one) & _values(other) else DIFFER
    return _texts(one, other)


class Traits(NamedTuple):
    """What keys that are the same share: one of these at least, and none of it where it is None."""

    words: tuple[str, ...] | None
    value: Fraction | None
    size: tuple[str, float] | None


def traits(key: str | None) -> Traits:
    """To find those among many keys that may be the same; `compare` then says it of two.

    >>> traits("6 cm").size == traits("60 mm").size, traits("The heart").words
    (True, ('heart',))
    """
    if not key:
        return Traits(None, None, None)
    amount = _amount(key)
    value, size = (amount[0], _size(amount)) if amount else (None, None)
    return Traits(_words(key) or None, value, size)


def _words(key: str) -> tuple[str, ...]:
    return _words_of(key) if len(key) > REMEMBERED else _remembered_words(key)


@lru_cache(maxsize=1 << 12)
def _remembered_words(key: str) -> tuple[str, ...]:
    return _words_of(key)


def _words_of(key: str) -> tuple[str, ...]:
    """The canonical tokens without a leading article; symbols such as Co keep their capitals."""
    texts = [_without_capital(token.text) for token in tokens(key)]
    return tuple(texts[1:] if len(texts) > 1 and texts[0] in {"a", "an", "the"} else texts)


def _without_capital(word: str) -> str:
    return word.casefold() if len(word) > 2 and word[1:].islower() else word


def _amount(key: str) -> tuple[Fraction, str] | None:
    return _amount_of(key) if len(key) > REMEMBERED else _remembered_amount(key)


@lru_cache(maxsize=1 << 12)
def _remembered_amount(key: str) -> tuple[Fraction, str] | None:
    return _amount_of(key)


def _amount_of(key: str) -> tuple[Fraction, str] | None:
    """The value and unit of a key that is one number: "-3", "1/2", "6 pounds", "$40", "25 %"."""
    texts = [token.text for token in tokens(key)]
    sign, unit = 1, ""
    if texts and texts[0] in {"-", "+"}:
        sign = -1 if texts.pop(0) == "-" else 1
    if texts and texts[0] in {"$", "£", "€"}:
        unit = texts.pop(0)
    if (
        len(texts) > 2
        and texts[1] == "/"
        and texts[0].isdigit()
        and texts[2].isdigit()
        and int(texts[2])
    ):
        value, rest = Fraction(int(texts[0]), int(texts[2])), texts[3:]
    elif texts and texts[0].replace(".", "", 1).isdigit():
        value, rest = Fraction(texts[0]), texts[1:]
    else:
        return None
    if unit and rest:
        return None
    return (sign * value, unit or " ".join(rest)) if len(rest) <= 3 else None


def _amounts(one: tuple[Fraction, str], other: tuple[Fraction, str]) -> str:
    (first, unit), (second, unit_of_second) = one, other
    if unit == unit_of_second or not unit or not unit_of_second:
        if first == second:
            return SAME
        return (
            UNKNOWN
            if unit != unit_of_second
            and "%" in {unit, unit_of_second}
            and _percent(one) == _percent(other)
            else DIFFER
        )
    sizes = _size(one), _size(other)
    if sizes[0] and sizes[1]:
        return SAME if sizes[0] == sizes[1] else DIFFER
    return UNKNOWN if first == second else DIFFER


def _size(amount: tuple[Fraction, str]) -> tuple[str, float] | None:
    """Dimension and size; None where the unit is unknown, or the number larger than any that is meant."""
    value, unit = amount
    try:
        return quantity(Number(str(float(value)), unit))
    except OverflowError:
        return None


def _percent(amount: tuple[Fraction, str]) -> Fraction:
    return amount[0] / 100 if amount[1] == "%" else amount[0]


def _values(key: str) -> set[str]:
    return {number.value for number in read(key).numbers}


def _texts(one: str, other: str) -> str:
    """Other words: they differ where nothing is shared, or a word is the other's opposite."""
    first, second = _content(one), _content(other)
    gone, come = first - second, second - first
    opposed = any(not OPPOSITES.get(word, frozenset()).isdisjoint(come) for word in gone)
    denied = read(one).negations % 2 != read(other).negations % 2
    if not first or not second or opposed or denied:
        return DIFFER
    if not gone and not come:
        changed = set(_words(one)) ^ set(_words(other))
        return (
            DIFFER
            if any(not word.isalnum() or len(word) < 3 for word in changed - FUNCTION)
            else UNKNOWN
        )
    shorter = min(len(first), len(second))
    shared = len(first & second)
    return UNKNOWN if 2 * shared >= shorter or (shorter >= 4 and shared) else DIFFER


def _content(key: str) -> set[str]:
    """The words that carry the answer, stripped of the endings of verbs and plurals."""
    return {_stem(word) for word in _words(key) if word.isalnum() and word not in FUNCTION}


def _stem(word: str) -> str:
    return re.sub(r"(?:ying|ies|ing|ed|es|y|s)$", "", word) if len(word) > 4 else word
