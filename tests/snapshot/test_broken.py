"""Broken data cost their own learner a snapshot, are named, and cost nobody else anything."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.snapshot.test_job import SOURCES, asked, at, close, stored

from itemwell.errors import Busy, Exit
from itemwell.snapshot import job
from itemwell.snapshot.due import Span
from itemwell.snapshot.report import Report
from itemwell.snapshot.shard import Place, Shard, work
from itemwell.store import runs, snapshots
from itemwell.walk import Under

NOW = at(2026, 11, 29)
LESSON = (
    "INSERT INTO lesson_progress (user_id, lesson_id, started_at, completed_at, score,"
    " time_spent_seconds) VALUES ('bad', 'l', {})"
)
QUIZ = "INSERT INTO quiz_attempts (user_id, started_at, completed_at, score) VALUES ('bad', {})"
SESSION = "INSERT INTO study_sessions (user_id, started_at, ended_at, seconds) VALUES ('bad', {})"
BROKEN = [
    (LESSON, "'2026-11-20', '2026-11-21', 'NaN', 5", "a lesson whose score is not 0 to 100"),
    (LESSON, "'2026-11-22', '2026-11-21', 50, 5", "a lesson that ends before it begins"),
    (LESSON, "'2026-11-20', '2026-11-21', 50, -5", "a lesson of negative or endless length"),
    (LESSON, "'2026-11-20', 'infinity', 50, 5", "a lesson at an infinite time"),
    (QUIZ, "'2026-11-20', '2026-11-21', 'Infinity'", "a quiz whose score is not 0 to 100"),
    (QUIZ, "'2026-11-20', '2026-11-21', 100.01", "a quiz whose score is not 0 to 100"),
    (QUIZ, "'2026-11-20', '2026-11-21', -1", "a quiz whose score is not 0 to 100"),
    (QUIZ, "'2026-11-22', '2026-11-21', 50", "a quiz that ends before it begins"),
    (QUIZ, "'-infinity', '2026-11-21', 50", "a quiz at an infinite time"),
    (SESSION, "'2026-11-22', '2026-11-21', NULL", "a session that ends before it begins"),
    (SESSION, "'2026-11-20', 'infinity', 60", "a session at an infinite time"),
    (SESSION, "'infinity', NULL, 60", "a session at an infinite time"),
    (SESSION, "'2026-11-20', NULL, -60", "a session of negative or endless length"),
]


@pytest.fixture
def studied(bank):
    """Five sound learners, whose ids lie on both sides of the broken one's."""
    with bank.begin() as db:
        db.execute(text("INSERT INTO lessons (id, title) VALUES ('l', 'L')"))
        db.execute(
            text(
                "INSERT INTO quiz_attempts (user_id, score, started_at, completed_at)"
                " SELECT user_id, 80, '2026-11-28', '2026-11-28'"
                " FROM unnest(ARRAY['a', 'b', 'ba', 'c', 'd']) AS user_id"
            )
        )
    return bank


def spoil(bank, sql):
    with bank.begin() as db:
        db.execute(text(sql))


def refusals(bank):
    with bank.connect() as db:
        return dict(db.execute(text("SELECT user_id, reason FROM snapshot_refusals")).all())


ENDLESS = [
    ("lesson_progress", "time_spent_seconds", LESSON, "'2026-11-20', '2026-11-28', 50, '{}'"),
    ("study_sessions", "seconds", SESSION, "'2026-11-28', '2026-11-28 01:00', '{}'"),
]


@pytest.mark.parametrize("length", ["NaN", "Infinity"])
@pytest.mark.parametrize(("table", "column", "into", "values"), ENDLESS)
def test_a_length_that_is_no_number_is_broken(studied, table, column, into, values, length):
    spoil(studied, f"ALTER TABLE {table} ALTER {column} TYPE double precision")
    spoil(studied, into.format(values.format(length)))

    report = close(studied, NOW)

    assert (report.success, report.errors) == (5, 1)
    assert report.broken["bad"].endswith("of negative or endless length")


