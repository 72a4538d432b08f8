"""Names, lists and sentences: how the questions of this folder are worded, and read again."""

import re
from collections.abc import Iterable
from functools import cache

NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


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
