import asyncio
import threading

from tests.llm.asks import Scripted, an_ask

from itemwell.generate.vendors import Later


def test_nobody_waits_for_the_sdk_of_another_vendor():
    loaded = threading.Event()

    def slow():
        loaded.wait(30)
        return Scripted()

    async def call():
        loading = asyncio.Lock()
        quick, late = Later("a", "a", Scripted, loading), Later("b", "b", slow, loading)
        await quick(an_ask())
        waiting = asyncio.create_task(late(an_ask()))
        await asyncio.sleep(0)
        await quick(an_ask())
        assert not waiting.done()
        loaded.set()
        await waiting

    asyncio.run(call())


def test_who_is_cancelled_while_an_sdk_is_loaded_does_not_take_it_from_the_others():
    loaded = threading.Event()

    def slow():
        loaded.wait(30)
        return Scripted()

    async def call():
        model = Later("a", "a", slow, asyncio.Lock())
        first, second = (asyncio.create_task(model(an_ask())) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        loaded.set()
        await second

    asyncio.run(call())
