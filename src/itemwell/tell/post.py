"""One bounded request, and many beside each other within one deadline."""

import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

Key = TypeVar("Key")

MOST_BYTES = 10_000
"""So much of an answer is read: nobody looks at it."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
AGENT = {"User-Agent": "itemwell"}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An address that sends elsewhere was told wrongly: what we say is not for whoever is there."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def post(
    url: str, body: bytes, kind: str, seconds: float, headers: Mapping[str, str] | None = None
) -> str:
    """Why the address did not take `body`; empty where it did. Never raises for what the world does."""
    handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
    if urlsplit(url).hostname in LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    about = {"Content-Type": kind, **AGENT, **(headers or {})}
    request = urllib.request.Request(url, body, about, method="POST")  # noqa: S310 - http(s), by the settings
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=seconds) as answer:
            answer.read(MOST_BYTES)
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"it cannot be reached ({_kind(error)})"
    return ""


def _kind(error: Exception) -> str:
    """The kind of error alone: its text may hold the address."""
    reason = getattr(error, "reason", error)
    return type(reason if isinstance(reason, Exception) else error).__name__


def beside(work: Mapping[Key, Callable[[], str]], seconds: float) -> dict[Key, str]:
    """What each function returned, all at once; "no answer" for one that took longer than `seconds`.

    It is left behind in a thread that does not keep the program: a timeout of sockets is for each
    read, so whoever drips beats it.
    """
    found = dict.fromkeys(work, f"no answer within {seconds:g} s")

    def do(key: Key, each: Callable[[], str]) -> None:
        try:
            result = each()
        except Exception as error:  # noqa: BLE001 - whatever it was, the job must not end by it
            result = type(error).__name__
        found[key] = result

    threads = [
        threading.Thread(target=do, args=each, name="telling", daemon=True) for each in work.items()
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return dict(found)
