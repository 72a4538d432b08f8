"""Names, lists and sentences: how the questions of this folder are worded, and read again."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from random import Random

from itemwell.bank import Posed

NAMES = (
    *("Aisha", "Amara", "Anton", "Ben", "Bruno", "Chen", "Clara", "Dalia", "Diego", "Elif", "Emil"),
    *("Farah", "Felix", "Goran", "Grace", "Hana", "Hugo", "Ines", "Ivo", "Jin", "Jonas", "Kira"),
    *("Kofi", "Lena", "Liam", "Mateo", "Maya", "Nadia", "Noor", "Olga", "Omar", "Petra", "Priya"),
    *("Quinn", "Ravi", "Rosa", "Samir", "Sofia", "Tara", "Tomas", "Ugo", "Vera", "Wei", "Yusuf"),
)
NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def people(rng: Random, count: int) -> list[str]:
    """`count` names in no order, no two with the same initial."""
    initials = rng.sample(sorted({name[0] for name in NAMES}), count)
    return [rng.choice([name for name in NAMES if name[0] == initial]) for initial in initials]


def listed(words: Sequence[str]) -> str:
    """Words joined as in a sentence.

    >>> listed(["Ben", "Ivo", "Wei"]), listed(["Ben"])
    ('Ben, Ivo and Wei', 'Ben')
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def unlisted(text: str) -> list[str]:
    """The words of which `listed` makes this text."""
    return re.split(r", | and ", text)


def capital(text: str) -> str:
    """`text` as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def sentences(text: str) -> list[str]:
    """The sentences of a text, with their full stops."""
    return re.split(r"(?<=[.?]) (?=[A-Z])", text)


@cache
def pattern(template: str) -> re.Pattern[str]:
    """What matches sentences worded by a template: its first "{x}" is group x, a second the same."""
    escaped = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
    return re.compile(escaped)


def read(template: str, sentence: str) -> dict[str, str] | None:
    """What stands in the template's places, if the sentence is worded by it."""
    found = pattern(template).fullmatch(sentence)
    return found.groupdict() if found else None


def read_any(templates: Iterable[str], sentence: str) -> tuple[str, dict[str, str]] | None:
    """The first of the templates by which the sentence is worded, and what stands in its places."""
    readings = ((template, read(template, sentence)) for template in templates)
    return next(((template, places) for template, places in readings if places), None)


def places(posed: Posed, right: Callable[[str], bool]) -> list[int]:
    """The places of the options whose text is right."""
    return [place for place, option in enumerate(posed.options) if right(option.text)]
