"""What an order would cost: pure figures, the unknown never $0."""

from decimal import Decimal

import pytest

from itemwell.bank import Stratum
from itemwell.generate.material import Passage
from itemwell.generate.money.forecast import LEAST_KEPT, Record, Terms, forecast
from itemwell.generate.routing import ModelName, Routing
from itemwell.llm.door import LLMError
from itemwell.llm.prices import Prices, Rate
from itemwell.settings import Settings

MATH = Stratum("math", "easy")
ONE = ModelName("openai", "one")
TWO = ModelName("google", "two")
DEAR = Rate(Decimal(2), Decimal(10))


def told(count=100, *, solvers=2, drafts=6, prices=None, models=(ONE, TWO), **options):
    routing = Routing(models, {})
    terms = Terms(solvers, drafts, prices or Prices({"one": DEAR, "two": DEAR}))
    return forecast([MATH] * count, routing, terms, **options)


def test_each_draft_is_solved_and_judged():
    calls = told(60, solvers=3).calls

    assert calls["draft"] == calls["judge"] == pytest.approx(100, abs=1)
    assert calls["solve"] == pytest.approx(300, abs=2)


def test_another_vendor_judges_what_one_wrote():
    judges = {line.model: line.calls for line in told(100).lines if line.stage == "judge"}
    writers = {line.model: line.calls for line in told(100).lines if line.stage == "draft"}

    assert judges[ONE] == pytest.approx(writers[TWO])
    assert judges[TWO] == pytest.approx(writers[ONE])


def test_the_worst_is_every_draft_at_its_longest():
    found = told(10, drafts=1, models=(ONE,), solvers=1)
    outputs = (8_192 + 8_192 + 6_144) * DEAR.output / 1_000_000

    assert found.usd < 10 * outputs < found.usd_at_worst
    assert told(10, drafts=6, models=(ONE,), solvers=1).usd_at_worst > 5 * found.usd_at_worst


def test_long_passages_cost_more():
    passage = Passage("a.md", "0" * 64, "A long story. " * 280)

    assert told(passage=passage).usd > told().usd


def test_nothing_to_write_costs_nothing():
    found = told(0)

    assert (found.usd, found.usd_at_worst, found.calls) == (0, 0, {})


def test_an_unknown_price_that_is_allowed_is_never_zero():
    found = told(prices=Prices({"one": DEAR}, allow_unknown=True))

    assert (found.usd, found.usd_at_worst) == (None, None)
    assert found.unpriced == [TWO]
    assert found.usd_of("openai") == found.usd_of() > 0


def test_a_model_of_unknown_price_is_passed_over_and_named():
    other = ModelName("anthropic", "other")
    found = told(prices=Prices({"one": DEAR, "other": DEAR}), models=(ONE, TWO, other))

    assert {line.model for line in found.lines} == {ONE, other}
    assert found.refused == ("google two: price unknown",)


def test_with_no_price_at_all_there_is_nothing_to_foretell():
    with pytest.raises(LLMError, match="price unknown"):
        told(prices=Prices())


def test_the_banks_own_record_wins():
    records = {
        ONE: Record(drafts=100, kept=80, usd=Decimal(4)),
        TWO: Record(drafts=100, kept=80, usd=Decimal(12)),
    }
    found = told(100, records=records)

    assert found.share == 0.8
    assert float(found.usd) == pytest.approx(100 * 16 / 160, rel=1e-3)


@pytest.mark.parametrize(
    "record", [None, Record(30, LEAST_KEPT - 1, Decimal(1)), Record(40, 30, Decimal(0))]
)
def test_a_record_that_says_too_little_is_not_believed(record):
    records = {ONE: Record(40, 30, Decimal(1))} | ({TWO: record} if record else {})

    assert told(records=records).record is None


def test_a_budget_tells_how_far_it_goes():
    found = told(500)

    assert found.allowed(found.usd) is None
    assert found.allowed(found.usd / 4) == 125
    assert found.allowed(Decimal(-1)) == 0


def test_the_default_models_have_a_price():
    settings = Settings(openai_api_key="a", anthropic_api_key="b", google_api_key="c")
    terms = Terms(settings.solvers, settings.drafts_per_question, Prices())

    assert forecast([MATH] * 10, Routing.of(settings), terms).usd > 0
