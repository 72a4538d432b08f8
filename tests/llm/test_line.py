"""Requests over connections that are kept open, against a server that says what a test wants."""

import asyncio
import ssl
from contextlib import asynccontextmanager

import httpx2
import pytest

from itemwell.llm import line
from itemwell.llm.line import Lines

GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
PARTS = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\n\r\n" + GOOD
TO_THE_END = b"HTTP/1.1 200 OK\r\n\r\nok"
CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"


class Served(asyncio.Protocol):
    """A connection as the server sees it: each head of a request is answered with the same bytes."""

    def __init__(self, answer, seen, *, closes):
        self.answer, self.closes = answer, closes
        seen.append(self)

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if b"\r\n\r\n" in data:
            self.transport.write(self.answer)
            if self.closes:
                self.transport.close()


@asynccontextmanager
async def a_server(answer, *, closes=False):
    """Lines to it, its address, and the connections that it saw."""
    seen = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Served(answer, seen, closes=closes), "127.0.0.1", 0)
    lines = Lines(ssl.create_default_context())
    async with server:
        yield lines, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", seen
        await lines.aclose()
        for each in seen:
            each.transport.abort()
        await asyncio.sleep(0.01)


async def asked(lines, url, **timeouts):
    usual = {"connect": 5.0, "read": 5.0, "write": 5.0}
    request = httpx2.Request("POST", url, json={}, extensions={"timeout": usual | timeouts})
    response = await lines.handle_async_request(request)
    try:
        return b"".join([part async for part in response.stream])
    finally:
        await response.aclose()


@pytest.mark.parametrize("answer", [GOOD, PARTS, EARLY])
def test_a_connection_is_used_again(answer):
    async def run():
        async with a_server(answer) as (lines, url, seen):
            return [await asked(lines, url) for _ in range(3)], len(seen)

    assert asyncio.run(run()) == ([b"ok"] * 3, 1)


@pytest.mark.parametrize("answer", [GOOD, TO_THE_END])
def test_a_connection_that_its_server_closed_is_not(answer):
    async def run():
        async with a_server(answer, closes=True) as (lines, url, seen):
            said = []
            for _ in range(3):
                said.append(await asked(lines, url))
                await asyncio.sleep(0.05)
            return said, len(seen)

    assert asyncio.run(run()) == ([b"ok"] * 3, 3)


def test_an_old_connection_is_not_used_again(monkeypatch):
    monkeypatch.setattr(line, "KEPT_SECONDS", 0.0)

    async def run():
        async with a_server(GOOD) as (lines, url, seen):
            return [await asked(lines, url) for _ in range(2)], len(seen)

    assert asyncio.run(run()) == ([b"ok"] * 2, 2)


def test_a_connection_on_which_too_much_came_is_not_used_again():
    async def run():
        async with a_server(GOOD + GOOD) as (lines, url, seen):
            return [await asked(lines, url) for _ in range(2)], len(seen)

    assert asyncio.run(run()) == ([b"ok"] * 2, 2)


def test_requests_at_once_have_a_connection_each():
    async def run():
        async with a_server(GOOD) as (lines, url, seen):
            await asyncio.gather(*(asked(lines, url) for _ in range(5)))
            await asyncio.gather(*(asked(lines, url) for _ in range(5)))
            return len(seen)

    assert asyncio.run(run()) == 5


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (CUT, httpx2.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ncont", httpx2.RemoteProtocolError),
        (b"no HTTP\r\n\r\n", httpx2.RemoteProtocolError),
        (b"", httpx2.RemoteProtocolError),
    ],
)
def test_what_is_no_whole_answer_is_an_error_and_the_next_request_has_its_own(answer, error):
    async def run():
        async with a_server(answer, closes=True) as (lines, url, seen):
            for _ in range(2):
                with pytest.raises(error):
                    await asked(lines, url)
            return len(seen)

    assert asyncio.run(run()) == 2


def test_silence_ends_in_time():
    async def run():
        async with a_server(b"") as (lines, url, _):
            with pytest.raises(httpx2.ReadTimeout):
                await asked(lines, url, read=0.1)

    asyncio.run(run())


def test_a_body_of_many_megabytes_is_never_held_whole(monkeypatch):
    monkeypatch.setattr(line, "MOST_UNREAD", 1 << 16)
    size = 8 << 20
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + bytes(size)

    async def run():
        async with a_server(answer) as (lines, url, _):
            request = httpx2.Request("POST", url, content=b"x" * (1 << 20))
            response = await lines.handle_async_request(request)
            await asyncio.sleep(0.1)
            unread = response.stream.line._unread
            read = sum([len(part) async for part in response.stream])
            await response.aclose()
            return unread, read

    unread, read = asyncio.run(run())

    assert unread < 1 << 20
    assert read == size


def test_who_is_cancelled_leaves_no_connection_behind():
    async def run():
        async with a_server(b"") as (lines, url, seen):
            task = asyncio.create_task(asked(lines, url))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0.05)
            return [each.transport.is_closing() for each in seen]

    assert asyncio.run(run()) == [True]


def test_nobody_at_the_address_is_told():
    async def run():
        with pytest.raises(httpx2.ConnectError):
            await asked(Lines(ssl.create_default_context()), "http://127.0.0.1:1/v1")

    asyncio.run(run())
