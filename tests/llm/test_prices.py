from decimal import Decimal

import pytest

from itemwell.llm.door import Exit, LLMError, Usage
from itemwell.llm.prices import Prices, Rate, nearest

USAGE = Usage(10_000, 4_000, 1_000)


def listed(usage, vendor, model):
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.input, cache_read_tokens=usage.cached, output_tokens=usage.output
    )
    return genai_prices.calc_price(counted, model, provider_id=vendor).total_price


@pytest.mark.parametrize(
    ("vendor", "model"),
    [
        ("openai", "gpt-5-mini"),
        ("openai", "gpt-4.1"),
        ("anthropic", "claude-sonnet-4-5"),
        ("google", "gemini-2.5-pro"),
        ("google", "gemini-2.5-flash"),
    ],
)
@pytest.mark.parametrize("usage", [USAGE, Usage(300_000, 0, 5_000)])
def test_a_price_is_the_listed_one(vendor, model, usage):
    assert Prices().of(usage, vendor, model) == pytest.approx(listed(usage, vendor, model))


def test_a_batch_costs_half():
    prices = Prices()

    assert prices.of(USAGE, "openai", "gpt-5", batch=True) * 2 == prices.of(
        USAGE, "openai", "gpt-5"
    )


def test_the_operators_table_wins():
    prices = Prices({"gpt-5": Rate(Decimal(1), Decimal(2), Decimal(0))})

    assert prices.of(USAGE, "openai", "gpt-5") == Decimal("0.008")


def test_cached_input_is_dear_where_nothing_is_said_of_it():
    assert Rate(Decimal(1), Decimal(0)).of(Usage(1_000_000, 1_000_000)) == 1


def test_an_unknown_price_refuses_with_the_nearest_name():
    with pytest.raises(LLMError, match="did you mean gpt-5-mini") as refused:
        Prices().of(USAGE, "openai", "gpt-5-minni-x")

    assert (refused.value.kind, refused.value.exit) == ("price", Exit.CONFIG)


@pytest.mark.parametrize("vendor", ["openai", "a-vendor-of-nobody"])
def test_an_unknown_price_that_is_allowed_is_none_and_never_zero(vendor):
    assert Prices(allow_unknown=True).of(USAGE, vendor, "llama-at-home") is None


def test_no_name_is_near_to_nonsense():
    assert nearest("openai", "zzzzzzzz") is None


@pytest.mark.parametrize(
    ("vendor", "model"),
    [("openai", "text-embedding-3-small"), ("google", "gemini-embedding-001")],
)
@pytest.mark.parametrize("tokens", [5_000, 300_000])
def test_an_embedder_costs_its_input(vendor, model, tokens):
    price = Prices().of(Usage(tokens), vendor, model)

    assert price == listed(Usage(tokens), vendor, model) > 0