@pytest.mark.parametrize(("into", "values", "reason"), BROKEN)
def test_whose_data_are_broken_is_named_and_the_others_get_theirs(studied, into, values, reason):
    spoil(studied, into.format(values))

    report = close(studied, NOW)

    assert (report.success, report.errors) == (5, 1)
    assert report.broken == refusals(studied) == {"bad": reason}
    assert {user for user, _ in stored(studied)} == {"a", "b", "ba", "c", "d"}


def test_what_was_broken_before_the_window_or_comes_after_the_day_is_not_looked_at(studied):
    spoil(studied, QUIZ.format("'2026-10-01', '2026-10-02', 'NaN'"))
    spoil(studied, QUIZ.format("'2026-11-29', '2026-11-29 01:00', 'NaN'"))
    spoil(studied, QUIZ.format("'2026-11-20', '2026-11-20', 70"))

    report = close(studied, NOW)

    assert (report.success, report.errors) == (6, 0)


def test_a_learner_who_is_sound_again_is_no_longer_among_the_refused(studied):
    spoil(studied, QUIZ.format("'2026-11-20', '2026-11-21', 'NaN'"))
    close(studied, NOW)
    spoil(studied, "UPDATE quiz_attempts SET score = 50 WHERE user_id = 'bad'")

    report = close(studied, NOW)

    assert (report.new, report.errors, refusals(studied)) == (1, 0, {})


def test_a_zone_that_there_is_not_is_broken_too(studied):
    spoil(studied, "INSERT INTO learners (user_id, time_zone) VALUES ('bad', 'Mars/Olympus')")
    spoil(studied, QUIZ.format("'2026-11-20', '2026-11-21', 70"))

    report = close(studied, NOW)

    assert report.broken == {"bad": "there is no time zone 'Mars/Olympus'"}
    assert report.success == 5


def test_where_a_learners_rows_make_the_statement_fail_he_is_found_by_halving(studied):
    """Such as in a view of the application's whose arithmetic fails on them."""
    spoil(studied, QUIZ.format("'2026-11-20', '2026-11-21', 70"))
    spoil(
        studied,
        "CREATE VIEW scores AS SELECT user_id, kind, started_at, completed_at,"
        " (CASE WHEN user_id = 'bad' THEN score / (score - 70) ELSE score END) AS score"
        " FROM quiz_attempts",
    )

    report = close(studied, NOW, sources=SOURCES._replace(quiz_attempts="scores"))

    assert (report.success, report.errors) == (5, 1)
    assert report.broken == refusals(studied) == {"bad": "DataError: division by zero"}


def test_a_run_that_was_taken_over_keeps_nothing(studied):
    with runs.begin(studied, "snapshot") as run:
        spoil(studied, "UPDATE job_leases SET token = token + 1")
        with pytest.raises(Busy, match="taken over"):
            job.run(studied, run, asked(NOW))

    assert stored(studied) == {}


def test_a_run_whose_time_is_over_says_so_and_its_days_stay_due(studied):
    report = close(studied, NOW, deadline=time.monotonic() - 1)

    assert report.outcome.exit is Exit.FAILED
    assert report.outcome.reason == "deadline"
    with studied.connect() as db:
        assert snapshots.covered_until(db) is None


def test_a_shard_that_has_to_stop_says_what_is_left_of_it(studied):
    stops = iter([False, True])
    place, span = Place(studied, SOURCES), Span(NOW, None, 31)
    shard = Shard("a", "c", span, "UTC")

    left = work(place, shard, Under(lambda: next(stops)), Report())
    nothing = stored(studied)
    none = work(place, shard, Under(lambda: False), Report())

    assert (left, nothing, none) == (shard, {}, None)
    assert {user for user, _ in stored(studied)} == {"b", "ba", "c"}


def test_a_day_has_no_more_seconds_than_it_has(studied):
    for _ in range(2):
        spoil(studied, SESSION.format("'2026-11-28', '2026-11-29', NULL"))

    close(studied, NOW)

    assert stored(studied)["bad", (NOW - timedelta(days=1)).date()][3] == 86_400
