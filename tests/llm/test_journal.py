import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import BaseModel
from tests.llm.asks import (
    GOOD,
    PRICES,
    Scripted,
    Time,
    a_reply,
    an_ask,
    asked,
    cut,
    failed,
    overloaded,
)

from itemwell.llm.budget import remaining, within
from itemwell.llm.door import LLMError, Reply, Trace, Usage
from itemwell.llm.failover import failover
from itemwell.llm.journal import Entry, journalled, recalled
from itemwell.llm.patient import patient


class Other(BaseModel):
    other: int


class Book:
    """A journal in memory."""

    def __init__(self, seconds=0.0):
        self.rows = []
        self.seconds = seconds

    async def find(self, ask):
        known = [entry for place, entry in self.rows if place == ask.place]
        return known[-1] if known else None

    async def write(self, ask, model, outcome):
        await asyncio.sleep(self.seconds)
        self.rows.append(
            (ask.place, replace(entry_of(outcome), vendor=model.vendor, model=model.name))
        )

    @property
    def kinds(self):
        return [entry.kind for _, entry in self.rows]


def entry_of(outcome):
    if isinstance(outcome, Reply):
        return Entry(None, outcome.text, outcome.finish, outcome.usage, price_usd=outcome.price_usd)
    return Entry(outcome.kind, outcome.text, message=str(outcome), price_usd=outcome.price_usd)


def on_record(book, model):
    """The model as it is used: the journal is asked first, and told of each outcome."""
    return recalled(book, journalled(book, model))


def test_a_reply_is_written_before_it_is_handed_on():
    book = Book()

    reply = asked(journalled(book, Scripted()))

    assert reply == a_reply()
    assert book.rows[0][1].text == GOOD


def test_what_the_journal_holds_is_not_asked_for_again():
    book, model = Book(), Scripted()
    first = asked(on_record(book, model))

    again = asked(on_record(book, model))

    assert (again.answer, again.text, again.usage) == (first.answer, first.text, first.usage)
    assert again.notes == ("from the journal",)
    assert (len(model.asked), len(book.rows)) == (1, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"slot_id": "slot-2"},
        {"attempt": 1},
        {"seat": 1},
        {"subject": "another"},
        {"stage": "judge"},
    ],
)
def test_another_place_is_another_call(changes):
    book, model = Book(), Scripted()

    asked(on_record(book, model))
    asked(on_record(book, model), an_ask(**changes))

    assert len(model.asked) == 2


@pytest.mark.parametrize("kind", ["refused", "truncated", "invalid"])
def test_a_paid_failure_is_not_paid_for_again(kind):
    book = Book()
    model = Scripted([LLMError(kind, "no", perhaps_billed=True, trace=Trace(text="half"))])

    first, again = failed(on_record(book, model)), failed(on_record(book, model))

    assert (first.kind, again.kind, again.text) == (kind, kind, "half")
    assert (len(model.asked), book.kinds) == (1, [kind])


def test_a_passing_failure_is_asked_again_and_each_try_is_a_row():
    book, time = Book(), Time()
    model = patient(journalled(book, Scripted([overloaded(), cut()])), sleep=time.sleep)

    asked(model)

    assert book.kinds == ["overloaded", "cut", None]


def test_each_try_is_reserved_settled_and_written_with_its_own_price():
    book, time, budget = Book(), Time(), remaining(run=Decimal(1))
    vendor = Scripted([overloaded(), cut()])
    model = patient(journalled(book, within(budget, PRICES, vendor)), sleep=time.sleep)

    asked(model)

    prices = [entry.price_usd for _, entry in book.rows]
    assert prices[0] == 0
    assert prices[1] > prices[2] > 0
    assert sum(prices) == budget.spent


def test_an_answer_from_the_journal_costs_nothing_more():
    book, budget = Book(), remaining(run=Decimal(1))
    model = on_record(book, within(budget, PRICES, Scripted()))
    asked(model)
    spent = budget.spent

    again = asked(model)

    assert budget.spent == spent == again.price_usd


def test_what_another_vendor_answered_counts_as_well():
    book, first, second = Book(), Scripted([overloaded()]), Scripted(vendor="google")
    asked(failover([journalled(book, first), journalled(book, second)]))

    again = asked(recalled(book, failover([first])))

    assert again.vendor == "google"
    assert len(first.asked) == 1


def test_an_answer_that_no_longer_fits_the_shape_is_invalid():
    class Old:
        async def find(self, _):
            return Entry(None, '{"other": 1}', usage=Usage(1))

    assert failed(recalled(Old(), Scripted())).kind == "invalid"


def test_a_call_given_up_in_flight_is_a_row():
    book = Book(seconds=0.01)

    async def forever(_):
        await asyncio.Event().wait()

    async def call():
        task = asyncio.create_task(journalled(book, Scripted([forever]))(an_ask()))
        await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled(), asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(call()) == (True, set())
    assert book.kinds == ["cancelled"]


def test_an_answer_that_arrived_is_written_even_if_we_are_stopped_meanwhile():
    book = Book(seconds=0.02)

    async def call():
        task = asyncio.create_task(journalled(book, Scripted())(an_ask()))
        await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(call())

    assert book.kinds == [None]


def test_the_request_hash_covers_all_that_determines_the_answer():
    base = an_ask()
    others = [
        base.request_hash("openai", "b"),
        base.request_hash("google", "a"),
        an_ask(system="x").request_hash("openai", "a"),
        an_ask(prompt="x").request_hash("openai", "a"),
        an_ask(temperature=0.5).request_hash("openai", "a"),
        an_ask(max_output_tokens=7).request_hash("openai", "a"),
        an_ask(answer=Other).request_hash("openai", "a"),
    ]

    assert len({base.request_hash("openai", "a"), *others}) == 8
    assert an_ask(slot_id="y", attempt=3).request_hash("openai", "a") == base.request_hash(
        "openai", "a"
    )
