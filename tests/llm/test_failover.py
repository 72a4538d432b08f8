import pytest
from tests.llm.asks import Scripted, Time, a_reply, asked, cut, failed, limited, overloaded

from itemwell.llm.door import LLMError
from itemwell.llm.failover import failover
from itemwell.llm.patient import Breaker, patient


def three(*scripts, time=None, **options):
    names = ("openai", "anthropic", "google")
    models = [Scripted(list(script), name) for script, name in zip(scripts, names, strict=False)]
    time = time or Time()
    wrapped = [
        patient(
            each,
            breaker=Breaker(each.vendor, clock=time),
            sleep=time.sleep,
            chance=lambda: 0.0,
        )
        for each in models
    ]
    return failover(wrapped, sleep=time.sleep, clock=time, **options), models, time


@pytest.mark.parametrize("kind", ["auth", "billing", "unknown_model", "redirect", "price"])
def test_a_vendor_that_is_off_hands_over_to_the_next(kind):
    model, models, _ = three([LLMError(kind, "no")], [])

    assert asked(model).vendor == "anthropic"
    assert [len(each.asked) for each in models] == [1, 1]


def test_a_vendor_that_rests_is_passed_over_until_it_wakes():
    model, _, time = three([limited(3_600.0)], [])

    vendors = [asked(model).vendor, asked(model).vendor]
    time.now += 3_601
    vendors.append(asked(model).vendor)

    assert vendors == ["anthropic", "anthropic", "openai"]


def test_a_refusal_is_for_the_stage_to_judge():
    model, models, _ = three([LLMError("refused", "no")], [])

    assert failed(model).kind == "refused"
    assert models[1].asked == []


def test_all_off_says_why_and_asks_nobody_twice():
    model, models, time = three([LLMError("auth", "key")], [LLMError("billing", "money")])

    error = failed(model)

    assert error.kind == "auth"
    assert "key" in str(error)
    assert "money" in str(error)
    assert [len(each.asked) for each in models] == [1, 1]
    assert time.slept == []


def test_when_all_rest_the_first_to_wake_is_waited_for():
    model, _, time = three([limited(200.0)], [limited(100.0)])

    assert asked(model).vendor == "anthropic"
    assert sum(time.slept) == pytest.approx(100.0)


def test_a_rest_longer_than_the_deadline_is_not_waited_for():
    model, _, time = three([limited(3_600.0)], seconds=300.0)

    error = failed(model)

    assert (error.kind, error.wait, time.slept) == ("rate", 3_600.0, [])


def test_a_storm_with_one_vendor_ends():
    model, models, time = three([overloaded()] * 10_000, seconds=300.0)

    assert failed(model).kind == "overloaded"
    assert len(models[0].asked) < 30
    assert sum(time.slept) <= 300.0


def test_what_was_perhaps_paid_twice_is_handed_over_once():
    model, models, _ = three([cut(), cut(), cut()], [])

    assert asked(model) == a_reply(vendor="anthropic")
    assert [len(each.asked) for each in models] == [2, 1]


def test_with_one_vendor_it_is_not_paid_a_third_time():
    model, models, _ = three([cut()] * 9)

    assert failed(model).kind == "cut"
    assert len(models[0].asked) == 2
