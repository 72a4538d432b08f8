"""Asks with defaults, models made of a script, and a server that answers with any bytes."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from itemwell.llm.door import Ask, LLMError, Reply, Usage
from itemwell.llm.prices import Prices, Rate


class Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str
    reason: str


GOOD = '{"key": "B", "reason": "4 packs"}'
VERDICT = Verdict(key="B", reason="4 packs")

A_RATE = Rate(Decimal(1), Decimal(10))
PRICES = Prices({"a-model": A_RATE})


def an_ask(**changes):
    fields = {
        "stage": "solve",
        "system": "You solve questions.",
        "prompt": "How much do 12 pens cost?",
        "answer": Verdict,
        "slot_id": "slot-1",
        "max_output_tokens": 500,
    }
    return Ask(**fields | changes)


def a_reply(**changes):
    fields = {
        "answer": VERDICT,
        "text": GOOD,
        "finish": "stop",
        "usage": Usage(100, output=20),
        "vendor": "openai",
        "model": "a-model",
    }
    return Reply(**fields | changes)


@dataclass
class Scripted:
    """A model that says what is on its list: an error is raised, a function is awaited."""

    script: list = field(default_factory=list)
    vendor: str = "openai"
    name: str = "a-model"
    asked: list = field(default_factory=list)

    async def __call__(self, ask):
        self.asked.append(ask)
        said = self.script.pop(0) if self.script else a_reply(vendor=self.vendor)
        if callable(said):
            said = await said(ask)
        if isinstance(said, LLMError):
            raise said
        return said


class Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self):
        self.now = 1_000.0
        self.slept = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def overloaded(wait=0.0):
    return LLMError("overloaded", "busy", wait=wait)


def limited(wait):
    return LLMError("rate", "too fast", wait=wait)


def cut():
    return LLMError("cut", "the line broke", wait=0.0, perhaps_billed=True)


def failed(model, ask=None):
    """The LLMError that a model raises."""

    async def call():
        try:
            reply = await model(ask or an_ask())
        except LLMError as error:
            return error
        raise AssertionError(f"a reply: {reply}")

    return asyncio.run(call())


def asked(model, ask=None):
    """The reply of a model."""
    return asyncio.run(model(ask or an_ask()))


@asynccontextmanager
async def serving(answer):
    """A server on loopback: `answer()` gives the bytes of each response, as they go on the wire."""

    async def handle(reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            size = next(
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            await reader.readexactly(size)
            writer.write(answer())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


def http(body, status=200, content_type="application/json", **headers):
    body = body if isinstance(body, bytes) else body.encode()
    lines = [
        f"HTTP/1.1 {status} X",
        f"content-type: {content_type}",
        f"content-length: {len(body)}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + body
