"""The book on a real bank: opened at the worst, closed at the price, and nothing paid for is lost."""

import asyncio
import stat
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, event, make_url, text
from tests.llm.asks import PRICES, Scripted, a_reply, an_ask, cut, overloaded
from tests.proxy import wired

from itemwell.bank import Stratum
from itemwell.errors import DatabaseError
from itemwell.generate.money.book import Book
from itemwell.generate.money.spool import absorb
from itemwell.llm.budget import within
from itemwell.llm.door import LLMError, Reply, Usage
from itemwell.llm.journal import journalled, recalled
from itemwell.store import calls, runs, slots
from itemwell.store.calls import Limits

WORST = PRICES.of(an_ask().worst_usage, "openai", "a-model")
PRICE = PRICES.of(a_reply().usage, "openai", "a-model")
SUMS = """
    SELECT (SELECT coalesce(sum(price_usd), 0) FROM llm_calls), (SELECT coalesce(sum(usd), 0) FROM llm_spending)
"""


@pytest.fixture
def a_book(bank, tmp_path):
    def make(*, on=bank, run_id=None, budget=None, spent=0, patience=(), **limits):
        spool = tmp_path / "spool"
        return Book(on, run_id, Limits(**limits), budget, Decimal(spent), spool, patience)

    return make


@pytest.fixture
def wire(bank_url):
    """A wire to the bank that can be cut, and an engine at its end."""
    with wired(bank_url) as (wire, url):
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        wire.bank = engine
        yield wire
        engine.dispose()


def door(book, model):
    return recalled(book, journalled(book, within(book, PRICES, model)))


def ask_all(book, model, asks):
    """What came of asking these all at once."""

    async def one(ask):
        try:
            return await door(book, model)(ask)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    async def call():
        async with asyncio.timeout(20):
            return await asyncio.gather(*map(one, asks))

    return asyncio.run(call())


def some_asks(count, **changes):
    return [an_ask(seat=seat, slot_id="", **changes) for seat in range(count)]


def on_record(bank):
    with bank.connect() as db:
        return db.execute(text("SELECT * FROM llm_calls ORDER BY created_at")).all()


def require_sums(bank, total):
    """The rows of calls, and the spending by day, each come to this."""
    with bank.connect() as db:
        assert tuple(db.execute(text(SUMS)).one()) == (total, total)


def spooled(tmp_path):
    return sorted((tmp_path / "spool").glob("*"))


def test_a_row_is_there_at_the_worst_price_while_the_call_is_under_way(bank, a_book):
    async def look(ask):
        [row] = on_record(bank)
        seen.append((row.state, row.price_usd))
        require_sums(bank, WORST)
        return a_reply()

    seen = []
    ask_all(a_book(), Scripted([look]), some_asks(1))

    [row] = on_record(bank)
    assert seen == [("asked", WORST)]
    assert (row.state, row.price_usd, row.body) == ("answered", PRICE, a_reply().text)
    require_sums(bank, PRICE)


def test_sixty_four_calls_at_once_cost_a_handful_of_commits(bank, a_book):
    commits = []
    event.listen(bank, "commit", commits.append)

    replies = ask_all(a_book(), Scripted(), some_asks(64))

    assert all(isinstance(each, Reply) for each in replies)
    assert len(on_record(bank)) == 64
    assert len(commits) < 16


def test_the_spending_of_each_vendor_is_the_sum_of_its_rows_whatever_came_of_the_calls(
    bank, a_book
):
    book = a_book()
    for vendor in ("openai", "google"):
        said = [a_reply(vendor=vendor), overloaded(), cut(), a_reply(usage=Usage(9, output=9))]
        ask_all(book, Scripted(said, vendor=vendor), some_asks(4, attempt=len(vendor)))

    with bank.connect() as db:
        rows = db.execute(
            text("SELECT vendor, sum(price_usd) FROM llm_calls GROUP BY 1 ORDER BY 1")
        )
        spent = db.execute(text("SELECT vendor, usd FROM llm_spending ORDER BY 1"))
        assert list(map(tuple, rows)) == list(map(tuple, spent))
    require_sums(bank, book.spent)
    assert book.reserved == 0


@pytest.mark.parametrize("limit", ["run", "day", "month", "openai"])
def test_calls_wait_while_only_our_own_stand_in_the_way_of_a_limit(bank, a_book, limit):
    room = WORST + 9 * PRICE
    limits = {"vendors": {"openai": room}} if limit == "openai" else {limit: room}
    book = a_book(budget=limits.pop("run", None), **limits)

    replies = ask_all(book, Scripted(), some_asks(10))

    assert all(isinstance(each, Reply) for each in replies)
    assert book.spent == 10 * PRICE


