import asyncio
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.llm.asks import A_RATE, PRICES, Scripted, a_reply, an_ask, asked, cut, failed, overloaded

from itemwell.llm.budget import Budget, remaining, to_the_end, within
from itemwell.llm.door import LLMError, Trace, Usage
from itemwell.llm.prices import Prices

WORST = A_RATE.of(an_ask().worst_usage)


def test_a_call_is_settled_at_its_price():
    budget = remaining(run=Decimal(1))

    reply = asked(within(budget, PRICES, Scripted()))

    assert reply.price_usd == budget.spent == A_RATE.of(Usage(100, output=20))
    assert budget.left == {"run": 1 - budget.spent}


@pytest.mark.parametrize("name", ["run", "day", "month"])
def test_a_call_that_may_cost_more_than_is_left_is_not_made(name):
    budget = remaining(**{"run": Decimal(9), name: WORST - Decimal("0.000001")})
    model = Scripted()

    error = failed(within(budget, PRICES, model))

    assert (error.kind, error.wait, model.asked) == ("budget", None, [])
    assert name in str(error)


def test_a_vendors_own_limit_holds_for_it_alone():
    budget = remaining(run=Decimal(9), vendors={"openai": Decimal(0)})

    assert failed(within(budget, PRICES, Scripted())).kind == "budget"
    assert asked(within(budget, PRICES, Scripted(vendor="google"))).vendor == "google"


def test_an_unknown_price_refuses_before_anything_is_paid():
    model = Scripted(name="nobody-knows")

    assert failed(within(remaining(), Prices(), model)).kind == "price"
    assert model.asked == []


def test_an_unknown_price_that_is_allowed_leaves_the_price_open():
    model = Scripted(name="nobody-knows")

    assert asked(within(remaining(), Prices(allow_unknown=True), model)).price_usd is None


@pytest.mark.parametrize(
    ("said", "spent"),
    [
        (overloaded(), Decimal(0)),
        (cut(), WORST),
        (LLMError("refused", "no", perhaps_billed=True, trace=Trace(usage=Usage(100))), None),
        (a_reply(usage=Usage(1, output=1, estimated=True)), WORST),
        (a_reply(usage=Usage(10**12, output=10**12)), WORST),
    ],
)
def test_what_was_perhaps_billed_counts_at_the_worst_unless_the_vendor_says(said, spent):
    budget = remaining(run=Decimal(1))
    model = within(budget, PRICES, Scripted([said]))

    outcome = failed(model) if isinstance(said, LLMError) else asked(model)

    assert budget.spent == outcome.price_usd
    assert budget.spent == (A_RATE.of(Usage(100)) if spent is None else spent)
    assert budget.left["run"] == 1 - budget.spent


def test_a_cancelled_call_counts_at_the_worst():
    budget = remaining(run=Decimal(1))

    async def forever(_):
        await asyncio.Event().wait()

    async def call():
        task = asyncio.create_task(within(budget, PRICES, Scripted([forever]))(an_ask()))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(call()) == set()
    assert (budget.spent, budget.left["run"]) == (WORST, 1 - WORST)


class Slow(Budget):
    """A ledger far away: each call takes its time."""

    async def reserve(self, ask, model, amount):
        await asyncio.sleep(0.02)
        return await super().reserve(ask, model, amount)

    async def settle(self, reservation, amount):
        await asyncio.sleep(0.02)
        await super().settle(reservation, amount)


def test_a_call_cancelled_while_it_reserves_frees_what_it_reserved():
    budget = Slow({"run": Decimal(1)})
    model = Scripted()

    async def call():
        task = asyncio.create_task(within(budget, PRICES, model)(an_ask()))
        await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(call())
    assert (budget.spent, budget.left, model.asked) == (0, {"run": 1}, [])


@pytest.mark.parametrize("moments", [(0.005, 0.006), (0.03, 0.035, 0.038)])
def test_cancelling_again_and_again_loses_no_settlement(moments):
    budget = Slow({"run": Decimal(1)})

    async def call():
        task = asyncio.create_task(within(budget, PRICES, Scripted())(an_ask()))
        started = asyncio.get_running_loop().time()
        for moment in moments:
            await asyncio.sleep(started + moment - asyncio.get_running_loop().time())
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(call())

    assert budget.left["run"] + budget.spent == 1


def test_the_result_of_finished_work_comes_through():
    async def work():
        return 7

    assert asyncio.run(to_the_end(work())) == 7


class Till:
    """A vendor with odd usage figures, which charges what is true."""

    def __init__(self, chance):
        self.chance = chance
        self.charged = Decimal(0)
        self.vendor, self.name = "openai", "a-model"

    async def __call__(self, ask):
        await asyncio.sleep(0)
        kind = self.chance.randrange(8)
        if kind == 0:
            raise overloaded()
        true = Usage(
            self.chance.randint(1, ask.input_ceiling),
            output=self.chance.randint(0, ask.max_output_tokens),
        )
        self.charged += A_RATE.of(true)
        await asyncio.sleep(self.chance.random() * 0.002)
        if kind == 1:
            raise cut()
        if kind == 2:
            raise LLMError("invalid", "no", perhaps_billed=True, trace=Trace(usage=true))
        if kind == 3:
            return a_reply(usage=Usage(1, output=1, estimated=True))
        return a_reply(usage=true)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    run=st.decimals(0, 2, places=4),
    day=st.decimals(0, 2, places=4),
    vendor=st.decimals(0, 2, places=4),
    size=st.integers(1, 3_000),
    cancel=st.booleans(),
)
def test_with_sixty_four_at_once_no_limit_is_ever_overspent(seed, run, day, vendor, size, cancel):
    chance = Random(seed)
    budget = remaining(run=run, day=day, vendors={"openai": vendor})
    till = Till(chance)
    model = within(budget, PRICES, till)
    ask = an_ask(max_output_tokens=size)

    async def one():
        while True:
            try:
                await model(ask)
            except LLMError as error:
                if error.kind == "budget":
                    return

    async def call():
        tasks = [asyncio.create_task(one()) for _ in range(64)]
        if cancel:
            await asyncio.sleep(0.003)
            for task in tasks[::2]:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return [task for task in tasks if not task.cancelled() and task.exception()]

    assert asyncio.run(call()) == []
    limit = min(run, day, vendor)
    assert till.charged <= budget.spent <= limit
    assert min(*budget.left.values(), *budget.vendors.values()) == limit - budget.spent
