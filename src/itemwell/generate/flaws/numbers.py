"""Numbers as options write them: with a unit or a currency, as a fraction, a percentage, a range."""

import re
from fractions import Fraction
from functools import lru_cache
from math import inf
from typing import NamedTuple

from itemwell.generate.flaws.words import fold

DECIMAL = r"(?:(?:[1-9]\d{0,2}(?:,\d{3}){1,4}|0|[1-9]\d{0,14})(?:\.\d{1,15})?|\.\d{1,15})"
"""A number without its sign. A leading zero makes a code of it: 007 is no number."""

_QUANTITY = re.compile(
    rf"(?P<sign>-?) ?(?P<before>[^\d.,/+-]{{0,20}}?) ?(?P<minus>-?)"
    rf"(?:(?:(?P<whole>\d{{1,15}}) )?(?P<top>\d{{1,15}}) ?/ ?(?P<bottom>[1-9]\d{{0,14}})|(?P<decimal>{DECIMAL}))"
    r"(?P<after>[^\d]{0,40})",
    re.ASCII,
)
_PERCENT = frozenset({"%", "percent", "per cent"})
_UNITS = r"(?P<unit>[^\d-]{0,20})"
_RANGE = re.compile(
    rf"(?:between |from )?\D?(?P<low>{DECIMAL})[^\d-]{{0,20}}?(?: ?- ?| to | and )\D?(?P<high>{DECIMAL}){_UNITS}",
    re.ASCII | re.IGNORECASE,
)
_ABOVE = re.compile(
    rf"(?:more than|over|above|at least) \D?(?P<low>{DECIMAL}){_UNITS}", re.ASCII | re.IGNORECASE
)
_BELOW = re.compile(
    rf"(?:less than|fewer than|under|below|at most|up to) \D?(?P<high>{DECIMAL}){_UNITS}",
    re.ASCII | re.IGNORECASE,
)


class Quantity(NamedTuple):
    """A number and what stands around it. Equal quantities are the same answer."""

    value: Fraction
    before: str
    unit: str


@lru_cache(maxsize=256)
def quantity(text: str) -> Quantity | None:
    """What `text` says if it is one number, and None if it is anything else.

    50%, 1/2, .50 and 0.5 are equal; so are 1,000 m and 1000 m. Units are compared by name and
    never converted: 5 cm and 50 mm differ.
    """
    match = _QUANTITY.fullmatch(fold(text).rstrip("."))
    if match is None:
        return None
    value = _value(match) * (-1 if bool(match["sign"]) != bool(match["minus"]) else 1)
    unit = match["after"].strip(" .")
    if unit.casefold() in _PERCENT:
        return Quantity(value / 100, match["before"], "")
    return Quantity(value, match["before"].strip(), unit.removesuffix("s"))


def number(text: str) -> Fraction:
    """The value of what `DECIMAL` matched."""
    return Fraction(text.replace(",", ""))


def span(text: str) -> tuple[float, float] | None:
    """The ends of a range such as "5-10 km", "between 5 and 10", "over 10"; None for all else."""
    for pattern in (_RANGE, _ABOVE, _BELOW):
        if match := pattern.fullmatch(fold(text).rstrip(".")):
            ends = match.groupdict()
            low = float(number(ends["low"])) if ends.get("low") else -inf
            high = float(number(ends["high"])) if ends.get("high") else inf
            return (low, high) if low < high else None
    return None


def _value(match: re.Match[str]) -> Fraction:
    if match["decimal"]:
        return number(match["decimal"])
    return int(match["whole"] or 0) + Fraction(int(match["top"]), int(match["bottom"]))
