"""A dry run with models: paid for and booked like any other, and what it writes can be imported."""

import json
import time

import pytest
from sqlalchemy import text

from itemwell.bank import DIFFICULTIES, QUESTION_TYPES
from itemwell.double import Double
from itemwell.double.cast import cast
from itemwell.generate import job
from itemwell.generate.order import Order
from itemwell.settings import load
from itemwell.store import runs


@pytest.fixture
def vendors():
    with Double(cast) as double:
        yield double


def dry_run(bank, double, monkeypatch, folder, **settings):
    for name, value in double.environment.items():
        monkeypatch.setenv(name, value)
    order = Order(2, QUESTION_TYPES, DIFFICULTIES, None, "models")
    bounds = job.Bounds(3, time.monotonic() + 60, lambda _: None)
    settings = load({"itemwell_home": folder, **settings}).settings
    return job.dry_run(bank, folder / "drafts.jsonl", order, settings, bounds)


def of_bank(bank, query):
    with bank.connect() as db:
        return tuple(db.execute(text(query)).one())


def test_its_calls_are_on_record_and_its_drafts_are_imported_in_quarantine(program, bank, vendors):
    options = ("--source", "models", "--dry-run", "--json", "--count", 2)
    ended = program("generate", *options, **vendors.environment)
    told = json.loads(ended.out)
    calls = of_bank(bank, "SELECT count(*), sum(price_usd), count(run_id) FROM llm_calls")
    held = of_bank(bank, "SELECT count(*) FROM questions")

    imported = program("questions", "import", told["drafts"])

    assert (ended.status, imported.status) == (0, 0), ended.err + imported.err
    assert calls[0] == told["calls"] == vendors.bill.calls == 8
    assert told["cost_usd"] == pytest.approx(float(calls[1]))
    assert (calls[2], held) == (0, (0,))
    assert of_bank(bank, "SELECT status, count(*) FROM questions GROUP BY 1") == ("quarantined", 2)


@pytest.mark.parametrize("limit", ["run", "day", "month"])
def test_each_budget_ends_it_before_anything_is_paid(bank, vendors, monkeypatch, tmp_path, limit):
    budget = {f"budget_per_{limit}": "0.0001"}

    report = dry_run(bank, vendors, monkeypatch, tmp_path, **budget)

    assert (report.outcome.exit, report.outcome.reason) == (2, "budget")
    assert (vendors.bill.calls, report.cost_usd) == (0, 0)


def test_what_it_spent_is_gone_for_the_day(bank, vendors, monkeypatch, tmp_path):
    first = dry_run(bank, vendors, monkeypatch, tmp_path)
    (tmp_path / "drafts.jsonl").unlink()

    report = dry_run(bank, vendors, monkeypatch, tmp_path, budget_per_day=first.cost_usd)

    assert first.cost_usd > 0
    assert of_bank(bank, "SELECT sum(usd) FROM llm_spending") == (first.cost_usd,)
    assert (report.outcome.reason, report.calls) == ("budget", 0)


def test_it_is_not_given_the_answers_of_a_run_before_it(bank, vendors, monkeypatch, tmp_path):
    for name, value in vendors.environment.items():
        monkeypatch.setenv(name, value)
    settings = load({"itemwell_home": tmp_path}).settings
    bounds = job.Bounds(3, time.monotonic() + 60, lambda _: None)
    with runs.begin(bank, "generate") as run:
        job.run(bank, run, Order(2, ("math",), DIFFICULTIES, None, "models"), settings, bounds)
    paid = vendors.bill.calls

    order = Order(2, ("logic",), DIFFICULTIES, None, "models")
    report = job.dry_run(bank, tmp_path / "drafts.jsonl", order, settings, bounds)

    assert (report.total, report.drafted, vendors.bill.calls - paid) == (2, 2, 8)