@pytest.mark.parametrize("limit", ["run", "day", "month", "openai"])
def test_what_a_limit_does_not_allow_is_refused_by_its_name_and_never_asked(bank, a_book, limit):
    room = 3 * WORST
    limits = {"vendors": {"openai": room}} if limit == "openai" else {limit: room}
    book, model = a_book(budget=limits.pop("run", None), **limits), Scripted([cut()] * 10)

    outcomes = ask_all(book, model, some_asks(10))

    kind = "vendor_budget" if limit == "openai" else "budget"
    refused = [each for each in outcomes if each.kind == kind]
    assert (len(model.asked), len(refused)) == (3, 7)
    assert {str(each).partition(" does")[0] for each in refused} == {
        f"the budget of {'this run' if limit == 'run' else limit}"
    }
    require_sums(bank, room)


def test_calls_that_wait_for_a_limit_leave_the_bank_alone_meanwhile(bank, a_book):
    async def slow(_):
        await asyncio.sleep(0.5)
        return a_reply()

    commits = []
    event.listen(bank, "commit", commits.append)
    ask_all(a_book(day=2 * WORST), Scripted([slow]), some_asks(6))

    assert len(commits) < 40


def test_what_the_order_spent_before_counts(a_book):
    book = a_book(budget=Decimal(1), spent=Decimal(1) - WORST / 2)

    [error] = ask_all(book, Scripted(), some_asks(1))

    assert (error.kind, book.calls) == ("budget", 0)


