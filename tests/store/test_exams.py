"""Exams in the bank: who lacks one, what is handed out, what is removed and when."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.store.exams_kept import add_questions, an_entry, an_exam, change, claim, keep

from itemwell.bank import AnswerKey, Response
from itemwell.store import attempts, demand, exam_stats, exams, responses, schema

DAY = timedelta(days=1)


@pytest.fixture
def stocked(bank):
    add_questions(bank)
    return bank


def asked(bank, what, *arguments):
    with bank.begin() as db:
        return what(db, *arguments)


def answered(bank, user_id, question_id, moment):
    answer = Response(user_id=user_id, question_id=question_id, is_correct=True, answered_at=moment)
    asked(bank, responses.add_each, [answer])


def known(bank, user_id, days_ago):
    change(
        bank,
        "INSERT INTO learners VALUES (:user, clock_timestamp() - :days * interval '1 day')",
        user=user_id,
        days=days_ago,
    )


def ids(claimed):
    return [question["id"] for question in claimed.questions]


def test_what_is_handed_out_is_the_content_in_the_exams_order_and_no_key(stocked):
    keep(stocked, an_exam(of=(3, 1, 2)))

    claimed = claim(stocked)

    assert ids(claimed) == [3, 1, 2]
    assert claimed.questions[0]["stem"] == "How much is 3 and 1?"
    options = claimed.questions[0]["options"]
    assert [each["letter"] for each in options] == ["A", "B", "C", "D"]
    assert [each["text"] for each in options] == ["c", "a", "d", "b"]
    assert options[0]["svg"] == "<svg/>"
    assert set(claimed.questions[0]) == {"id", "stem", "stimulus", "options"}
    assert "SECRET" not in str(claimed)


def test_the_keys_are_in_the_attempts_order(stocked):
    keep(stocked, an_exam(of=(3, an_entry(1, order="BACD", scored=False))))

    attempt = claim(stocked).attempt_id

    assert asked(stocked, attempts.keys, attempt) == [
        AnswerKey(1, 3, "D", scored=True),
        AnswerKey(2, 1, "A", scored=False),
    ]
    assert asked(stocked, attempts.keys, 99) == []


def test_the_oldest_is_handed_out_first_and_each_once(stocked):
    keep(stocked, an_exam(of=(1,), seed="1"))
    keep(stocked, an_exam(of=(2,), seed="2"))
    keep(stocked, an_exam(of=(3,), exam_type="diagnostic"), an_exam("bob", of=(4,)))

    assert [ids(claim(stocked)), ids(claim(stocked)), claim(stocked)] == [[1], [2], None]


def test_an_expired_exam_is_never_handed_out(stocked):
    keep(stocked, an_exam(expires_at=datetime.now(UTC)), an_exam(of=(4,), seed="2"))

    assert ids(claim(stocked)) == [4]
    assert claim(stocked) is None


@pytest.mark.parametrize(
    "hurt",
    ["status = 'retired'", "status = 'watch'", "status = 'quarantined'", "signature = 'another'"],
)
def test_a_question_that_is_no_more_what_it_was_is_replaced_by_a_spare(stocked, hurt):
    keep(stocked, an_exam(of=(1, 2, 3), spares=(4, 5, 6)))
    change(stocked, f"UPDATE questions SET {hurt} WHERE id = 2")
    change(stocked, "UPDATE questions SET status = 'retired' WHERE id = 4")

    claimed = claim(stocked)

    assert (ids(claimed), claimed.replaced, claimed.missing) == ([1, 5, 3], 1, 0)
    assert [key.question_id for key in asked(stocked, attempts.keys, claimed.attempt_id)] == [
        1,
        5,
        3,
    ]


def test_whatever_a_question_is_made_of_is_handed_out_as_it_is(stocked):
    stem, option = 'a "quote"\n\\ and {"letter": "Z"}', {"text": 'x"],"y', "svg": None}
    change(
        stocked,
        "UPDATE questions SET stem = :stem, stimulus = CAST(:stimulus AS jsonb), options ="
        " CAST(:options AS jsonb), key = 'F' WHERE id = 2",
        stem=stem,
        stimulus=json.dumps({"text": stem, "svg": "<svg/>"}),
        options=json.dumps([option, *({"text": letter} for letter in "bcdef")]),
    )
    keep(stocked, an_exam(of=(an_entry(2, order="BAFCED"), an_entry(3, order="BA"))))

    six, two = claim(stocked).questions

    assert (six["stem"], six["stimulus"]) == (stem, {"text": stem, "svg": "<svg/>"})
    texts = [(each["letter"], each["text"]) for each in six["options"]]
    assert texts == list(zip("ABCDEF", ["b", 'x"],"y', "f", "c", "e", "d"], strict=True))
    assert [(each["letter"], each["text"]) for each in two["options"]] == [("A", "b"), ("B", "a")]
    assert asked(stocked, attempts.keys, 1)[0].key == "C"


def test_faces_follow_their_questions(stocked):
    faces = "SELECT count(*) FROM question_faces WHERE in_use"
    counts = [asked(stocked, lambda db: db.execute(text(faces)).scalar_one())]
    for hurt in (
        "UPDATE questions SET status = 'watch' WHERE id < 3",
        "DELETE FROM questions WHERE id = 4",
    ):
        change(stocked, hurt)
        counts.append(asked(stocked, lambda db: db.execute(text(faces)).scalar_one()))
    schema.downgrade(stocked, "20261129_calibrate_items")
    schema.upgrade(stocked)

    assert [*counts, asked(stocked, lambda db: db.execute(text(faces)).scalar_one())] == [
        12,
        10,
        9,
        9,
    ]


def test_what_has_no_spare_is_left_out_and_counted(stocked):
    other = an_entry(5, stratum=("logic", "easy"))
    keep(stocked, an_exam(of=(1, 2, 3), spares=(other, an_entry(6, scored=False), 3)))
    change(stocked, "DELETE FROM questions WHERE id = 2")

    claimed = claim(stocked)

    assert (ids(claimed), claimed.replaced, claimed.missing) == ([1, 3], 0, 1)


def test_a_spare_is_scored_where_the_question_was_that_it_replaces(stocked):
    keep(stocked, an_exam(of=(an_entry(1, scored=False), 2), spares=(3, an_entry(4, scored=False))))
    change(stocked, "UPDATE questions SET status = 'retired' WHERE id IN (1, 2)")

    keys = asked(stocked, attempts.keys, claim(stocked).attempt_id)

    assert [(key.question_id, key.scored) for key in keys] == [(4, False), (3, True)]


def test_an_exam_kept_twice_is_one_and_comes_back_as_it_was(stocked):
    exam = an_exam(spares=(7, an_entry(8, scored=False)))

    assert [keep(stocked, exam, an_exam("bob")), keep(stocked, exam, an_exam("eve"))] == [2, 1]
    questions, spares = asked(stocked, exams.form, 1)
    assert [each._replace(signature="") for each in questions + spares] == [
        each._replace(signature="") for each in exam.questions + exam.spares
    ]
    assert questions[0].signature == exam.questions[0].signature[:16]
    assert keep(stocked) == 0


def test_who_lacks_an_exam_that_is_valid_beyond_the_horizon(stocked):
    soon = datetime.now(UTC) + timedelta(hours=5)
    keep(stocked, an_exam("ann"), an_exam("bob", expires_at=soon), an_exam("eve"))
    claim(stocked, "eve")

    def lacking(hours):
        wanted = ["practice", "diagnostic"]
        found = asked(
            stocked, demand.lacking, wanted, ["eve", "bob", "ann"], timedelta(hours=hours)
        )
        return [(user, kind) for user, kind in found if kind == "practice" or user == "ann"]

    assert lacking(6) == [("eve", "practice"), ("bob", "practice"), ("ann", "diagnostic")]
    assert lacking(4) == [("eve", "practice"), ("ann", "diagnostic")]


def test_active_is_who_was_seen_or_answered_lately_page_by_page(bank):
    now = datetime.now(UTC)
    for user, days in (("a", 1), ("b", 40), ("c", 40), ("f", 3)):
        known(bank, user, days)
    for user, days in (("b", 2), ("c", 50), ("d", 5), ("e", 45), ("f", 90)):
        for question in (1, 2, 3):
            answered(bank, user, question, now - days * DAY)

    def page(after, limit):
        return asked(bank, demand.active_learners, 30 * DAY, after, limit)

    assert page(None, 10) == ["a", "b", "d", "f"]
    assert [page(None, 2), page("b", 2), page("f", 2)] == [["a", "b"], ["d", "f"], []]
    assert asked(bank, demand.active_learners, 2.5 * DAY) == ["a", "b"]


def test_seen_is_what_was_answered_or_handed_out(stocked):
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    answered(stocked, "ann", 7, moment)
    answered(stocked, "ann", 7, moment - DAY)
    answered(stocked, "bob", 8, moment)
    keep(stocked, an_exam(of=(1, 2)), an_exam(of=(3,), seed="2"))
    claim(stocked)

    seen = asked(stocked, demand.seen, ["ann", "bob", "eve"])

    assert seen["ann"][7] == moment
    assert [sorted(seen[user]) for user in ("ann", "bob", "eve")] == [[1, 2, 7], [8], []]


def test_what_expired_is_removed_in_batches(stocked):
    gone = datetime.now(UTC) - DAY
    keep(stocked, *(an_exam(seed=str(n), expires_at=gone) for n in range(5)), an_exam("bob"))

    removed = [asked(stocked, exams.expire, 2) for _ in range(4)]

    assert removed == [(2, 0), (2, 0), (1, 0), (0, 0)]
    assert claim(stocked, "bob")


def aged(bank, exam_id, *, created, claimed, started=None, finished=None):
    """As if so many days had passed since."""
    moments = {"claimed": claimed, "started": started, "finished": finished}
    ago = "clock_timestamp() - CAST(:{0} AS double precision) * interval '1 day'"
    change(
        bank,
        f"UPDATE exam_attempts SET claimed_at = {ago.format('claimed')}, started_at ="
        f" {ago.format('started')}, finished_at = {ago.format('finished')} WHERE exam_id = {exam_id}",
        **moments,
    )
    change(
        bank,
        f"UPDATE pre_generated_exams SET created_at = {ago.format('created')}, used_at ="
        f" {ago.format('claimed')}, expires_at = {ago.format('claimed')} WHERE id = {exam_id}",
        created=created,
        claimed=claimed,
    )


@pytest.mark.parametrize(
    ("days", "removed"),
    [
        ({"created": 9, "claimed": 8, "started": 8, "finished": 1.1}, 1),
        ({"created": 9, "claimed": 8, "started": 8, "finished": 0.9}, 0),
        ({"created": 9, "claimed": 1.5}, 0),  # claimed, and perhaps begun without a word
        ({"created": 9, "claimed": 2.1}, 1),
        ({"created": 9, "claimed": 8, "started": 1.9}, 0),
        ({"created": 9, "claimed": 8, "started": 2.1}, 1),
    ],
)
def test_a_used_one_is_removed_a_day_after_its_end_and_never_under_way(stocked, days, removed):
    keep(stocked, an_exam())
    attempt = claim(stocked).attempt_id
    aged(stocked, 1, **days)

    assert asked(stocked, exams.expire, 10) == (0, removed)
    assert len(asked(stocked, attempts.keys, attempt)) == 3  # the form is kept


def test_a_type_may_keep_its_used_exams_longer(stocked):
    for exam_id, kind in ((1, "practice"), (2, "diagnostic")):
        keep(stocked, an_exam(exam_type=kind))
        claim(stocked, exam_type=kind)
        aged(stocked, exam_id, created=9, claimed=8, finished=4)

    removed = [
        asked(stocked, exams.expire, 10, {"practice": days * DAY, "diagnostic": 5 * DAY})
        for days in (4.5, 3)
    ]

    assert removed == [(0, 0), (0, 1)]


def test_an_attempt_is_started_and_finished_once(stocked):
    keep(stocked, an_exam())
    attempt = claim(stocked).attempt_id

    assert [asked(stocked, attempts.start, attempt) for _ in range(2)] == [True, True]
    assert asked(stocked, attempts.finish, attempt, {"right": 2})
    assert not asked(stocked, attempts.finish, attempt, {"right": 3})
    assert not asked(stocked, attempts.start, attempt)
    assert not asked(stocked, attempts.start, 99)


def test_the_analytics_are_as_the_contract_prints_them(stocked):
    now = datetime(2026, 11, 30, 10, 30, tzinfo=UTC)
    known(stocked, "eve", 1)
    answered(stocked, "dan", 1, now)
    keep(stocked, an_exam(expires_at=now + DAY), an_exam(exam_type="diagnostic"))
    keep(stocked, an_exam("bob", expires_at=now), an_exam(exam_type="mock"))
    claim(stocked, exam_type="diagnostic")

    assert asked(stocked, exam_stats.stats, now) == {
        "totalGenerated": 4,
        "totalUsed": 1,
        "totalUnused": 3,
        "totalExpired": 1,
        "averageExamsPerUser": 2.0,
        "diagnosticCount": 1,
        "practiceCount": 2,
        "usedPercentage": 25,
        "expiringWithin24h": 1,
        "userStats": {"usersWithPreGen": 2, "usersWithoutPreGen": 2, "avgPreGenPerUser": 2.0},
        "timestamp": "2026-11-30T10:30:00.000Z",
    }


def test_the_analytics_of_nothing_are_zeros(bank):
    found = asked(bank, exam_stats.stats, datetime.now(UTC))

    assert (found["totalGenerated"], found["usedPercentage"], found["averageExamsPerUser"]) == (
        0,
        0,
        0,
    )
