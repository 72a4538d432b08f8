"""The vendors as a run asks them."""

import asyncio

from sqlalchemy import text

from itemwell.bank import Slot, Stratum
from itemwell.double import Double
from itemwell.double.cast import cast
from itemwell.generate import author
from itemwell.generate.money.book import Book
from itemwell.generate.routing import Routing
from itemwell.generate.vendors import open_vendors
from itemwell.settings import Settings

BURST = 10
"""Requests that a pace of sixty a minute lets through at once."""


def an_ask(place):
    slot = Slot(0, Stratum("math", "easy"), place, "seed")
    return author.asking(slot, turn=place, avoid=[], passage=None)


def test_a_call_that_waits_for_its_pace_is_neither_reserved_nor_timed(bank, tmp_path):
    async def ask_and_stop(settings):
        async with open_vendors(settings, Book.of(bank, None, settings)) as vendors:
            door = vendors.door(Routing.of(settings).models)
            await door(an_ask(0))  # its SDK is there
            asks = [asyncio.create_task(door(an_ask(place))) for place in range(1, BURST + 20)]
            await asyncio.wait(asks[: BURST - 2])
            for task in asks:
                task.cancel()
            await asyncio.gather(*asks, return_exceptions=True)

    with Double(cast) as double:
        settings = Settings(
            itemwell_home=tmp_path,
            openai_api_key=double.keys["openai"],
            openai_base_url=double.environment["OPENAI_BASE_URL"],
            pace={"openai": {"requests": 60}},
        )
        asyncio.run(ask_and_stop(settings))
        asked = len([seen for seen in double.seen if seen.asks])

    with bank.connect() as db:
        rows = db.execute(text("SELECT count(*) FROM llm_calls")).scalar_one()
    assert rows == asked < BURST + 20
