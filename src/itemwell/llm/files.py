"""The HTTP client for batches: files of any type and size go by in pieces, none of them held whole."""

import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from typing import IO, Any

import httpx2

from itemwell.llm.door import Kind
from itemwell.llm.reading import Unreadable, load
from itemwell.llm.transport import MOST_BYTES, Guarded, Unwanted

MOST_IN_A_FILE = 500_000_000
"""More than the results of the largest batch that we hand in."""

SILENCE_SECONDS = 120.0


class Flowing(Guarded):
    """As `Guarded`, but hands on a good response while its body is still coming, whatever its type."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response. Raises Unwanted for HTML (a proxy's or a portal's), and httpx2's own errors."""
        response = await self._sent(request)
        status, kind = response.status_code, response.headers.get("content-type", "")
        if status == 200 and not kind.startswith("text/html"):
            flow = Bounded(response, self.most_bytes)
            return httpx2.Response(200, headers=response.headers, stream=flow, request=request)
        try:
            body = b"".join([chunk async for chunk in Bounded(response, MOST_BYTES)])
        finally:
            await response.aclose()
        if status < 400:
            sort: Kind = "redirect" if status >= 300 else "invalid"
            raise Unwanted(sort, f"answers {status} with {kind or 'no type'}", status=status)
        return httpx2.Response(status, headers=response.headers, content=body, request=request)


class Bounded(httpx2.AsyncByteStream):
    """The body of a response, cut off with Unwanted where it grows past `most_bytes`."""

    def __init__(self, response: httpx2.Response, most_bytes: int) -> None:
        self.response = response
        self.left = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The body piece by piece."""
        async for chunk in self.response.aiter_raw():
            self.left -= len(chunk)
            if self.left < 0:
                raise Unwanted("too_large", "a body without end")
            yield chunk

    async def aclose(self) -> None:
        """Let the connection go."""
        await self.response.aclose()


def client(base_url: str) -> httpx2.AsyncClient:
    """A client for `base_url` and no other host, for files."""
    timeout = httpx2.Timeout(SILENCE_SECONDS, connect=10.0, pool=None)
    flowing = Flowing(base_url, timeout, MOST_IN_A_FILE)
    return httpx2.AsyncClient(transport=flowing, follow_redirects=False)


async def rows(pieces: AsyncIterable[bytes]) -> AsyncGenerator[dict[str, Any]]:
    """The JSON objects of a JSONL file, a line each. What is none, or has no end, is passed over.

    Lines end with LF alone: JSON may hold U+2028 and others that `splitlines` takes for ends.
    """
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for row in _objects(lines):
            yield row
        if len(rest) > MOST_BYTES:
            rest = b"x"  # no JSON, nor can what follows make it JSON
    for row in _objects([rest]):
        yield row


async def spooled(file: IO[bytes]) -> AsyncIterator[bytes]:
    """What was written to `file`, from its beginning."""
    file.seek(0)
    while piece := file.read(1 << 20):
        yield piece


def spool() -> IO[bytes]:
    """A file without a name: in memory while it is small."""
    return tempfile.SpooledTemporaryFile(max_size=MOST_BYTES)


def _objects(lines: Iterable[bytes]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            row, _ = load(line.decode("utf-8", "replace"))
        except Unreadable:
            continue
        if isinstance(row, dict):
            yield row
