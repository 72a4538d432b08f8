"""Orders by batches on a real bank: three rounds to a question, half the price, nothing handed in twice."""

import time
from decimal import Decimal

import pytest
from sqlalchemy import text

from itemwell.bank import DIFFICULTIES
from itemwell.double import Double, Fault
from itemwell.double.cast import cast
from itemwell.generate import job
from itemwell.generate.order import Order
from itemwell.generate.work import Bounds
from itemwell.llm.door import Usage
from itemwell.llm.prices import Prices
from itemwell.settings import Settings
from itemwell.store import batches, runs

VENDORS = ("openai", "anthropic", "google")
ADDRESS = {
    "openai": "openai_base_url",
    "anthropic": "anthropic_base_url",
    "google": "google_gemini_base_url",
}
ROUNDS = 6


@pytest.fixture
def double():
    with Double(brain=cast) as running:
        yield running


@pytest.fixture
def generate(bank, double, tmp_path):
    """One run on the bank, of an order of `count` for the vendors that are named."""

    def one(count=2, mode="batch", vendors=VENDORS, **changes):
        settings = settings_for(double, tmp_path, vendors, **changes)
        bounds = Bounds(settings.drafts_per_question, time.monotonic() + 60, lambda _: None)
        order = Order(count, ("math",), DIFFICULTIES, None, "models")
        with runs.begin(bank, "generate") as run:
            return job.run(bank, run, order, settings, bounds, mode=mode)

    return one


def settings_for(double, home, vendors, **changes):
    keys = {f"{vendor}_api_key": double.keys[vendor] for vendor in vendors}
    where = {ADDRESS[each]: double.environment[ADDRESS[each].upper()] for each in vendors}
    usual = {"embedder": "hash", "enemies_per_question": 1_000_000}
    return Settings(itemwell_home=home, **usual | keys | where | changes)


def to_the_end(generate, *, rounds=ROUNDS, **options):
    """The reports of as many rounds as it takes."""
    reports = [generate(**options)]
    while reports[-1].outcome.reason == "submitted" and len(reports) < rounds:
        reports.append(generate(**{**options, "mode": "collect"}))
    return reports


def value(bank, query):
    with bank.connect() as db:
        return db.execute(text(query)).scalar_one()


def execute(bank, command):
    with bank.begin() as db:
        db.execute(text(command))


def kept(bank):
    return value(bank, "SELECT count(*) FROM questions")


def handed_in_twice(double):
    """Prompts that a vendor's batches got more than once."""
    prompts = [(seen.vendor, seen.prompt) for seen in double.seen if seen.batch]
    return len(prompts) - len(set(prompts))


@pytest.mark.parametrize("vendors", [("openai",), ("anthropic",), ("google",), VENDORS])
def test_three_rounds_make_the_questions_that_were_ordered(bank, double, generate, vendors):
    reports = to_the_end(generate, vendors=vendors)

    outcomes = [report.outcome for report in reports]
    assert [each.reason for each in outcomes] == ["submitted", "submitted", "submitted", "done"]
    assert {each.exit for each in outcomes} == {0}
    assert kept(bank) == 2
    assert double.bill.calls == sum(double.bill[vendor].batched for vendor in VENDORS) == 8
    assert handed_in_twice(double) == 0


def test_the_book_holds_half_of_the_bill_at_list_price(bank, double, generate):
    to_the_end(generate)

    listed = sum(
        Prices().of(Usage(tokens.input, tokens.cached, tokens.output), vendor, model)
        for vendor, model, tokens in (
            (each.vendor, each.model, each.tokens) for each in double.bill
        )
    )
    booked = value(bank, "SELECT sum(price_usd) FROM llm_calls")
    assert booked == listed / 2 > 0
    assert value(bank, "SELECT sum(usd) FROM llm_spending") == booked


def test_the_reports_tell_what_was_collected(bank, generate):
    reports = to_the_end(generate)

    assert reports[0].cost_usd == 0
    assert sum(report.calls for report in reports) == 8
    assert sum(report.cost_usd for report in reports) == value(
        bank, "SELECT sum(price_usd) FROM llm_calls"
    )


def test_what_an_order_spent_is_known_in_every_round(bank, generate):
    to_the_end(generate)

    spent = """
        SELECT (metadata ->> 'spent_before')::numeric
               + coalesce((SELECT sum(price_usd) FROM llm_calls WHERE run_id = run.id), 0)
        FROM job_runs AS run ORDER BY id DESC LIMIT 1
    """
    assert value(bank, spent) == value(bank, "SELECT sum(price_usd) FROM llm_calls")


def test_while_a_batch_is_under_way_nothing_is_handed_in_again(bank, double, generate):
    double.desk.batch_seconds = 3_600
    first = generate()
    again = [generate(mode=mode) for mode in ("batch", "collect", "live")]

    assert first.handed_in == 2
    assert [report.handed_in for report in again] == [0, 0, 0]
    assert {report.outcome.reason for report in again} == {"submitted"}
    assert "under way, oldest since 20" in again[0].outcome.message
    assert (double.bill.calls, handed_in_twice(double)) == (2, 0)


