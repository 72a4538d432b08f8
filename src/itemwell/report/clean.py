"""The document without secrets that stood in rows: an error's words, a vendor's name. Pure.

Only free text is looked at. Dates, states and numbers cannot hold a secret, and a password of four
digits must not take a year out of a date. Of what questions say only long secrets go, since a short
password may be a word of theirs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from itemwell.sentry.secrets import cleaned

Redact = Callable[[str], str]

FREE = frozenset(
    "headline sentence message reason vendor model value seed where question_type types".split()
)
CONTENT = frozenset({"samples", "stem"})


def clean(value: Any, redact: Redact, of_content: Redact) -> Any:
    """`value`, a part of the document, cleaned: of secrets, and of long ones where it is content."""
    match value:
        case Mapping():
            return {name: _named(name, each, redact, of_content) for name, each in value.items()}
        case list():
            return [clean(each, redact, of_content) for each in value]
    return value


def _named(name: str, value: Any, redact: Redact, of_content: Redact) -> Any:
    if name in CONTENT:
        return cleaned(value, of_content)
    if name in FREE and isinstance(value, str):
        return redact(value)
    if name in FREE and isinstance(value, list):
        return [redact(each) for each in value]
    return clean(value, redact, of_content)
