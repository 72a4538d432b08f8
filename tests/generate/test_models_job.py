"""Questions from models, through the job on a real bank against the double."""

import json

import pytest

from itemwell.bank import QUESTION_TYPES
from itemwell.double import Double
from itemwell.double.cast import cast


@pytest.fixture(scope="module")
def double():
    with Double(cast) as double:
        yield double


@pytest.fixture
def models(program, double):
    """The program with one vendor, that answers as it should: each SDK costs a second of import."""

    def run(*arguments, **environment):
        mine = only("openai", double) | environment
        return program("generate", "--json", *arguments, **mine)

    return run


def only(vendor, double):
    return {name: value for name, value in double.environment.items() if vendor in name.lower()}


def test_an_order_is_met_and_tells_what_it_cost(models):
    ended = models("--count", 7, "--types", "math,memory")

    assert ended.status == 0, ended.err
    assert ended.json["kept"] == 7
    assert ended.json["calls"] == 4 * 7
    assert 0 < ended.json["cost_usd"] < 1


def test_a_type_of_ones_own_is_written_by_models(models):
    ended = models("--count", 3, "--types", "chemistry", TARGETS='{"chemistry": 10}')

    assert ended.status == 0, ended.err
    assert {name.partition("/")[0] for name in ended.json["kept_by_stratum"]} == {"chemistry"}


def test_a_type_of_ones_own_needs_a_key(program):
    ended = program("generate", "--types", "chemistry", TARGETS='{"chemistry": 10}')

    assert ended.status == 3
    assert f"choose from {', '.join(QUESTION_TYPES)}" in ended.last_line


def test_without_a_key_item_models_write_and_one_line_says_so(program):
    ended = program("generate", "--count", 1)

    assert ended.status == 0
    assert ended.err.count("No LLM API keys configured") == 1


def test_models_without_a_key_end_with_status_3(program):
    ended = program("generate", "--source", "models")

    assert ended.status == 3
    assert "No LLM API keys configured; set OPENAI_API_KEY" in ended.last_line


@pytest.mark.parametrize("vendor", ["openai", "anthropic", "google"])
def test_any_one_vendor_is_enough(program, double, vendor):
    ended = program("generate", "--json", "--count", 2, **only(vendor, double))

    assert ended.status == 0, ended.err
    assert ended.json["kept"] == 2


def test_with_three_vendors_each_has_its_part(program, double):
    asked = program("generate", "--json", "--count", 3, **double.environment)
    kept = [
        json.loads(line)["verified"] for line in program("questions", "export").out.splitlines()
    ]

    assert asked.status == 0, asked.err
    for gates in kept:
        author, arbiter = gates["draft"].split()[0], gates["judge"].split()[0]
        solvers = {each.split()[0] for each in gates["solve"].partition(" found")[0].split(", ")}
        assert len({author, arbiter}) == 2
        assert solvers == {"openai", "anthropic", "google"} - {author}


def test_questions_about_material_quote_it(models, program, tmp_path):
    text = "The mitochondrion makes most of the energy of a cell. " + "It has two membranes. " * 20
    (tmp_path / "cells.md").write_text(text)

    ended = models("--count", 2, "--from", "cells.md")
    kept = program("questions", "export").out

    assert ended.status == 0, ended.err
    assert kept.count('"quote": "The mitochondrion makes most of the energy of a cell"') == 2


def test_material_is_not_for_item_models(program, tmp_path):
    (tmp_path / "cells.md").write_text("x" * 500)

    ended = program("generate", "--source", "templates", "--from", "cells.md")

    assert ended.status == 3
    assert "item models cannot ask about material" in ended.last_line


def test_a_vendor_whose_budget_is_spent_leaves_the_work_to_the_others(program, double):
    two = only("openai", double) | only("google", double)

    ended = program(
        "generate", "--json", "--count", 2, VENDOR_BUDGETS='{"openai": 0.000001}', **two
    )

    assert ended.status == 0, ended.err
    assert ended.json["kept"] == 2