def test_another_order_leaves_the_slots_of_batches_alone(bank, double, generate):
    double.desk.batch_seconds = 3_600
    generate(count=2)
    other = generate(count=3, mode="live")

    assert (other.outcome.reason, other.taken_over) == ("done", 0)
    assert [each.order["count"] for each in waiting(bank)] == [2]


def test_a_run_that_died_after_it_handed_in_keeps_its_slots_and_is_gone_on_with(
    bank, double, generate
):
    double.desk.batch_seconds = 3_600
    topping_up = {"count": None, "questions_per_run": 2}
    generate(**topping_up)
    execute(bank, "UPDATE job_runs SET status = 'stale', reason = 'died'")

    other = generate(count=2, mode="live")
    again = generate(**topping_up)

    assert (other.outcome.reason, other.taken_over) == ("done", 0)
    assert (again.outcome.reason, again.handed_in, again.taken_over) == ("submitted", 0, 2)


def waiting(bank):
    with bank.connect() as db:
        return batches.waiting(db)


def test_a_top_up_waits_for_its_batches_before_it_plans_more(bank, double, generate):
    double.desk.batch_seconds = 3_600
    options = {"count": None, "questions_per_run": 2}
    generate(**options)
    again = generate(**options)

    assert (again.wanted, again.handed_in) == (2, 0)
    assert value(bank, "SELECT count(*) FROM generation_slots") == 2


def test_a_live_run_of_the_same_order_goes_on_with_what_batches_brought(bank, double, generate):
    generate()
    report = generate(mode="live")

    assert report.outcome.reason == "done"
    assert (double.bill.calls, handed_in_twice(double)) == (8, 0)


LOSE_THE_ID = "UPDATE llm_batches SET state = 'preparing', vendor_batch_id = NULL"
LONG_AGO = "UPDATE llm_batches SET created_at = created_at - interval '1 hour'"


@pytest.mark.parametrize(
    ("vendor", "age"), [("openai", "old"), ("anthropic", "fresh"), ("google", "old")]
)
def test_a_kill_before_the_id_was_stored_hands_nothing_in_twice(
    bank, double, generate, vendor, age
):
    generate(vendors=[vendor])
    execute(bank, LOSE_THE_ID)
    if age == "old":
        execute(bank, LONG_AGO)
    reports = to_the_end(generate, vendors=[vendor], mode="collect")

    assert reports[-1].outcome.reason == "done"
    assert (kept(bank), double.bill.calls, handed_in_twice(double)) == (2, 8, 0)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_kill_before_the_vendor_was_asked_is_made_up_for_once_that_is_sure(
    bank, double, generate, vendor
):
    generate(vendors=[vendor])
    double.desk.shelves.clear()
    execute(bank, LOSE_THE_ID)
    early = generate(vendors=[vendor], mode="collect")
    execute(bank, LONG_AGO)
    late = generate(vendors=[vendor], mode="collect")

    assert (early.handed_in, late.handed_in) == (0, 2)
    assert late.outcome.reason == "submitted"
    assert value(bank, "SELECT count(*) FROM llm_calls WHERE error_kind = 'cancelled'") == 2


def test_while_it_is_not_clear_whose_a_batch_is_nothing_is_handed_in(bank, double, generate):
    double.desk.batch_seconds = 3_600
    generate(vendors=["anthropic"])
    execute(bank, f"{LOSE_THE_ID}, created_at = created_at - interval '1 hour'")
    again = generate(vendors=["anthropic"], mode="collect")

    assert (again.handed_in, again.outcome.reason) == (0, "submitted")


@pytest.mark.parametrize("vendor", VENDORS)
def test_lines_that_expired_or_failed_are_asked_again_in_the_next_round(
    bank, double, generate, vendor
):
    double.script_lines(vendor, [Fault.EXPIRED, Fault.OVERLOADED])
    reports = to_the_end(generate, vendors=[vendor])

    assert [report.handed_in for report in reports[:2]] == [2, 2]
    assert (reports[-1].outcome.reason, kept(bank)) == ("done", 2)
    assert value(bank, "SELECT sum(price_usd) FROM llm_calls WHERE state = 'failed'") == 0
    assert double.bill.calls == 8


@pytest.mark.parametrize(
    ("vendor", "fault"), [("openai", Fault.BATCH_FAILED), ("google", Fault.BATCH_EXPIRED)]
)
def test_a_batch_that_failed_as_a_whole_is_handed_in_again(bank, double, generate, vendor, fault):
    double.script(vendor, [fault])
    reports = to_the_end(generate, vendors=[vendor])

    assert (reports[-1].outcome.reason, kept(bank), double.bill.calls) == ("done", 2, 8)


