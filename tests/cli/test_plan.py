"""`generate --plan` with models: it says what an order would cost, and asks nobody."""

import json

from itemwell.double import Double


def planned(program, *options, **environment):
    return json.loads(program("generate", "--plan", "--json", *options, **environment).out)


def test_a_plan_tells_the_cost_and_makes_no_call(program):
    with Double() as double:
        document = planned(program, "--count", 40, **double.environment)

    assert double.seen == []
    assert 0 < document["cost_usd"] < document["cost_usd_at_worst"]
    assert document["calls"] == sum(document["calls_by_stage"].values())
    assert {row["vendor"] for row in document["models"]} == {"openai", "anthropic", "google"}


def test_a_plan_for_item_models_costs_nothing(program):
    document = planned(program, "--count", 40, "--source", "templates", OPENAI_API_KEY="sk-x")

    assert [document[name] for name in ("cost_usd", "cost_usd_at_worst", "calls")] == [0, 0, 0]


def test_a_plan_names_the_budgets_that_it_would_pass(program):
    text = program(
        "generate",
        "--plan",
        "--count",
        500,
        OPENAI_API_KEY="sk-x",
        BUDGET_PER_RUN="1",
        VENDOR_BUDGETS='{"openai": 2}',
    ).out

    assert "\nbudget_per_run ($1.00) allows about 1" in text
    assert "\nvendor_budgets.openai ($2.00) allows about 2" in text
    assert "budget_per_run ends it before more than $1.00 is spent" in text
    assert "budget_per_month" not in text


def test_an_unknown_price_is_told_and_never_nothing(program):
    own = {"OPENAI_API_KEY": "sk-x", "OPENAI_MODEL": "llama-at-home"}
    document = planned(program, "--count", 5, ALLOW_UNKNOWN_PRICES="yes", **own)
    refused = program("generate", "--plan", "--count", 5, **own)

    assert (document["cost_usd"], document["cost_usd_at_worst"]) == (None, None)
    assert refused.status == 3
    assert "openai llama-at-home: price unknown" in refused.last_line
