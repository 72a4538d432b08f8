"""Calls and what is spent on them: one lock, one truth, and every statement can be repeated."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from itemwell.bank import Call, Stratum
from itemwell.store import calls, runs, slots
from itemwell.store.calls import Limits

NO_LIMITS = Limits()
SPENT = text("SELECT vendor, usd FROM llm_spending ORDER BY day, vendor")


def a_call(price="0.50", vendor="openai", **changes):
    fields = {
        "id": uuid4(),
        "run_id": None,
        "slot_id": None,
        "attempt": 0,
        "stage": "draft",
        "seat": 0,
        "subject": "",
        "vendor": vendor,
        "model": "a-model",
        "prompt_version": "1",
        "request_hash": "0" * 64,
        "prompt": "Write one.",
        "price_usd": None if price is None else Decimal(price),
    }
    return Call(**fields | changes)


def answered(call, price="0.10", **changes):
    fields = {"state": "answered", "body": "{}", "price_usd": Decimal(price)}
    return replace(call, **fields | changes)


def opened(bank, *wanted, limits=NO_LIMITS):
    with bank.begin() as db:
        return calls.open_all(db, wanted, limits)


def closed(bank, *ended):
    with bank.begin() as db:
        calls.close_all(db, ended)


def spent(bank):
    with bank.connect() as db:
        return {row.vendor: row.usd for row in db.execute(SPENT)}


def test_opening_counts_the_worst_and_closing_the_price(bank):
    call = a_call("0.50")

    opened(bank, call, a_call("0.25", "google"))
    assert spent(bank) == {"google": Decimal("0.25"), "openai": Decimal("0.50")}

    closed(bank, answered(call, "0.10"))
    assert spent(bank) == {"google": Decimal("0.25"), "openai": Decimal("0.10")}


def test_opening_and_closing_can_be_repeated(bank):
    call = a_call()

    assert [opened(bank, call) for _ in range(2)] == [[None], [None]]
    closed(bank, answered(call))
    closed(bank, answered(call))
    opened(bank, call)

    assert spent(bank) == {"openai": Decimal("0.10")}


def test_the_first_outcome_of_a_call_stays(bank):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        [slot] = slots.add(db, run.id, [Stratum("math", "easy")], "s")
    call = a_call(run_id=run.id, slot_id=slot.id)
    opened(bank, call)

    closed(bank, answered(call, body="first"))
    closed(bank, answered(call, "0.40", body="second", state="failed"))

    with bank.connect() as db:
        [kept] = calls.of_slot(db, slot.id)
    assert (kept.body, kept.state, kept.price_usd) == ("first", "answered", Decimal("0.10"))


def test_a_call_that_stands_twice_in_one_batch_counts_once(bank):
    call = a_call()
    opened(bank, call)

    closed(bank, answered(call), answered(call))

    assert spent(bank) == {"openai": Decimal("0.10")}


def test_what_was_never_opened_is_not_closed(bank):
    closed(bank, answered(a_call()))

    assert spent(bank) == {}


def test_a_call_of_unknown_price_counts_nothing_until_it_is_known(bank):
    call = a_call(None)
    opened(bank, call)
    assert spent(bank) == {"openai": 0}

    closed(bank, answered(call))
    assert spent(bank) == {"openai": Decimal("0.10")}


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(day=Decimal(1)), "day"),
        (Limits(month=Decimal(1)), "month"),
        (Limits(vendors={"openai": Decimal(1)}), "openai"),
    ],
)
def test_a_batch_is_opened_as_far_as_the_limit_goes_and_the_rest_is_told_which(bank, limits, told):
    batch = [a_call("0.40") for _ in range(4)]

    assert opened(bank, *batch, limits=limits) == [None, None, told, told]
    assert opened(bank, *batch, limits=limits) == [None, None, told, told]
    assert opened(bank, a_call("0.20"), limits=limits) == [None]
    assert spent(bank) == {"openai": Decimal("1.00")}


def test_another_vendor_has_a_limit_of_its_own(bank):
    limits = Limits(vendors={"openai": Decimal(1)})

    assert opened(bank, a_call(2), a_call(2, "google"), limits=limits) == ["openai", None]


def test_many_processes_together_never_pass_a_limit(bank):
    limits = Limits(day=Decimal(1))

    with ThreadPoolExecutor(4) as pool:
        batches = [[a_call("0.03") for _ in range(4)] for _ in range(16)]
        short = [
            *pool.map(lambda batch: opened(bank, *batch, limits=limits), batches),
        ]

    assert sum(each is None for batch in short for each in batch) == 33
    assert spent(bank) == {"openai": Decimal("0.99")}


def test_what_was_spent_yesterday_is_no_matter_for_today_and_a_late_answer_is_of_its_day(bank):
    call = a_call("0.50")
    opened(bank, call)
    with bank.begin() as db:
        db.execute(text("UPDATE llm_calls SET created_at = created_at - interval '1 day'"))
        db.execute(text("UPDATE llm_spending SET day = day - 1"))
    opened(bank, a_call("0.30"))

    closed(bank, answered(call, "0.10"))

    with bank.connect() as db:
        rows = calls.by_day(db, datetime.now(UTC).date() - timedelta(days=3))
        assert [row.usd for row in rows] == [Decimal("0.10"), Decimal("0.30")]
        assert calls.spending(db).day == Decimal("0.30")


def test_only_closed_calls_of_the_present_attempt_answer_for_a_slot(bank):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        [slot] = slots.add(db, run.id, [Stratum("math", "easy")], "s")
    first, second, asked = (a_call(run_id=run.id, slot_id=slot.id, seat=seat) for seat in range(3))
    later = a_call(run_id=run.id, slot_id=slot.id, attempt=1)
    opened(bank, first, second, asked, later)
    closed(bank, answered(second), answered(later))
    closed(bank, answered(first))

    with bank.connect() as db:
        assert [call.id for call in calls.answered(db, [slot.id])] == [second.id, first.id]
        assert calls.spent_by(db, run.id) == (4, Decimal("0.80"))
