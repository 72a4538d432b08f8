"""What comes before every route: the size of the request, the caller, his allowance. Plain ASGI."""

import json
import math
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException

from itemwell.serve.callers import Caller, calling
from itemwell.serve.limits import Allowance

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

OPEN = frozenset({"/healthz", "/openapi.json"})
"""What needs no bearer: it tells nothing of the bank."""

STRANGERS = "nobody"


TOO_LARGE = "the request is too large"


class Gate:
    """The app behind it sees `scope["caller"]`, and never more bytes than it may."""

    def __init__(
        self, app: App, callers: Sequence[Caller], allowance: Allowance, most_bytes: int
    ) -> None:
        self.app, self.callers, self.allowance, self.most = app, callers, allowance, most_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request; what is no HTTP goes through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        if _length(headers) > self.most:
            await refuse(send, 413, TOO_LARGE)
            return
        caller = calling(self.callers, headers.get(b"authorization", b"").decode("latin-1"))
        wait = self.allowance.wait(caller.name if caller else STRANGERS)
        if wait:
            after = [(b"retry-after", str(math.ceil(wait)).encode())]
            await refuse(send, 429, "too many requests", after)
            return
        if caller is None and scope["path"] not in OPEN:
            told = [(b"www-authenticate", b"Bearer")]
            await refuse(send, 401, "a valid bearer is needed", told)
            return
        scope["caller"] = caller
        await self.app(scope, self._limited(receive), send)

    def _limited(self, receive: Receive) -> Receive:
        """The body, unless it grows beyond what its length said, or what it may be."""
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise HTTPException(413, TOO_LARGE)
            return message

        return limited


def _length(headers: MutableMapping[bytes, bytes]) -> int:
    given = headers.get(b"content-length", b"0")
    return int(given) if given.isdigit() and len(given) < 12 else 0


async def refuse(
    send: Send, status: int, error: str, headers: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """An error in the one form that all have."""
    body = json.dumps({"success": False, "error": error}).encode()
    told = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*told, *headers]})
    await send({"type": "http.response.body", "body": body})