def test_two_books_together_never_pass_a_limit_of_the_day(bank, a_book):
    one, other = (a_book(day=5 * WORST) for _ in range(2))

    async def both():
        asked = [
            door(book, Scripted([cut()]))(ask) for book in (one, other) for ask in some_asks(8)
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    outcomes = asyncio.run(both())

    assert sum(each.kind == "budget" for each in outcomes) == 11
    assert one.calls + other.calls == 5
    require_sums(bank, 5 * WORST)


def test_a_bug_in_a_model_keeps_nobody_waiting(bank, a_book):
    async def bug(ask):
        await asyncio.sleep(0.05)
        raise RuntimeError("a bug")

    first, second = ask_all(a_book(budget=2 * WORST - PRICE), Scripted([bug]), some_asks(2))

    assert isinstance(first, RuntimeError)
    assert second.kind == "budget"
    assert [row.error_kind for row in on_record(bank)] == ["bug"]
    require_sums(bank, WORST)


def test_a_cancelled_call_is_closed_at_the_worst_and_reserves_nothing_any_more(bank, a_book):
    book = a_book()

    async def stopped():
        model = Scripted([lambda _: asyncio.sleep(60)] * 64)
        tasks = [asyncio.create_task(door(book, model)(ask)) for ask in some_asks(64)]
        while len(model.asked) < 64:
            await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(stopped())

    assert {(row.state, row.error_kind, row.price_usd) for row in on_record(bank)} == {
        ("failed", "cancelled", WORST)
    }
    assert (book.reserved, book.spent) == (0, 64 * WORST)
    require_sums(bank, 64 * WORST)


def test_a_call_that_is_cancelled_before_it_is_made_costs_nothing(bank, a_book):
    book = a_book()

    async def stopped():
        task = asyncio.create_task(door(book, Scripted())(an_ask(slot_id="")))
        while not book.reserved:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(stopped())

    assert book.spent == 0
    require_sums(bank, 0)


@pytest.mark.parametrize("broken", ["a NUL \0", "half an emoji \ud83d", "\udcff"])
def test_what_postgres_cannot_hold_is_cleaned_and_sinks_no_batch(bank, a_book, broken):
    said = [a_reply(text=broken, notes=(broken,)), LLMError("invalid", broken), a_reply()]

    ask_all(a_book(), Scripted(said), [*some_asks(2), an_ask(prompt=broken, slot_id="", seat=9)])

    assert [row.state for row in on_record(bank)] == ["answered", "failed", "answered"]


def test_a_row_that_the_bank_refuses_fails_alone(bank, a_book):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        ids = [each.id for each in slots.add(db, run.id, [Stratum("math", "easy")] * 9, "s")]
    asks = [an_ask(slot_id=str(number)) for number in (*ids, 10**9)]

    *replies, error = ask_all(a_book(run_id=run.id), Scripted(), asks)

    assert all(isinstance(each, Reply) for each in replies)
    assert "foreign key" in str(error)
    require_sums(bank, 9 * PRICE)


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_answers_to_commits_that_are_lost_count_nothing_twice(wire, bank, a_book, tmp_path, lost):
    book = a_book(on=wire.bank, patience=[0.01] * 5)
    wire.lose_commits(lost)

    replies = ask_all(book, Scripted(), some_asks(8))

    assert wire.commits_lost == lost
    assert all(isinstance(each, Reply) for each in replies)
    assert len(on_record(bank)) == book.calls == 8
    assert spooled(tmp_path) == []
    require_sums(bank, 8 * PRICE)


def lose_the_bank(wire, book, count=8):
    """What comes of asking while the bank goes away for good before the answers are written."""

    async def answer(ask):
        wire.cut()
        return a_reply()

    return ask_all(book, Scripted([answer] * count), some_asks(count))


def test_answers_that_come_while_the_bank_is_away_are_spooled_for_the_owner_alone(
    wire, bank, a_book, tmp_path
):
    book = a_book(on=wire.bank)

    replies = lose_the_bank(wire, book)

    assert all(isinstance(each, Reply) for each in replies)
    assert {row.state for row in on_record(bank)} == {"asked"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in spooled(tmp_path)} == {0o600}
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700


def test_the_next_run_takes_the_spool_and_it_counts_once(wire, bank, a_book, tmp_path):
    lose_the_bank(wire, a_book(on=wire.bank))

    taken = [absorb(bank, tmp_path / "spool") for _ in range(2)]

    assert taken == [8, 0]
    assert {row.state for row in on_record(bank)} == {"answered"}
    assert spooled(tmp_path) == []
    require_sums(bank, 8 * PRICE)


def test_a_lost_bank_fails_every_call_with_one_line_and_at_once(wire, bank, a_book):
    book = a_book(on=wire.bank)
    lose_the_bank(wire, book)

    errors = ask_all(book, model := Scripted(), some_asks(8, attempt=1))

    assert {type(each) for each in errors} == {DatabaseError}
    assert len({str(each) for each in errors}) == 1
    assert "\n" not in str(errors[0])
    assert (model.asked, book.reserved) == ([], 0)


def test_a_bank_that_comes_back_ends_the_wait_and_the_spool(wire, bank, a_book, tmp_path):
    book = a_book(on=wire.bank, patience=[0.3] * 20)
    seen = []

    async def mend():
        while not seen:
            await asyncio.sleep(0.01)
            seen.extend(spooled(tmp_path))
        wire.mend()

    async def answer(ask):
        wire.cut()
        return a_reply()

    async def call():
        model = door(book, Scripted([answer]))
        return await asyncio.gather(mend(), *map(model, some_asks(8)), return_exceptions=True)

    _, *replies = asyncio.run(call())

    assert all(isinstance(each, Reply) for each in replies)
    assert spooled(tmp_path) == []
    require_sums(bank, 8 * PRICE)


def test_a_bank_that_takes_no_more_writes_loses_no_answer(bank, admin, a_book, tmp_path):
    async def answer(ask):
        with admin.connect() as db:
            name = bank.url.database
            db.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        bank.dispose()
        return a_reply()

    [reply] = ask_all(a_book(patience=[60]), Scripted([answer]), some_asks(1))

    with admin.connect() as db:
        db.execute(text(f"ALTER DATABASE {bank.url.database} RESET default_transaction_read_only"))
    bank.dispose()
    assert isinstance(reply, Reply)
    assert absorb(bank, tmp_path / "spool") == 1
    require_sums(bank, PRICE)


def test_what_belongs_to_another_bank_stays_in_the_spool(wire, bank, a_book, tmp_path):
    lose_the_bank(wire, a_book(on=wire.bank))
    with bank.begin() as db:
        db.execute(text("DELETE FROM llm_calls"))

    assert absorb(bank, tmp_path / "spool") == 0
    assert spooled(tmp_path)


def test_a_spool_that_was_cut_short_gives_what_is_whole(wire, bank, a_book, tmp_path):
    lose_the_bank(wire, a_book(on=wire.bank), count=1)
    [path] = spooled(tmp_path)
    whole = path.read_text()
    path.write_text(whole + whole[: whole.rindex("}", 0, -3) + 1])

    assert absorb(bank, tmp_path / "spool") == 1
    assert spooled(tmp_path) == []


def test_a_spool_that_the_bank_does_not_take_stays_and_holds_up_nobody(
    wire, bank, a_book, tmp_path
):
    lose_the_bank(wire, a_book(on=wire.bank), count=1)
    [path] = spooled(tmp_path)
    path.write_text(path.read_text().replace('"answered"', '"nonsense"'))

    assert absorb(bank, tmp_path / "spool") == 0
    assert spooled(tmp_path) == [path]


def test_without_room_for_the_spool_the_calls_fail_with_the_bank(wire, bank, a_book, tmp_path):
    (tmp_path / "spool").write_text("a file where the folder should be")

    errors = lose_the_bank(wire, a_book(on=wire.bank))

    assert {type(each) for each in errors} == {DatabaseError}
    assert {row.state for row in on_record(bank)} == {"asked"}


def test_what_was_answered_is_known_to_the_next_book_and_not_asked_again(bank, a_book):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        ids = [each.id for each in slots.add(db, run.id, [Stratum("math", "easy")] * 6, "s")]
    asks = [an_ask(slot_id=str(number)) for number in ids]
    said = [a_reply(), LLMError("refused", "no", perhaps_billed=True), cut(), overloaded()]
    ask_all(a_book(run_id=run.id), Scripted(said), asks[:4])

    book = a_book(run_id=run.id)
    with bank.connect() as db:
        book.remember(calls.answered(db, ids))
    again = ask_all(book, model := Scripted(), asks)

    assert [getattr(each, "kind", None) for each in again] == [None, "refused", *[None] * 4]
    assert len(model.asked) == 4
