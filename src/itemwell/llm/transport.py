"""The one HTTP client under all three SDKs: one host, no redirects, bounded bodies, JSON only."""

import json
import math
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import cycle
from urllib.request import getproxies, proxy_bypass

import httpx2

from itemwell.llm.door import Kind, LLMError, Trace

MOST_BYTES = 4_000_000
"""A reply of the largest models is below 1 MB; what is longer is no answer of ours."""

Response = httpx2.Response
"""What came, as it came: what an SDK is to hand on where we read the body ourselves."""

LINES = 8
"""Pools that take turns: one pool looks at each of its connections twice for every request."""

KEPT_CHARACTERS = 4_000
"""So much is kept of a body that is no answer."""

A_DAY = 86_400.0
"""Longer than any run: who asks for more has ended it anyway."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Unwanted(httpx2.TransportError):
    """The body or the address is none that we take. `kind` is what the door calls it."""

    def __init__(self, kind: Kind, message: str, text: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.text = text
        self.status = status


class Guarded(httpx2.AsyncBaseTransport):
    """Sends to one origin only, and hands on a response only once all of its body is known good."""

    def __init__(self, base_url: str, timeout: httpx2.Timeout, most_bytes: int) -> None:
        self.origin = _origin(httpx2.URL(base_url))
        self.timeout = timeout.as_dict()
        self.most_bytes = most_bytes
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=100)
        verify, proxy = trusted(), _proxy(httpx2.URL(base_url))
        self.lines = [
            httpx2.AsyncHTTPTransport(verify=verify, limits=limits, proxy=proxy)
            for _ in range(LINES)
        ]
        self.turn = cycle(self.lines)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The whole response, decoded. Raises Unwanted, and httpx2's own errors."""
        response = await self._sent(request)
        try:
            body = await self._body(response)
        finally:
            await response.aclose()
        _refuse(response, body)
        kept = [pair for pair in response.headers.raw if pair[0].lower() not in _REPLACED]
        headers = [*kept, (b"content-type", b"application/json; charset=utf-8")]
        content = body if response.status_code == 200 else _tame(body)
        return httpx2.Response(
            response.status_code, headers=headers, content=content, request=request
        )

    async def _sent(self, request: httpx2.Request) -> httpx2.Response:
        """The response, its body not yet read. Raises Unwanted before another origin sees the key."""
        if _origin(request.url) != self.origin:
            raise Unwanted("redirect", f"the key does not go to {request.url.host}")
        request.extensions["timeout"] = self.timeout  # an SDK's own may be none at all
        request.headers["accept-encoding"] = "identity"  # no bomb is unpacked
        response = await next(self.turn).handle_async_request(request)
        response.request = request
        return response

    async def _body(self, response: httpx2.Response) -> bytes:
        chunks, size = [], 0
        announced = response.headers.get("content-length", "0")
        if announced.isascii() and announced.isdigit() and len(announced) > 12:
            size = self.most_bytes + 1
        elif announced.isascii() and announced.isdigit():
            size = 0 if int(announced) <= self.most_bytes else self.most_bytes + 1
        if size <= self.most_bytes:
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > self.most_bytes:
                    break
                chunks.append(chunk)
        if size > self.most_bytes:
            raise Unwanted("too_large", f"a body of more than {self.most_bytes:,} bytes")
        return b"".join(chunks)

    async def aclose(self) -> None:
        """Close every connection."""
        for line in self.lines:
            await line.aclose()


_REPLACED = {b"content-encoding", b"content-length", b"transfer-encoding", b"content-type"}


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed. One for all clients: to read the list takes 0.1 s each time."""
    return httpx2.create_ssl_context()


def client(
    base_url: str,
    *,
    connect_seconds: float = 10.0,
    read_seconds: float = 120.0,
    most_bytes: int = MOST_BYTES,
) -> httpx2.AsyncClient:
    """A client for `base_url` and no other host. `read_seconds` bounds a silence, not the whole."""
    timeout = httpx2.Timeout(read_seconds, connect=connect_seconds, pool=None)
    transport = Guarded(base_url, timeout, most_bytes)
    return httpx2.AsyncClient(transport=transport, follow_redirects=False)


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds that the vendor asks us to wait; None where it says nothing, or nothing sensible.

    >>> retry_after({"retry-after": "1.5"}), retry_after({"retry-after": "-1"})
    (1.5, None)
    >>> retry_after({"retry-after": "soon"}), retry_after({"retry-after": "nan"})
    (None, None)
    >>> retry_after({"retry-after": "Thu, 01 Jan 1970 00:01:00 GMT"}, now=0.0)
    60.0
    """
    said = headers.get("retry-after", "").strip()
    seconds = _number(headers.get("retry-after-ms", ""), 1_000) or _number(said, 1)
    if seconds is None and said:
        until, here = _moment(said), _moment(headers.get("date", ""))
        since = now if now is not None else here if here is not None else time.time()
        seconds = None if until is None else until - since
    return min(seconds, A_DAY) if seconds is not None and seconds >= 0 else None


def broken_line(error: httpx2.HTTPError, about: str) -> LLMError:
    """What happened on the way to or from the vendor, in our words. It names no header."""
    match error:
        case Unwanted():
            trace = Trace(error.text, status=error.status)
            billed = error.kind != "redirect"
            return LLMError(error.kind, f"{about}: {error}", perhaps_billed=billed, trace=trace)
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout() | httpx2.WriteTimeout():
            return LLMError("timeout", f"{about}: no connection in time", wait=0.0)
        case httpx2.TimeoutException():
            return LLMError("timeout", f"{about}: silent too long", wait=0.0, perhaps_billed=True)
        case httpx2.ConnectError() | httpx2.ProxyError() | httpx2.WriteError():
            return LLMError("connection", f"{about}: cannot be reached: {error}", wait=0.0)
        case httpx2.UnsupportedProtocol() | httpx2.LocalProtocolError():
            return LLMError("bug", f"{about}: the request cannot be sent: {error}")
        case httpx2.DecodingError():
            return LLMError("invalid", f"{about}: cannot be unpacked", perhaps_billed=True)
        case _:
            return LLMError("cut", f"{about}: the line broke", wait=0.0, perhaps_billed=True)


def _refuse(response: httpx2.Response, body: bytes) -> None:
    status = response.status_code
    if 300 <= status < 400:
        where = response.headers.get("location", "nowhere")
        host = where.split("?")[0][:200]
        raise Unwanted("redirect", f"redirects to {host}, not followed", status=status)
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if 200 < status < 300 or status < 200:
        raise Unwanted("invalid", f"answers {status}", status=status)
    if status == 200 and not (kind == "application/json" or kind.endswith("+json")):
        text = body[:KEPT_CHARACTERS].decode("utf-8", "replace")
        raise Unwanted("invalid", f"answers {status} with {kind or 'no type'}", text, status)


def _tame(body: bytes) -> bytes:
    """An error's `body` as UTF-8 that an SDK can read or cannot, without falling over.

    google-genai expects JSON or a JSONDecodeError: what raises another error (half a character,
    nesting without end, a number of 5,000 digits) is made no JSON at all.
    """
    whole = body.decode("utf-8", "replace").encode()
    try:
        json.loads(whole)
    except json.JSONDecodeError:
        return whole
    except (ValueError, RecursionError):
        return b"no JSON: " + whole
    return whole


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _proxy(url: httpx2.URL) -> str | None:
    """The proxy of the environment: a transport of one's own does not look for it."""
    if url.host in LOOPBACK or proxy_bypass(url.host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def _number(text: str, per: int) -> float | None:
    try:
        number = float(text) / per
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
