import asyncio

import pytest
from tests.llm.asks import Scripted, Time, a_reply, an_ask

from itemwell.llm.door import Usage
from itemwell.llm.pace import Bucket, Pace, counted, paced


def bucket(time, per_minute, **options):
    return Bucket(per_minute, clock=time, sleep=time.sleep, **options)


def test_a_minute_holds_as_many_requests_as_the_vendor_allows():
    time = Time()
    requests = bucket(time, 60)
    model = paced(Pace(requests), Scripted())

    async def call():
        await asyncio.gather(*(model(an_ask()) for _ in range(130)))

    asyncio.run(call())

    assert time.now - 1_000 == pytest.approx(120)  # 10 at once, and then one a second


def test_tokens_not_used_are_given_back():
    time = Time()
    tokens = bucket(time, 6_000)
    model = paced(Pace(tokens=tokens), Scripted([a_reply(usage=Usage(10, output=20))]))

    asyncio.run(model(an_ask(max_output_tokens=900)))

    assert tokens.level == 1_000 - 30
    assert time.slept == []


def test_an_ask_larger_than_the_bucket_goes_when_it_is_full_and_leaves_a_debt():
    time = Time()
    tokens = bucket(time, 600)  # full at 100

    asyncio.run(tokens.take(300))
    assert (time.slept, tokens.level) == ([], -200)
    asyncio.run(tokens.take(100))

    assert time.now - 1_000 == pytest.approx(30)


def test_a_cancelled_wait_takes_nothing_and_lets_the_next_one_in():
    async def call():
        requests = Bucket(600, burst=0.1)
        await requests.take(1)
        waiting = asyncio.create_task(requests.take(1))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.wait_for(requests.take(1), timeout=60)
        return requests.level

    assert asyncio.run(call()) < 0.5


def test_without_a_known_limit_nothing_waits():
    assert asyncio.run(paced(Pace(), Scripted())(an_ask())) == a_reply()


def test_a_pace_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        Bucket(0)


def test_models_that_share_places_are_asked_in_so_many_calls_at_once():
    under_way, most = 0, 0

    class Slow(Scripted):
        async def __call__(self, ask):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.001)
            under_way -= 1
            return await super().__call__(ask)

    async def call():
        places = asyncio.Semaphore(3)
        models = [counted(places, Slow()), counted(places, Slow())]
        await asyncio.gather(*(models[number % 2](an_ask()) for number in range(20)))

    asyncio.run(call())

    assert most == 3