def test_after_three_batches_an_ask_is_trouble(bank, double, generate):
    double.script_lines("openai", [Fault.EXPIRED] * 6)
    reports = to_the_end(generate, vendors=["openai"])

    last = reports[-1].outcome
    assert (len(reports), last.reason, last.exit) == (4, "timeout", 2)
    assert "in 3 batches; leave out --batch" in last.message


def test_what_no_model_could_say_is_refused_and_written_again(bank, double, generate):
    double.script_lines("openai", [Fault.REFUSED])
    reports = to_the_end(generate, vendors=["openai"])

    assert (reports[-1].outcome.reason, kept(bank)) == ("done", 2)
    assert value(bank, "SELECT count(*) FROM refusals WHERE reason LIKE 'refused%'") == 1


def test_a_budget_stops_what_is_handed_in(bank, double, generate):
    report = generate(count=10, vendors=["openai"], budget_per_run=Decimal("0.2"))

    open_at_worst = value(bank, "SELECT sum(price_usd) FROM llm_calls")
    assert 0 < report.handed_in < 10
    assert open_at_worst <= Decimal("0.2")
    assert report.outcome.reason == "submitted"
    assert any("budget of this run does not allow" in note for note in report.notes)


def test_a_budget_of_the_day_stops_it_too(bank, double, generate):
    report = generate(count=10, vendors=["openai"], budget_per_day=Decimal("0.2"))

    assert 0 < report.handed_in < 10
    assert value(bank, "SELECT sum(usd) FROM llm_spending") <= Decimal("0.2")


def test_without_any_budget_nothing_is_handed_in(bank, double, generate):
    report = generate(budget_per_month=Decimal(0))

    assert (report.outcome.reason, report.outcome.exit) == ("budget", 2)
    assert value(bank, "SELECT count(*) FROM llm_batches") == 0
    assert not double.seen


def test_the_order_goes_on_once_the_budget_allows(bank, double, generate):
    generate(count=4, vendors=["openai"], budget_per_run=Decimal("0.1"))
    reports = to_the_end(generate, count=4, vendors=["openai"])

    assert (reports[-1].outcome.reason, kept(bank)) == ("done", 4)
    assert handed_in_twice(double) == 0


def test_a_server_without_batches_leaves_it_to_another_vendor(bank, double, generate):
    reports = to_the_end(generate, openai_base_url=f"{double.url}/openai/v9")

    assert (reports[-1].outcome.reason, kept(bank)) == ("done", 2)
    assert double.bill["openai"].calls == 0


def test_a_vendor_that_takes_none_just_now_is_waited_for(bank, double, generate):
    double.script("anthropic", [Fault.RATE_LIMIT(retry_after="0")])
    report = generate(vendors=["anthropic"])

    assert (report.handed_in, report.batches) == (2, 1)


def test_a_vendor_that_refuses_the_key_leaves_nothing_under_way(bank, double, generate):
    report = generate(vendors=["anthropic"], anthropic_api_key="revoked")

    assert (report.outcome.reason, report.outcome.exit) == ("auth", 3)
    assert value(bank, "SELECT sum(usd) FROM llm_spending") == 0
    assert value(bank, "SELECT count(*) FROM llm_batches WHERE state = 'failed'") == 1


def test_what_a_file_of_results_does_not_tell_is_looked_for_again(bank, double, generate):
    generate(vendors=["anthropic"])
    (at_the_vendor,) = double.desk.shelves["anthropic.batches"].values()
    missing = at_the_vendor.lines.pop()
    cut = generate(vendors=["anthropic"], mode="collect")
    at_the_vendor.lines.append(missing)
    reports = to_the_end(generate, vendors=["anthropic"], mode="collect")

    assert any("no word of 1 asks" in note for note in cut.notes)
    assert (reports[-1].outcome.reason, kept(bank), double.bill.calls) == ("done", 2, 8)


def test_what_never_comes_is_paid_at_its_worst_and_asked_again(bank, double, generate):
    generate(vendors=["anthropic"])
    worst = value(bank, "SELECT max(price_usd) FROM llm_calls")
    next(iter(double.desk.shelves["anthropic.batches"].values())).lines.pop()
    execute(bank, "UPDATE llm_batches SET created_at = created_at - interval '3 days'")
    reports = to_the_end(generate, vendors=["anthropic"], mode="collect")

    assert reports[-1].outcome.reason == "done"
    lost = "SELECT price_usd FROM llm_calls WHERE error_kind = 'cut'"
    assert Decimal(0) < value(bank, lost) <= worst


def test_a_vendor_that_cannot_be_asked_is_told_and_asked_by_the_next_run(bank, double, generate):
    generate(vendors=["anthropic"])
    double.script("anthropic", [Fault.SERVER_ERROR])
    told = generate(vendors=["anthropic"], mode="collect")
    reports = to_the_end(generate, vendors=["anthropic"], mode="collect")

    assert any("cannot be collected" in note for note in told.notes)
    assert (told.outcome.reason, reports[-1].outcome.reason) == ("submitted", "done")
    assert double.bill.calls == 8
