"""HTTP/1.1 over connections that are kept open: the bytes by asyncio, the grammar by h11.

What httpx brings for this serves every kind of use and takes half of a call's time; ours are short
requests to one host. Where a proxy stands between, httpx's own transport is used: see `transport`.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import h11
import httpx2

KEPT_SECONDS = 5.0
"""So long an idle connection is taken again: a vendor may close it unseen."""

LONGEST_HEAD = 100 * 1024
MOST_UNREAD = 1 << 20
"""Bytes that wait to be read before the sender is made to wait."""

PIECE = 1 << 16

Timeouts = Mapping[str, float | None]


class Line(asyncio.Protocol):
    """A connection for one request at a time."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self.idle_since = 0.0
        self._unread = 0
        self._ended = False
        self._lost: Exception | None = None
        self._full = False
        self._change: asyncio.Future[None] | None = None

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        fresh = time.monotonic() - self.idle_since < KEPT_SECONDS
        return fresh and not self._ended and not self._unread and not self.transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of asyncio.Protocol, as the others of its kind."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        self.http.receive_data(data)
        if self._unread > MOST_UNREAD:
            self.transport.pause_reading()
        self._tell()

    def eof_received(self) -> None:
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._tell()

    async def send(self, request: httpx2.Request, timeouts: Timeouts) -> None:
        """All of the request. A line that breaks meanwhile is found when the answer is read."""
        body = await request.aread()
        target, headers = request.url.raw_path, request.headers.raw
        head = h11.Request(method=request.method, target=target, headers=headers)
        parts = [self.http.send(head), body and self.http.send(h11.Data(data=body))]
        parts.append(self.http.send(h11.EndOfMessage()))
        whole = b"".join(part for part in parts if part)
        for start in range(0, len(whole), PIECE):
            self.transport.write(whole[start : start + PIECE])
            while self._full and not self._ended:
                await self._changed(timeouts.get("write"), httpx2.WriteTimeout)

    async def event(self, timeouts: Timeouts) -> h11.Event:
        """What comes next of the answer."""
        while (event := self.http.next_event()) is h11.NEED_DATA:
            if self._lost:
                raise httpx2.ReadError(str(self._lost))
            self._unread = 0
            self.transport.resume_reading()
            await self._changed(timeouts.get("read"), httpx2.ReadTimeout)
        assert isinstance(event, h11.Event)
        return event

    def next(self) -> bool:
        """Make ready for another request; False where the answer was not read to its end."""
        if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
            return False
        self._unread = len(self.http.trailing_data[0])
        self.http.start_next_cycle()
        self.idle_since = time.monotonic()
        return True

    def close(self) -> None:
        """At once: nobody waits for what is still to come."""
        self.transport.abort()

    def _end(self, error: Exception | None) -> None:
        self._lost = self._lost or error
        if not self._ended and not self._lost:
            with suppress(h11.ProtocolError):
                self.http.receive_data(b"")
        self._ended = True
        self._tell()

    def _tell(self) -> None:
        if self._change and not self._change.done():
            self._change.set_result(None)

    async def _changed(self, seconds: float | None, error: type[httpx2.TimeoutException]) -> None:
        loop = asyncio.get_running_loop()
        change = self._change = loop.create_future()
        late = error("silent too long")
        clock = loop.call_later(seconds, _fail, change, late) if seconds is not None else None
        try:
            await change
        finally:
            self._change = None
            if clock:
                clock.cancel()


@dataclass
class Lines(httpx2.AsyncBaseTransport):
    """Connections to one host: the one that was used last is taken first, so that few are kept."""

    trusted: ssl.SSLContext
    _idle: list[Line] = field(default_factory=list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer's head; its body is read from the response. Raises httpx2's errors."""
        timeouts: Timeouts = request.extensions.get("timeout", {})
        line = await self._line(request.url, timeouts)
        try:
            with _said():
                await line.send(request, timeouts)
                head = await line.event(timeouts)
                while isinstance(head, h11.InformationalResponse):
                    head = await line.event(timeouts)
        except BaseException:
            line.close()
            raise
        if not isinstance(head, h11.Response):
            line.close()
            raise httpx2.RemoteProtocolError("the line ended before an answer")
        body = Body(self, line, timeouts)
        return httpx2.Response(head.status_code, headers=head.headers.raw_items(), stream=body)

    async def aclose(self) -> None:
        """Close what is idle; what is under way its users close."""
        while self._idle:
            self._idle.pop().close()

    def give_back(self, line: Line) -> None:
        """Keep a line whose answer is read to its end; close any other."""
        if line.next():
            self._idle.append(line)
        else:
            line.close()

    async def _line(self, url: httpx2.URL, timeouts: Timeouts) -> Line:
        while self._idle:
            line = self._idle.pop()
            if line.usable:
                return line
            line.close()
        secure = self.trusted if url.scheme == "https" else None
        port = url.port or (443 if secure else 80)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeouts.get("connect")):
                _, line = await loop.create_connection(
                    Line, url.host, port, ssl=secure, happy_eyeballs_delay=0.25
                )
        except TimeoutError as error:
            raise httpx2.ConnectTimeout("no connection in time") from error
        except OSError as error:  # ssl.SSLError is one
            raise httpx2.ConnectError(str(error)) from error
        return line


@dataclass
class Body(httpx2.AsyncByteStream):
    """The body of an answer, as it comes."""

    lines: Lines
    line: Line
    timeouts: Timeouts
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _said():
            while isinstance(event := await self.line.event(self.timeouts), h11.Data):
                yield bytes(event.data)

    async def aclose(self) -> None:
        """Give the line back."""
        if not self.closed:
            self.closed = True
            self.lines.give_back(self.line)


class _said:  # noqa: N801 - a context manager
    """What h11 raises, as httpx2's errors."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, h11.RemoteProtocolError):
            raise httpx2.RemoteProtocolError(str(error)) from error
        if isinstance(error, h11.LocalProtocolError):
            raise httpx2.LocalProtocolError(str(error)) from error


def _fail(change: "asyncio.Future[None]", error: Exception) -> None:
    if not change.done():
        change.set_exception(error)
