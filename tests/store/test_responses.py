"""Answers in and out of the bank: none twice, none lost, and a snapshot is one moment."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from itemwell.bank import Response
from itemwell.store import responses, stream
from itemwell.store.connect import may_pass
from itemwell.store.responses import Watermark

KILL_COPIES = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'COPY%'
"""
THEN = datetime(2026, 11, 1, 12, 30, 15, 123456, tzinfo=UTC)


def a_response(user_id="ann", question_id=1, *, is_correct=True, answered_at=THEN, **more):
    return Response(
        user_id=user_id,
        question_id=question_id,
        is_correct=is_correct,
        answered_at=answered_at,
        **more,
    )


def add_all(bank, some):
    with bank.begin() as db:
        return responses.add_each(db, some)


def add(bank, *some):
    return add_all(bank, some)


def rows(bank):
    with bank.connect() as db:
        query = "SELECT user_id, question_id, is_correct, selected_option, response_time_ms, answered_at"
        return [tuple(row) for row in db.execute(text(f"{query} FROM responses ORDER BY id"))]


def test_the_same_answer_is_stored_once(bank):
    one, other = a_response(), a_response(question_id=2)

    assert add(bank, one, other, one) == (2, 1)
    assert add(bank, other, a_response(answered_at=THEN + timedelta(seconds=1))) == (1, 1)


def test_what_was_stored_is_what_was_said_whatever_a_learner_is_called(bank):
    names = ["tab\there", "back\\slash", "\\N", "line\nbreak\r", "Zoë 🙂", " "]
    said = [
        a_response(name, 2**62, is_correct=False, selected_option="B\\", response_time_ms=7)
        for name in names
    ]

    add(bank, *said)

    expected = [(name, 2**62, False, "B\\", 7, THEN) for name in names]
    assert sorted(rows(bank)) == sorted(expected)


def test_an_answer_without_a_moment_is_of_now(bank):
    add(bank, a_response(answered_at=None))

    ((*_, moment),) = rows(bank)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


def test_an_answer_that_the_bank_cannot_hold_leaves_nothing(bank):
    with pytest.raises(DBAPIError):
        add(bank, a_response(), a_response(response_time_ms=2**40))

    assert rows(bank) == []


def test_new_answers_are_counted_also_where_they_came_late_or_others_went(bank):
    with bank.connect() as early:
        early.begin()
        responses.add_each(early, [a_response("late")])
        add(bank, *(a_response(question_id=number) for number in range(5)))
        with bank.connect() as db:
            seen = Watermark(db.scalar(text("SELECT max(id) FROM responses")), 5)
        early.commit()
    with bank.begin() as db:
        late = responses.count_new(db, seen)
        responses.add_each(db, [a_response("after")])
        both = responses.count_new(db, seen)
        db.execute(text("DELETE FROM responses WHERE question_id > 1"))
        after_deletion = responses.count_new(db, seen)
        all_of_them = responses.count_new(db, None)

    assert (late, both, after_deletion, all_of_them) == (1, 2, 1, 4)


def test_simulated_answers_are_told_from_real_ones(bank):
    add(bank, a_response("sim-1"), a_response("sim-2"))
    with bank.begin() as db:
        only_simulated = responses.holds_real(db)
        responses.add_each(db, [a_response("simon")])
        mixed = responses.holds_real(db)
        removed = responses.remove_simulated(db)

    assert (only_simulated, mixed, removed) == (False, True, 2)
    assert [row[0] for row in rows(bank)] == ["simon"]


def test_totals_of_nothing_and_of_something(bank):
    with bank.begin() as db:
        nothing = responses.totals(db)
        responses.add_each(db, [a_response(), a_response(question_id=2), a_response("sim-1")])
        something = responses.totals(db)
        (orphans,) = responses.by_type(db)

    assert set(nothing.values()) == {0, None}
    assert [something[name] for name in ("responses", "learners", "simulated")] == [3, 2, 1]
    assert (orphans["question_type"], orphans["questions"], orphans["responses"]) == (None, 2, 3)


def read(bank):
    with stream.snapshot(bank) as db:
        found = stream.stream(db)
        return found, list(found)


def whole(chunks):
    return [np.concatenate(columns) for columns in zip(*chunks, strict=True)]


