"""Requests to the service by its ASGI interface, without a socket."""

import asyncio
import hashlib
import json

CRON = "cron-secret-PLANTED-4711"
READER = "reader-token-PLANTED-0815"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


def call(app, method, path, *, bearer=CRON, body=b"", headers=(), chunks=None):
    """One request through the ASGI interface, as a server would make it."""
    path, _, query = path.partition("?")
    told = [(b"host", b"test"), (b"content-type", b"application/json"), *headers]
    if bearer is not None:
        told.append((b"authorization", f"Bearer {bearer}".encode()))
    if chunks is None:
        chunks = [body if isinstance(body, bytes) else json.dumps(body).encode()]
        told.append((b"content-length", str(len(chunks[0])).encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": told,
        "scheme": "http", "server": ("test", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": place < len(chunks) - 1}
        for place, chunk in enumerate(chunks)
    ]
    sent = []

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start = next(each for each in sent if each["type"] == "http.response.start")
    body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    return Answer(start["status"], dict(start["headers"]), body)


def digest(bearer):
    return hashlib.sha256(bearer.encode()).hexdigest()
