"""HTTP/1.1 on asyncio streams, no more of it than the SDKs speak, and the replies that go wrong."""

import asyncio
import json
import socket
import struct
import zlib
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from itemwell.double.bill import Charge
from itemwell.double.faults import Fault

LONGEST_HEAD = 256 * 1024
MEGABYTE = 1_000_000
TLS = b"\x16"
"""The first byte of a TLS handshake: the double speaks plain HTTP, and hangs up."""

AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends RST instead of FIN."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's JSON value; ValueError where there is none."""
        return json.loads(self.body)

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    charge: Charge | None = None
    delay: float = 0.0

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> "Response":
        return cls(status, json.dumps(value).encode(), headers=headers)

    def head(self, length: int | None = None) -> bytes:
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Overloaded"
        headers = {
            "content-type": self.content_type,
            "content-length": str(len(self.body) if length is None else length),
            **self.headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} {phrase}\r\n{lines}\r\n".encode("latin-1")


async def read(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None where the client has gone."""
    try:
        head = await reader.readexactly(1)
        if head == TLS:
            return None
        head += await reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if "chunked" in headers.get("transfer-encoding", ""):
            content = await _chunks(reader)
        else:
            content = await reader.readexactly(int(headers.get("content-length", 0)))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
        return None
    url = urlsplit(target)
    return Request(method, url.path, dict(parse_qsl(url.query)), headers, content)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    content = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        content += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return bytes(content)


async def write(response: Response, writer: asyncio.StreamWriter) -> bool:
    """Sends it, in whichever way its fault says. Returns whether the connection may be kept."""
    fault = response.fault
    spoilt = SPOILT.get(fault.name) if fault else None
    if fault and spoilt:
        await spoilt(response, fault, writer)
        return False
    writer.write(response.head() + response.body)
    await writer.drain()
    return True


async def _reset(response: Response, _: Fault, writer: asyncio.StreamWriter) -> None:
    del response
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    writer.transport.abort()


async def _close(response: Response, _: Fault, writer: asyncio.StreamWriter) -> None:
    del response
    writer.close()


async def _half(response: Response, writer: asyncio.StreamWriter) -> None:
    writer.write(response.head() + response.body[: max(1, len(response.body) // 2)])
    await writer.drain()
    await asyncio.sleep(0.05)  # a reset at once would take the half away from the reader again


async def _reset_in_body(response: Response, fault: Fault, writer: asyncio.StreamWriter) -> None:
    await _half(response, writer)
    await _reset(response, fault, writer)


async def _close_in_body(response: Response, fault: Fault, writer: asyncio.StreamWriter) -> None:
    await _half(response, writer)
    await _close(response, fault, writer)


async def _hang(response: Response, fault: Fault, writer: asyncio.StreamWriter) -> None:
    del response, writer
    await asyncio.sleep(fault["seconds"])


async def _bytewise(content: bytes, seconds: float, writer: asyncio.StreamWriter) -> None:
    for position in range(len(content)):
        writer.write(content[position : position + 1])
        await writer.drain()
        await asyncio.sleep(seconds)


async def _drip(response: Response, fault: Fault, writer: asyncio.StreamWriter) -> None:
    writer.write(response.head())
    await _bytewise(response.body, fault["seconds"], writer)


async def _slow_headers(response: Response, fault: Fault, writer: asyncio.StreamWriter) -> None:
    await _bytewise(response.head(), fault["seconds"], writer)
    writer.write(response.body)
    await writer.drain()


@cache
def _packed(size: int) -> tuple[bytes, Any]:
    """So much white space in gzip, and the compressor that goes on from there."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(b" " * size), packer


async def _huge(response: Response, fault: Fault, writer: asyncio.StreamWriter) -> None:
    """White space before the JSON: who takes it all gets a good answer at the end of it."""
    if fault["gzip"]:
        padding, kept = await asyncio.to_thread(_packed, fault["size"])
        packer = kept.copy()
        response.body = padding + packer.compress(response.body) + packer.flush()
        response.headers["content-encoding"] = "gzip"
        writer.write(response.head() + response.body)
        await writer.drain()
        return
    writer.write(response.head(fault["size"] + len(response.body)))
    for start in range(0, fault["size"], MEGABYTE):
        writer.write(b" " * min(MEGABYTE, fault["size"] - start))
        await writer.drain()
    writer.write(response.body)
    await writer.drain()


async def _not_http(response: Response, fault: Fault, writer: asyncio.StreamWriter) -> None:
    del response
    writer.write(fault["text"].encode())
    await writer.drain()


SPOILT = {
    "RESET": _reset,
    "CLOSE": _close,
    "HANG": _hang,
    "RESET_IN_BODY": _reset_in_body,
    "CLOSE_IN_BODY": _close_in_body,
    "DRIP": _drip,
    "SLOW_HEADERS": _slow_headers,
    "HUGE": _huge,
    "NOT_HTTP": _not_http,
}
"""The faults in how bytes are sent; the other wire faults change the response before it is sent."""
