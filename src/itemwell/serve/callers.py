"""Who calls: bearers that are compared in constant time, each with the scopes that it may use."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itemwell.settings import Settings


class Scope(StrEnum):
    """What a caller may do."""

    READ = "read"
    TRIGGER = "trigger"
    CLAIM = "claim"
    KEYS = "keys"


EVERYTHING = frozenset(Scope)
CRON = "cron"


@dataclass(frozen=True, slots=True)
class Caller:
    """One bearer, known by its SHA-256 alone."""

    name: str
    digest: bytes
    scopes: frozenset[Scope]


def callers(settings: "Settings") -> list[Caller]:
    """CRON_SECRET, which may do everything, and those of API_TOKENS."""
    found = []
    if settings.cron_secret:
        secret = settings.cron_secret.get_secret_value()
        found.append(Caller(CRON, _digest(secret), EVERYTHING))
    for name, token in settings.api_tokens.items():
        scopes = frozenset(Scope(each) for each in token.scopes)
        found.append(Caller(name, bytes.fromhex(token.sha256), scopes))
    return found


def calling(known: Sequence[Caller], authorization: str) -> Caller | None:
    """Whose bearer this is. Whatever is given is hashed, and compared with every caller's to the end."""
    kind, _, given = authorization.partition(" ")
    digest = _digest(given.strip() if kind.lower() == "bearer" else "")
    found = None
    for caller in known:
        if hmac.compare_digest(digest, caller.digest):
            found = caller
    return found


def _digest(bearer: str) -> bytes:
    return hashlib.sha256(bearer.encode("utf-8", "surrogateescape")).digest()
