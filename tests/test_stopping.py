"""Work that nobody waits for when the program has to end."""

import asyncio
import threading
import time

import pytest

from itemwell.stopping import beside


def test_the_result_comes_from_another_thread():
    assert asyncio.run(beside(threading.get_ident)) != threading.get_ident()


def test_an_error_reaches_who_waits():
    def fail():
        raise ImportError("no such SDK")

    with pytest.raises(ImportError, match="no such SDK"):
        asyncio.run(beside(fail))


def test_who_is_stopped_meanwhile_does_not_wait():
    async def stopped():
        task = asyncio.create_task(beside(lambda: over.wait(30)))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    over, began = threading.Event(), time.monotonic()
    asyncio.run(stopped())
    assert time.monotonic() - began < 15
    over.set()