def test_a_stream_tells_every_answer_as_it_is(bank):
    add(
        bank,
        a_response("ann", 5, selected_option="C", response_time_ms=1234),
        a_response("bob", 2**40, is_correct=False),
        a_response("ann", 6, selected_option="", response_time_ms=0),
        a_response("zoë", -1, selected_option="Ω"),
    )

    found, chunks = read(bank)

    users, questions, correct, letters, times, answered = whole(chunks)
    place = {question: place for place, question in enumerate(questions.tolist())}
    order = [place[question] for question in (5, 2**40, 6, -1)]
    assert users[order[0]] == users[order[2]] != users[order[1]]
    assert correct[order].tolist() == [True, False, True, True]
    assert letters[order][:3].tolist() == [ord("C"), 0, 0]
    assert times[order].tolist() == [1234, -1, 0, -1]
    assert set(answered.tolist()) == {stream.microseconds(THEN)}
    assert found.last_id == 4
    assert abs(datetime.now(UTC) - found.taken_at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("numbers", "wide"),
    [
        ([0, 5, 2**23 - 1, 1 - 2**23, -1, 7], False),
        ([0, 5, 2**23, -1, 6, 7], True),
        ([0, 5, -(2**63), 2**63 - 1, 6, 7], True),
    ],
)
def test_a_stream_is_exact_at_the_ends_of_what_can_be(bank, numbers, wide):
    times = [-(2**31), 2**31 - 1, None, 0, -2, 7]
    moments = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), *[THEN] * 4]
    letters = ["~", "A", None, "Z", "9", " "]
    rest = zip(times, moments, letters, strict=True)
    add(
        bank,
        *(
            a_response(
                f"learner {number}", number, is_correct=number % 2 == 0,
                response_time_ms=ms, answered_at=moment, selected_option=letter,
            )
            for number, (ms, moment, letter) in zip(numbers, rest, strict=True)
        ),
    )  # fmt: skip

    found, chunks = read(bank)

    users, questions, correct, read_letters, read_times, answered = whole(chunks)
    order = [questions.tolist().index(number) for number in numbers]
    assert found.wide == wide
    assert len(set(users.tolist())) == len(numbers)
    assert correct[order].tolist() == [number % 2 == 0 for number in numbers]
    assert read_letters[order].tolist() == [ord(letter) if letter else 0 for letter in letters]
    assert read_times[order].tolist() == [-1 if ms is None else ms for ms in times]
    assert answered[order].tolist() == [stream.microseconds(moment) for moment in moments]


def test_a_stream_of_pages_some_of_which_are_wide_is_whole(bank, monkeypatch):
    monkeypatch.setattr(stream, "PAGES", 1)
    numbers = [*range(1000), 2**50, *range(1001, 2000)]
    add(bank, *(a_response(question_id=number) for number in numbers))

    found, chunks = read(bank)

    assert found.wide
    assert sorted(whole(chunks)[1].tolist()) == sorted(numbers)


def test_a_stream_of_nothing_is_empty(bank):
    found, chunks = read(bank)

    assert (found.last_id, chunks) == (None, [])


def test_a_stream_is_of_one_moment_however_long_it_takes(bank, monkeypatch):
    monkeypatch.setattr(stream, "PAGES", 1)
    add(bank, *(a_response(question_id=number) for number in range(1000)))
    with stream.snapshot(bank) as db:
        found = stream.stream(db)
        chunks = iter(found)
        first = next(chunks)
        with bank.begin() as other:
            other.execute(text("DELETE FROM responses WHERE question_id % 2 = 0"))
            other.execute(text("UPDATE responses SET is_correct = NOT is_correct"))
            responses.add_each(other, [a_response("late", number) for number in range(500)])
        questions = np.concatenate([first.questions, *(each.questions for each in chunks)])

    assert sorted(questions.tolist()) == list(range(1000))
    assert found.last_id == 1000


def test_a_stream_comes_in_the_order_of_the_table_from_one_connection_or_more(bank, monkeypatch):
    monkeypatch.setattr(stream, "PAGES", 1)
    add(bank, *(a_response(question_id=number) for number in range(3000)))

    both = whole(read(bank)[1])
    monkeypatch.setattr(stream, "READERS", 1)
    alone = whole(read(bank)[1])

    assert both[1].tolist() == alone[1].tolist() == list(range(3000))


def test_a_stream_goes_on_alone_where_no_connection_is_to_spare(bank, monkeypatch):
    monkeypatch.setattr(stream, "PAGES", 1)
    add(bank, *(a_response(question_id=number) for number in range(1000)))
    small = create_engine(bank.url, pool_size=1, max_overflow=0, pool_timeout=0.1)

    with stream.snapshot(small) as db:
        questions = whole(stream.stream(db))[1]
    small.dispose()

    assert questions.tolist() == list(range(1000))


def test_a_snapshot_can_write_nothing(bank):
    with pytest.raises(DBAPIError, match="read-only"), stream.snapshot(bank) as db:
        responses.remove_simulated(db)


def test_a_range_of_pages_is_read_by_its_place_whatever_the_planner_knows(bank):
    add(bank, *(a_response(question_id=number) for number in range(2000)))
    with stream.snapshot(bank) as db:
        stream.stream(db)
        query = "EXPLAIN SELECT count(*) FROM responses WHERE ctid >= '(0,0)' AND ctid < '(1,0)'"
        plan = "\n".join(db.execute(text(query)).scalars())

    assert "Tid Range Scan" in plan


def test_a_connection_that_breaks_in_a_copy_is_a_lost_database(bank):
    def halfway():
        yield a_response()
        with bank.begin() as other:
            other.execute(text(KILL_COPIES))
        for number in range(50_000):
            yield a_response(question_id=number)

    with pytest.raises(DBAPIError) as told:
        add_all(bank, halfway())

    assert may_pass(told.value)
    assert rows(bank) == []
