"""What leaves the service holds no secret, whatever row or error it came from. Plain ASGI."""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from itemwell.sentry import secrets

if TYPE_CHECKING:
    from itemwell.serve.gate import App, Message, Receive, Send

Redact = Callable[[str], str]

CONTENT = frozenset({"/api/get-pre-generated-exam"})
"""What learners read: long, and a short password may be a word of theirs."""

LONG = 12
"""So many letters of a secret are no word of a question."""


class Clean:
    """The app, its answers without any of `values`. An answer is held until it is whole."""

    def __init__(self, app: "App", values: Iterable[str]) -> None:
        kept = frozenset(values)
        self.app = app
        self.redact = secrets.redacting(kept)
        self.of_content = secrets.of_long_texts(each for each in kept if len(each) >= LONG)

    async def __call__(self, scope: "Message", receive: "Receive", send: "Send") -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        redact = self.of_content if scope["path"] in CONTENT else self.redact
        await self.app(scope, receive, _held(send, redact))


def _held(send: "Send", redact: Redact) -> "Send":
    """`send`, but of a whole answer that was cleaned."""
    start: list[Message] = []
    parts: list[bytes] = []

    async def held(message: "Message") -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        parts.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body = clean(b"".join(parts), redact)
        told = [each for each in start[0]["headers"] if each[0].lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await send({**start[0], "headers": [*told, length]})
        await send({"type": "http.response.body", "body": body})

    return held


def clean(body: bytes, redact: Redact) -> bytes:
    """The body without secrets: still JSON where it was, and the very same where there were none."""
    text = body.decode("utf-8", "surrogateescape")
    said = redact(text)
    if said == text:
        return body
    try:
        return json.dumps(secrets.cleaned(json.loads(text), redact)).encode()
    except ValueError:
        return said.encode("utf-8", "surrogateescape")
