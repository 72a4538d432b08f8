import asyncio

import pytest
from tests.llm.asks import Scripted, Time, a_reply, an_ask, asked, cut, failed, limited, overloaded

from itemwell.llm.door import LLMError
from itemwell.llm.patient import Breaker, Patience, patient


def insisting(script, *, chance=1.0, time=None, breaker=None, **patience):
    time = time or Time()
    model = Scripted(script)
    breaker = breaker or Breaker("openai", clock=time)
    wrapped = patient(
        model,
        breaker=breaker,
        patience=Patience(**patience),
        sleep=time.sleep,
        chance=lambda: chance,
    )
    return wrapped, model, time


def test_a_passing_failure_is_waited_out():
    wrapped, model, time = insisting([overloaded(), overloaded()])

    assert asked(wrapped) == a_reply()
    assert (len(model.asked), time.slept) == (3, [0.5, 1.0])


def test_the_backoff_is_full_jitter_up_to_a_ceiling():
    _, _, full = run([overloaded()] * 9, chance=1.0, tries=9, longest_wait=4.0)
    _, _, none = run([overloaded()] * 9, chance=0.0, tries=9)

    assert full.slept == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    assert none.slept == [0.0] * 8


def run(script, **options):
    options.setdefault("breaker", Breaker("openai", failures=99))
    wrapped, model, time = insisting(script, **options)
    return failed(wrapped), model, time


def test_the_tries_are_counted():
    error, model, _ = run([overloaded()] * 9, tries=3)

    assert (error.kind, len(model.asked)) == ("overloaded", 3)


def test_a_retry_after_is_never_cut_short():
    wrapped, _, time = insisting([limited(7.0)], chance=0.5)

    asked(wrapped)

    assert time.slept == [7.25]


def test_after_a_long_retry_after_the_vendor_rests_and_is_not_asked():
    wrapped, model, time = insisting([limited(3_600.0)])

    first, second = failed(wrapped), failed(wrapped)

    assert (first.kind, second.kind, len(model.asked), time.slept) == ("rate", "rate", 1, [])
    assert second.wait == 3_600.0


def test_a_rest_ends_with_one_probe_and_then_the_vendor_is_well():
    wrapped, model, time = insisting([limited(3_600.0)])
    failed(wrapped)

    time.now += 3_601

    assert asked(wrapped) == asked(wrapped) == a_reply()
    assert len(model.asked) == 3


@pytest.mark.parametrize("kind", ["refused", "truncated", "invalid", "too_large", "bug", "budget"])
def test_what_waiting_does_not_mend_is_raised_at_once(kind):
    error, model, time = run([LLMError(kind, "no", perhaps_billed=True)])

    assert (error.kind, len(model.asked), time.slept) == (kind, 1, [])


def test_what_may_have_been_paid_is_asked_once_more_and_no_more():
    error, model, _ = run([cut()] * 9)

    assert (error.kind, len(model.asked)) == ("cut", 2)


@pytest.mark.parametrize("kind", ["auth", "billing"])
def test_a_vendor_without_key_or_money_is_off_for_all_its_models(kind):
    breaker = Breaker("openai")
    first, model, _ = insisting([LLMError(kind, "no")], breaker=breaker)
    second, other, _ = insisting([], breaker=breaker)

    assert failed(first).kind == failed(second).kind == failed(first).kind == kind
    assert (len(model.asked), len(other.asked)) == (1, 0)


def test_an_unknown_model_is_off_and_its_vendor_is_not():
    breaker = Breaker("openai")
    first, model, _ = insisting([LLMError("unknown_model", "no")], breaker=breaker)
    second, _, _ = insisting([], breaker=breaker)

    assert failed(first).kind == failed(first).kind == "unknown_model"
    assert len(model.asked) == 1
    assert asked(second) == a_reply()


def test_a_storm_opens_the_breaker_and_each_probe_costs_one_call():
    time = Time()
    breaker = Breaker("openai", failures=4, rest=30.0, clock=time)
    wrapped, model, _ = insisting([overloaded()] * 99, time=time, breaker=breaker)
    failed(wrapped)
    assert len(model.asked) == 4

    for probes in (1, 2, 3):
        time.now += 31
        failed(wrapped)
        assert len(model.asked) == 4 + probes


def test_only_one_probe_goes_and_a_cancelled_one_frees_its_place():
    time = Time()
    breaker = Breaker("openai", clock=time)
    breaker.rest(10.0, "overloaded")
    time.now += 11

    async def forever(_):
        await asyncio.Event().wait()

    async def call():
        wrapped, model, _ = insisting([forever], time=time, breaker=breaker)
        probe = asyncio.create_task(wrapped(an_ask()))
        await asyncio.sleep(0.01)
        with pytest.raises(LLMError, match="rests"):
            await wrapped(an_ask())
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        await wrapped(an_ask())
        return len(model.asked)

    assert asyncio.run(call()) == 2


def test_the_deadline_bounds_all_tries_together():
    async def slow(_):
        await asyncio.sleep(60)

    error, _, _ = run([slow], seconds=0.05)

    assert (error.kind, error.perhaps_billed) == ("timeout", True)


def test_no_wait_is_begun_that_the_deadline_would_cut():
    error, model, time = run([limited(50.0)], seconds=40.0)

    assert (error.kind, len(model.asked), time.slept) == ("rate", 1, [])


def test_refused_answers_do_not_tire_the_breaker():
    breaker = Breaker("openai", failures=2)
    wrapped, model, _ = insisting([LLMError("refused", "no")] * 9, breaker=breaker)

    for _ in range(9):
        assert failed(wrapped).kind == "refused"
    assert len(model.asked) == 9
