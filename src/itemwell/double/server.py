"""The double as a server: a thread with an event loop of its own, on the loopback interface only."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterable
from typing import Any, Self

from itemwell.double import control
from itemwell.double.bill import Bill
from itemwell.double.desk import Desk
from itemwell.double.faults import USUAL, Fault, Layer
from itemwell.double.mind import Brain, Chance, Mind
from itemwell.double.seen import Seen
from itemwell.double.wire import LONGEST_HEAD, Request, Response, read, write

HOST = "127.0.0.1"
WAITING = 1024
"""Connections that the kernel may hold for us: hundreds of clients come at the same moment."""


class Double:
    """The three vendors, as a context manager. `seen` and `bill` can be read after its end, too."""

    def __init__(  # noqa: PLR0913 - each is a knob that tests turn by itself
        self,
        brain: Brain | None = None,
        latency: float = 0.0,
        sigma: float = 0.0,
        seed: int = 0,
        fault_rate: float = 0.0,
        faults: Iterable[Fault] = (),
        *,
        port: int = 0,
        batch_seconds: float = 0.0,
        reasoning: int = 0,
    ) -> None:
        chance = Chance(latency, sigma, seed, fault_rate, tuple(faults) or USUAL)
        self.desk = Desk(Mind(brain, chance, reasoning), batch_seconds=batch_seconds)
        self.strayed: list[Request] = []
        self._port = port
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program with the vendors' SDKs talk to the double."""
        keys = {f"{vendor.upper()}_API_KEY": key for vendor, key in self.desk.keys.items()}
        return {
            "OPENAI_BASE_URL": f"{self.url}/openai/v1",
            "ANTHROPIC_BASE_URL": f"{self.url}/anthropic",
            "GOOGLE_GEMINI_BASE_URL": f"{self.url}/google",
            **keys,
        }

    @property
    def seen(self) -> list[Seen]:
        return self.desk.seen

    @property
    def bill(self) -> Bill:
        return self.desk.mind.bill

    @property
    def keys(self) -> dict[str, str]:
        return self.desk.keys

    @property
    def models(self) -> dict[str, list[str]]:
        """The models of each vendor. Take one out and it is retired."""
        return self.desk.mind.models

    @property
    def leaked(self) -> list[str]:
        """The vendors whose key arrived at the other host, where a redirect leads."""
        return [
            vendor
            for request in self.strayed
            for vendor, key in self.keys.items()
            if key in str([request.path, request.query, request.headers, request.body])
        ]

    def script(self, vendor: str, replies: Iterable[Any]) -> None:
        """The vendor's next replies, in order: faults, answers, or functions of what is seen."""
        self.desk.script(vendor, replies)

    def script_lines(self, vendor: str, replies: Iterable[Any]) -> None:
        """The same for the next lines of this vendor's batches."""
        self.desk.line_scripts[vendor].extend(replies)

    def revoke(self, vendor: str) -> None:
        """From now on the vendor refuses the key that it gave out."""
        self.desk.keys[vendor] += "-revoked"

    def __enter__(self) -> Self:
        listeners = [_listener(self._port), _listener(0)]
        self.url, self.desk.stray_url = (
            f"http://{host}:{one.getsockname()[1]}"
            for host, one in zip((HOST, "localhost"), listeners, strict=True)
        )
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listeners, ready)), name="double", daemon=True
        )
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if kind is None and self.desk.mind.errors:
            raise self.desk.mind.errors[0]

    async def _serve(self, listeners: list[socket.socket], ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        handlers = (self._front, self._stray)
        servers = [
            await asyncio.start_server(
                self._connection(handler), sock=one, limit=LONGEST_HEAD, backlog=WAITING
            )
            for handler, one in zip(handlers, listeners, strict=True)
        ]
        ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connection(self, handler: Any) -> Any:
        """A client's connection, kept as long as the client keeps it and no fault ends it."""

        async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                with contextlib.suppress(OSError, asyncio.CancelledError):
                    while (request := await read(reader)) and await _reply(
                        handler(request), reader, writer
                    ):
                        pass
            finally:
                self._tasks.discard(task)
                writer.close()

        return connection

    def _front(self, request: Request) -> Response:
        try:
            if request.path.startswith("/double/"):
                return control.answer(self, request)
            return self.desk.answer(request)
        except Exception as error:  # noqa: BLE001 - a bug of the double's own: told, and raised at the end
            self.desk.mind.errors.append(error)
            return Response.json({"detail": f"the double failed: {error!r}"}, 500)

    def _stray(self, request: Request) -> Response:
        self.strayed.append(request)
        return Response.json({})


async def _reply(
    response: Response, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    if response.delay:
        await asyncio.sleep(response.delay)
    charge, fault = response.charge, response.fault
    whole = fault is None or fault.layer is Layer.ANSWER
    if charge:  # before the writing: who has read the answer shall find it delivered
        charge.delivered = whole and not (reader.at_eof() or writer.is_closing())
    try:
        return await write(response, writer)
    except OSError:
        if charge:
            charge.delivered = False
        raise


def _listener(port: int) -> socket.socket:
    return socket.create_server((HOST, port), backlog=WAITING)
