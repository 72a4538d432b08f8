"""Secrets by their value, however they are written: each is replaced wherever it stands.

Names do not help: a key is in the message of a vendor, a password in an address. So every value that
is secret here is looked for in what is about to leave, as it is and as URLs, JSON, Python and base64
write it. What looks like a key, a bearer or an address with a password goes too, whoever set it.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from itemwell.settings import Settings

GONE = "[redacted]"
ANYWHERE = 8
"""From so many letters on a value is replaced inside of words too; a shorter one as a word alone."""

SHORTEST = 4
"""Shorter ones are left: they would go from every text, and tell where they were."""

PIECE = 16
"""A line of a longer secret, such as a private key, is one of its own."""

SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|_PASS$|CREDENTIAL|DSN|AUTH|BEARER|COOKIE", re.IGNORECASE
)
SHAPES = (
    r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}",
    r"\bAIza[0-9A-Za-z_-]{16,}",
    r"(?i:\bbearer|\bbasic)(?:\s|%20|\+)+[A-Za-z0-9._~+/=%-]{6,}",
    r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)",
)


def redacting(values: Iterable[str]) -> Callable[[str], str]:
    """A function that takes every one of `values` out of a text.

    >>> redacting(["hunter2!"])("GET /?p=hunter2%21 by aHVudGVyMiE=")
    'GET /?p=[redacted] by [redacted]='
    """
    found = re.compile("|".join((*_patterns(_all_forms(values)), *SHAPES)))
    return lambda text: found.sub(GONE, text)


def of_long_texts(values: Iterable[str]) -> Callable[[str], str]:
    """The same of `values` alone, quick where a long text holds none of them, which is the rule.

    >>> of_long_texts(["hunter2-hunter2"])("GET /?p=hunter2-hunter2")
    'GET /?p=[redacted]'
    """
    forms = _all_forms(values)
    found = re.compile("|".join(_patterns(forms)) or "(?!)")
    return lambda text: found.sub(GONE, text) if any(form in text for form in forms) else text


def cleaned(value: Any, redact: Callable[[str], str]) -> Any:
    """`value`, plain data, with `redact` done to every text, key and number in it."""
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {redact(str(name)): cleaned(each, redact) for name, each in value.items()}
        case list() | tuple():
            return [cleaned(each, redact) for each in value]
        case bytes():
            return redact(value.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
        case bool() | None:
            return value
        case int() | float():
            return value if redact(str(value)) == str(value) else GONE
    return redact(str(value))


def in_force(settings: "Settings", environ: Mapping[str, str]) -> set[str]:
    """Every value that is secret here, by the settings and by the names of the environment."""
    kept = [getattr(settings, name) for name in type(settings).model_fields]
    values = {value.get_secret_value() for value in kept if isinstance(value, SecretStr)}
    values |= {value for name, value in environ.items() if SECRET_NAME.search(name)}
    for address in (*values, *environ.values()):
        values |= set(_passwords(address))
    return values


def _passwords(address: str) -> Iterator[str]:
    """The password of an address, as it is written and as it is meant."""
    if "@" not in address or "://" not in address:
        return
    try:
        password = urlsplit(address.strip()).password
    except ValueError:
        return
    if password:
        yield from (password, unquote(password))


def _all_forms(values: Iterable[str]) -> set[str]:
    return {form for value in values for piece in _pieces(value) for form in _forms(piece)}


def _patterns(forms: Iterable[str]) -> list[str]:
    return [_pattern(form) for form in sorted(forms, key=len, reverse=True)]


def _pieces(value: str) -> Iterator[str]:
    stripped = value.strip()
    yield stripped
    for each in stripped.splitlines():
        if len(each.strip()) >= PIECE:
            yield each.strip()


def _forms(value: str) -> Iterator[str]:
    """The ways in which `value` may be written."""
    if len(value) < SHORTEST:
        return
    raw = value.encode("utf-8", "surrogateescape")  # the environment may be in any encoding
    for url in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield from (url, re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), url))
    for escaped in (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
        yield from (escaped, json.dumps(escaped)[1:-1])  # JSON in JSON
    yield from (value, repr(value)[1:-1], value.replace("\\", "\\\\").replace("'", "\\'"))
    if len(value) >= ANYWHERE:
        for offset in range(3):
            yield from _in_base64(raw, offset)


def _in_base64(value: bytes, offset: int) -> Iterator[str]:
    """`value` in base64 after `offset` more bytes, without the letters that its neighbours share."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        letters = encode(b"\0" * offset + value).decode()
        head = (0, 2, 3)[offset]
        tail = (0, 3, 2)[(offset + len(value)) % 3]
        yield from (letters[head:].rstrip("="), letters[head : len(letters) - tail])


def _pattern(form: str) -> str:
    exact = re.escape(form)
    return exact if len(form) >= ANYWHERE else rf"(?<!\w){exact}(?!\w)"
