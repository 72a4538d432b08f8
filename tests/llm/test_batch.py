"""Batches of all three vendors, by the real SDKs over a real socket."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.llm.asks import VERDICT, an_ask

from itemwell.double import Double, Fault
from itemwell.llm import anthropic_batch, google_batch, openai_batch
from itemwell.llm.batch import NoBatches, Sought, Uncertain, parts
from itemwell.llm.door import Exit, LLMError, Reply

ANSWER = {"key": "B", "reason": "4 packs"}
WIRES = ("responses", "chat", "anthropic", "google")


@pytest.fixture(params=WIRES)
def wire(request):
    return request.param


@pytest.fixture
def double():
    with Double(brain=lambda _: ANSWER) as running:
        yield running


def vendor_of(wire):
    return wire if wire in {"anthropic", "google"} else "openai"


def connect(wire, double, *, seconds=20.0, url=None):
    vendor = vendor_of(wire)
    key, model = double.keys[vendor], double.models[vendor][0]
    match wire:
        case "anthropic":
            url = url or f"{double.url}/anthropic"
            return anthropic_batch.connect(key, model, url, seconds=seconds)
        case "google":
            url = url or f"{double.url}/google"
            return google_batch.connect(key, model, url, seconds=seconds)
        case _:
            url = url or f"{double.url}/openai/v1"
            return openai_batch.connect(key, model, url, seconds=seconds, api=wire)


def with_batches(wire, double, work, **options):
    """What `work` does with the batches of one vendor; an LLMError is given back."""

    async def call():
        async with connect(wire, double, **options) as batches:
            try:
                return await work(batches)
            except LLMError as error:
                return error

    return asyncio.run(call())


def some_asks(count=3):
    return {str(uuid4()): an_ask(prompt=f"How much do {n} pens cost?") for n in range(count)}


async def collected(batches, vendor_id, asks):
    return {key: outcome async for key, outcome in batches.results(vendor_id, asks.get)}


def round_trip(wire, double, asks):
    """How a batch of `asks` stands, and its outcomes by key."""

    async def work(batches):
        vendor_id = await batches.submit(str(uuid4()), asks)
        standing = await batches.standing(vendor_id)
        outcomes = await collected(batches, vendor_id, asks) if standing.state == "ended" else {}
        return standing, outcomes

    return with_batches(wire, double, work)


def test_each_ask_gets_its_own_answer_in_the_shape_asked_for(wire, double):
    asks = some_asks()

    standing, outcomes = round_trip(wire, double, asks)

    assert standing.state == "ended"
    assert set(outcomes) == set(asks)
    assert all(reply.answer == VERDICT for reply in outcomes.values())
    assert double.bill[vendor_of(wire)].batched == 3


def test_a_line_carries_what_a_live_ask_does(wire, double):
    asks = some_asks(1)

    round_trip(wire, double, asks)

    (seen,) = [seen for seen in double.seen if seen.asks]
    (key,) = asks
    assert (seen.batch, seen.system, seen.prompt) == (key, an_ask().system, asks[key].prompt)
    assert (seen.max_tokens, set(seen.schema["properties"])) == (500, {"key", "reason"})


def test_the_usage_is_the_vendors_own(wire, double):
    _, outcomes = round_trip(wire, double, some_asks(1))

    (reply,), (charge,) = outcomes.values(), double.bill
    assert (reply.usage.input, reply.usage.output) == charge.tokens[:2]
    assert not reply.usage.estimated


def test_what_went_wrong_with_a_line_is_its_own(wire, double):
    double.script_lines(
        vendor_of(wire),
        [Fault.EXPIRED, Fault.OVERLOADED, Fault.NOT_JSON, Fault.REFUSED, Fault.AUTH],
    )

    _, outcomes = round_trip(wire, double, some_asks(6))

    told = list(outcomes.values())
    errors = {each.kind: each.perhaps_billed for each in told if isinstance(each, LLMError)}
    assert errors == {
        "timeout": False,
        "overloaded": False,
        "invalid": True,
        "refused": True,
        "auth": False,
    }
    assert sum(isinstance(each, Reply) for each in told) == 1


@pytest.mark.parametrize("wire", ["responses", "google"])
@pytest.mark.parametrize("fault", [Fault.BATCH_FAILED, Fault.BATCH_EXPIRED])
def test_a_whole_batch_without_results_says_so(wire, double, fault):
    double.script(vendor_of(wire), [fault])

    standing, outcomes = round_trip(wire, double, some_asks())

    if wire == "responses" and fault == Fault.BATCH_EXPIRED:
        assert {each.kind for each in outcomes.values()} == {"timeout"}
    else:
        assert (standing.state, outcomes) == ("failed", {})
        assert standing.message


def test_a_batch_under_way_is_running(wire):
    with Double(brain=lambda _: ANSWER, batch_seconds=3600) as double:
        standing, _ = round_trip(wire, double, some_asks(1))

    assert standing.state == "running"


def sought(ours, asks, **changes):
    known = {"id": ours, "keys": set(asks), "since": datetime.now(UTC), "others": ()}
    return Sought(**known | changes)


@pytest.mark.parametrize("mine", [True, False])
def test_a_batch_whose_id_was_lost_is_found_again(wire, double, mine):
    ours, asks, others = str(uuid4()), some_asks(), some_asks()

    async def work(batches):
        await batches.submit(str(uuid4()), others)
        handed_in = await batches.submit(ours, asks) if mine else None
        return handed_in, await batches.find(sought(ours, asks))

    handed_in, found = with_batches(wire, double, work)

    assert found == handed_in


def test_an_old_batch_is_not_looked_at(wire, double):
    ours, asks = str(uuid4()), some_asks()

    async def work(batches):
        await batches.submit(str(uuid4()), asks)
        later = datetime.now(UTC) + timedelta(days=1)
        return await batches.find(sought(ours, asks, since=later))

    assert with_batches(wire, double, work) is None


def test_anthropic_s_unknown_batch_under_way_may_be_ours():
    asks = some_asks()

    async def work(batches):
        vendor_id = await batches.submit(str(uuid4()), asks)
        with pytest.raises(Uncertain):
            await batches.find(sought("ours", asks))
        return await batches.find(sought("ours", asks, others={vendor_id}))

    with Double(brain=lambda _: ANSWER, batch_seconds=3600) as double:
        assert with_batches("anthropic", double, work) is None


REFUSALS = {
    "AUTH": ("auth", False),
    "RATE_LIMIT": ("rate", False),
    "UNAVAILABLE": ("overloaded", False),
    "RESET": ("cut", False),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_batch_that_was_refused_on_the_way_was_not_handed_in(wire, double, name):
    if wire == "anthropic" and name == "RESET":
        pytest.skip("its one request may have arrived")
    double.script(vendor_of(wire), [getattr(Fault, name)] * 4)

    error = with_batches(wire, double, lambda batches: batches.submit("ours", some_asks()))

    assert (error.kind, error.perhaps_billed) == REFUSALS[name]
    assert double.bill.calls == 0


def test_after_a_break_in_the_answer_the_batch_may_be_there(double):
    double.script("anthropic", [Fault.RESET_IN_BODY])

    error = with_batches("anthropic", double, lambda batches: batches.submit("ours", some_asks()))

    assert error.perhaps_billed


def test_a_server_without_batches_is_the_operator_s_to_change(double):
    url = f"{double.url}/openai/v9"

    async def work(batches):
        return await batches.submit("ours", some_asks())

    error = with_batches("chat", double, work, url=url)

    assert isinstance(error, NoBatches)
    assert error.outcome.exit is Exit.CONFIG
    assert "--batch" in error.next_step


def test_a_redirect_is_not_followed(wire, double):
    double.script(vendor_of(wire), [Fault.REDIRECT] * 4)

    error = with_batches(wire, double, lambda batches: batches.standing("batches/b1"))

    assert (error.kind, double.leaked) == ("redirect", [])


def test_many_asks_are_parted():
    asks = {str(number): an_ask() for number in range(10_001)}

    assert [len(part) for part in parts(asks)] == [10_000, 1]


def test_large_asks_are_parted():
    asks = {str(number): an_ask(prompt="x" * 30_000_000) for number in range(3)}

    assert [len(part) for part in parts(asks)] == [2, 1]
