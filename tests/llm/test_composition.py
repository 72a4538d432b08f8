"""The whole door: three vendors, faults by chance, money, journal and a resume."""

import asyncio
from contextlib import AsyncExitStack
from decimal import Decimal

import pytest
from tests.llm.asks import an_ask
from tests.llm.test_journal import Book

from itemwell.double import SLOW, USUAL, Double
from itemwell.llm import anthropic, google, openai
from itemwell.llm.budget import remaining, within
from itemwell.llm.door import LLMError, Reply, Usage
from itemwell.llm.failover import failover
from itemwell.llm.journal import journalled, recalled
from itemwell.llm.patient import Breaker, Patience, patient
from itemwell.llm.prices import Prices

ANSWER = {"key": "B", "reason": "4 packs"}
NAMES = {"openai": "gpt-5-mini", "anthropic": "claude-sonnet-5-5", "google": "gemini-2.5-flash"}
VENDORS = {"openai": openai, "anthropic": anthropic, "google": google}
PRICES = Prices()
PATIENCE = Patience(tries=4, first_wait=0.01, longest_wait=0.05, obeyed=0.0, seconds=60)


def whole_door(double, book, budget, stack):
    paths = {"openai": "openai/v1", "anthropic": "anthropic", "google": "google"}
    models = []
    for vendor, adapter in VENDORS.items():
        url = f"{double.url}/{paths[vendor]}"
        connected = adapter.connect(double.keys[vendor], NAMES[vendor], url, seconds=60)
        stack.push_async_callback(connected.aclose)
        model = journalled(book, within(budget, PRICES, connected))
        breaker = Breaker(vendor, failures=10, rest=0.05)
        models.append(patient(model, breaker=breaker, patience=PATIENCE))
    return recalled(book, failover(models, seconds=5))


def run(double, book, budget, *, slots, stop_at=None):
    """The outcomes of one ask a slot, all at once; stopped as by a SIGTERM at so many answers."""

    async def one(model, slot):
        try:
            return await model(an_ask(slot_id=str(slot), prompt=f"Question {slot}?"))
        except LLMError as error:
            return error

    async def call():
        async with AsyncExitStack() as stack:
            model = whole_door(double, book, budget, stack)
            tasks = [asyncio.create_task(one(model, slot)) for slot in range(slots)]
            if stop_at:
                while len(double.seen) < slots or answered(book) < stop_at:
                    await asyncio.sleep(0.005)
                for task in tasks:
                    task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            return outcomes

    return asyncio.run(call())


def answered(book):
    return sum(kind is None for kind in book.kinds)


def charged(double):
    return sum(
        PRICES.of(Usage(c.tokens.input, c.tokens.cached, c.tokens.output), c.vendor, c.model)
        for c in double.bill
    )


@pytest.mark.parametrize("seed", range(3))
def test_with_a_third_of_all_calls_failing_every_slot_ends_and_every_call_is_on_record(seed):
    book, budget = Book(), remaining(run=Decimal(5))
    faults = [fault for fault in USUAL if fault.name not in SLOW]

    with Double(lambda _: ANSWER, seed=seed, fault_rate=0.33, faults=faults) as double:
        outcomes = run(double, book, budget, slots=64)

    replies = [each for each in outcomes if isinstance(each, Reply)]
    assert {type(each) for each in outcomes} <= {Reply, LLMError}
    assert len(replies) > 32
    assert len(book.rows) == len(double.seen)
    assert charged(double) <= budget.spent == sum(entry.price_usd for _, entry in book.rows)
    assert budget.spent <= 5


def test_a_budget_ends_the_run_and_is_not_overspent():
    book, budget = Book(), remaining(run=Decimal("0.02"))

    with Double(lambda _: ANSWER) as double:
        outcomes = run(double, book, budget, slots=64)

    assert {each.kind for each in outcomes if isinstance(each, LLMError)} == {"budget"}
    assert charged(double) <= budget.spent <= Decimal("0.02")


def test_a_stopped_run_is_resumed_with_exactly_the_calls_that_were_missing():
    book, budget = Book(), remaining(run=Decimal(5))

    with Double(lambda _: ANSWER, latency=0.5, sigma=0.6, seed=1) as double:
        stopped = run(double, book, budget, slots=40, stop_at=10)
        done = answered(book)
        before = len(double.seen)
        outcomes = run(double, book, budget, slots=40)

    assert 10 <= done < 40
    assert 0 < sum(isinstance(each, Reply) for each in stopped) <= done
    assert len(double.seen) - before == 40 - done
    assert all(isinstance(each, Reply) for each in outcomes)
    assert charged(double) <= budget.spent
