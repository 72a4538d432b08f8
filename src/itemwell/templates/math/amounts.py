"""Amounts as a learner reads them: written out, and read back."""

import re
from collections.abc import Callable
from fractions import Fraction

from itemwell.bank import Posed

Amount = int | Fraction
Show = Callable[[Amount], str | None]
"""The text of an option, or None for an amount that would stand out among the others."""

TIMES = "\N{MULTIPLICATION SIGN}"
MINUS = "\N{MINUS SIGN}"

POUNDS = r"£(\d{1,6}(?:\.\d{2})?)"
READABLE = re.compile(r"\d{1,6}(?:\.\d{1,4})?|\d{1,6}/[1-9]\d{0,5}")


def with_unit(number: int, unit: str) -> str:
    """`84 km`, `£84`, or the bare `84` for no unit."""
    return f"£{number}" if unit == "£" else f"{number} {unit}".rstrip()


def whole(unit: str = "") -> Show:
    """Shows whole amounts of 2 and more, so that the unit's plural is always right."""

    def show(amount: Amount) -> str | None:
        if amount < 2 or amount.denominator != 1:
            return None
        return with_unit(int(amount), unit)

    return show


def nearest(unit: str) -> Show:
    """Shows any amount, rounded to a whole one: for wrong ways that do not come out even."""
    return lambda amount: whole(unit)(round(amount))


def pounds(amount: Amount) -> str:
    """Pounds and pence, rounded to a penny."""
    return f"£{float(amount):.2f}"


def probability(amount: Amount) -> str | None:
    """A fraction in lowest terms, between impossible and certain."""
    return str(amount) if 0 < amount < 1 else None


def worth(text: str, unit: str) -> Fraction | None:
    """The amount that `text` names in `unit`; None for any other unit, and for no amount."""
    bare = text.strip()
    bare = bare.removeprefix("£") if unit == "£" else bare.removesuffix(unit).rstrip()
    scale = 100 if bare.endswith("%") else 1
    bare = bare.removesuffix("%").replace(",", "")
    return Fraction(bare) / scale if READABLE.fullmatch(bare) else None


def right(posed: Posed, unit: str, holds: Callable[[Fraction], bool]) -> list[int]:
    """The places of the options whose amount `holds`."""
    amounts = (worth(option.text, unit) for option in posed.options)
    return [place for place, amount in enumerate(amounts) if amount is not None and holds(amount)]
