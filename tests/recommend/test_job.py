"""Recommendations in the bank: given, kept, ended, dismissed, judged."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.recommend.people import DAY, NOW, add_learner, add_lessons, sit, study, take

from itemwell.errors import Exit
from itemwell.recommend import job
from itemwell.recommend.report import Report
from itemwell.recommend.shard import Place, work
from itemwell.settings import Settings
from itemwell.store import recommendations, runs
from itemwell.store.study import Sources
from itemwell.walk import Under, until

SOURCES = Sources.of(Settings())


def asked(at=NOW, **changes):
    usual = {"active_days": 60, "retention": 0.9, "deadline": time.monotonic() + 600}
    return job.Asked(sources=SOURCES, at=at, on=at.date(), **usual | changes)


def tell(bank, at=NOW, **changes):
    with runs.begin(bank, "recommend") as run:
        return job.run(bank, run, asked(at, **changes))


def standing(bank, user="ann"):
    with bank.connect() as db:
        return {each["recommendation_type"]: each for each in recommendations.standing(db, user)}


def rows(bank, where="true"):
    with bank.connect() as db:
        found = db.execute(
            text(f"SELECT * FROM adaptive_recommendations WHERE {where} ORDER BY id")
        )
        return [dict(row) for row in found.mappings()]


@pytest.fixture
def ann(bank):
    """Ann began two lessons, completed one with 55, and sat a quiz."""
    with bank.begin() as db:
        add_lessons(db)
        add_learner(db, "ann")
        take(db, "ann", "l1", NOW - 5 * DAY, NOW - 4 * DAY, 55.0)
        take(db, "ann", "l2", NOW - 3 * DAY)
        sit(db, "ann", NOW - 2 * DAY, 70.0)
    return bank


def test_the_steps_of_a_learner_with_what_they_rest_on(ann):
    report = tell(ann)

    steps = standing(ann)
    assert list(steps) == ["REVIEW_LESSON", "CONTINUE_LEARNING"]
    assert steps["REVIEW_LESSON"]["title"] == "Review Lesson 1"
    assert steps["CONTINUE_LEARNING"]["evidence"]["lesson"] == "l2"
    assert (report.learners, report.new, report.outcome.exit) == (1, 2, Exit.OK)


def test_evidence_is_json_and_not_text(ann):
    tell(ann)

    with ann.connect() as db:
        kinds = db.scalars(text("SELECT jsonb_typeof(evidence) FROM adaptive_recommendations"))
        assert set(kinds) == {"object"}


def test_the_same_day_again_changes_nothing(ann):
    tell(ann)
    before = rows(ann)

    report = tell(ann, NOW + timedelta(hours=1))

    assert rows(ann) == before
    assert (report.new, report.same, report.ended) == (0, 2, 0)


def test_a_week_later_the_old_steps_end_and_new_ones_stand(ann):
    tell(ann)

    report = tell(ann, NOW + 7 * DAY)

    old, new = (rows(ann, f"refresh_date = '{(NOW + k * DAY).date()}'") for k in (0, 7))
    assert [each["is_active"] for each in old] == [False, False]
    assert all(each["ended_at"] for each in old)
    assert all(each["is_active"] for each in new)
    assert report.ended == 2


def test_steps_whose_time_is_over_end_also_of_those_who_are_active_no_more(ann):
    tell(ann)
    with ann.begin() as db:
        add_learner(db, "bob", NOW + 65 * DAY)

    report = tell(ann, NOW + 70 * DAY)

    assert standing(ann) == {}
    assert report.ended == len(rows(ann, "user_id = 'ann'")) > 0
    assert {each["user_id"] for each in rows(ann, "is_active")} == {"bob"}


def test_what_was_dismissed_is_not_given_again_even_the_same_day(ann):
    tell(ann)
    with ann.begin() as db:
        step = standing(ann)["REVIEW_LESSON"]["id"]
        assert db.scalar(text("SELECT dismiss_recommendation(:id)"), {"id": step})
        assert not db.scalar(text("SELECT dismiss_recommendation(:id)"), {"id": step})

    tell(ann, NOW + timedelta(hours=12))
    assert "REVIEW_LESSON" not in standing(ann)
    tell(ann, NOW + 30 * DAY)
    assert "REVIEW_LESSON" in standing(ann)


def test_broken_data_cost_their_own_learner_only(ann):
    with ann.begin() as db:
        for number in range(20):
            add_learner(db, f"bob{number}")
        sit(db, "bob7", NOW - DAY, float("nan"))
        study(db, "bob9", NOW - DAY, -5)

    report = tell(ann)

    assert report.broken == {
        "bob7": "a quiz whose score is not 0 to 100",
        "bob9": "a session that ends before it begins",
    }
    assert (report.learners, report.errors, report.outcome.exit) == (19, 2, Exit.OK)
    assert standing(ann, "bob8")
    assert not standing(ann, "bob7")


def test_below_nine_in_ten_the_run_is_partial(ann):
    with ann.begin() as db:
        add_learner(db, "bob")
        sit(db, "bob", NOW - DAY, 101.0)

    assert tell(ann).outcome.exit is Exit.PARTIAL


def test_a_bank_without_learners_is_not_due(bank):
    assert tell(bank).outcome.reason == "not_due"


def test_without_a_run_nothing_is_written(ann):
    report = job.run(ann, None, asked())

    assert (report.new, rows(ann)) == (2, [])


def test_whoever_was_idle_for_too_long_is_told_nothing_unless_asked_for(ann):
    with ann.begin() as db:
        add_learner(db, "old", NOW - 61 * DAY)

    tell(ann)
    assert not standing(ann, "old")
    tell(ann, user="old")
    assert list(standing(ann, "old")) == ["RESUME_LEARNING", "START_LEARNING"]


def test_ten_hours_of_study_want_a_break(ann):
    with ann.begin() as db:
        for days in (0.5, 1.5, 2.5):
            study(db, "ann", NOW - days * DAY, 200)

    tell(ann)

    step = standing(ann)["TAKE_BREAK"]
    assert (step["evidence"]["minutes"], len(step["evidence"]["sessions"])) == (600, 3)


def test_what_comes_after_the_moment_is_not_known_yet(ann):
    with ann.begin() as db:
        study(db, "ann", NOW + DAY, 700)
        sit(db, "ann", NOW + DAY, 20.0, lesson="l3")

    tell(ann)

    assert list(standing(ann)) == ["REVIEW_LESSON", "CONTINUE_LEARNING"]


def test_a_review_that_was_done_with_a_better_score_is_followed_and_improved(ann):
    tell(ann)
    with ann.begin() as db:
        sit(db, "ann", NOW + 2 * DAY, 90.0, lesson="l1")

    tell(ann, NOW + 15 * DAY)

    go_on, review = rows(ann, f"refresh_date = '{NOW.date()}'")
    assert (review["followed_at"], review["improved"]) == (NOW + 2 * DAY, True)
    assert go_on["followed_at"] is None
    assert review["judged_at"]
    assert go_on["judged_at"]


def test_what_is_done_after_its_time_is_not_followed(ann):
    tell(ann)
    with ann.begin() as db:
        sit(db, "ann", NOW + 8 * DAY, 90.0, lesson="l1")

    tell(ann, NOW + 15 * DAY)

    [review] = rows(ann, f"recommendation_type = 'REVIEW_LESSON' AND refresh_date = '{NOW.date()}'")
    assert (review["followed_at"], review["improved"]) == (None, True)


def test_each_rules_use_can_be_read(ann):
    tell(ann)
    with ann.begin() as db:
        sit(db, "ann", NOW + 2 * DAY, 90.0, lesson="l1")
    tell(ann, NOW + 15 * DAY)

    with ann.connect() as db:
        uses = recommendations.uses(db, NOW - DAY, NOW + DAY)

    by_rule = {each.recommendation_type: each for each in uses}
    assert by_rule["REVIEW_LESSON"][1:7] == (1, 0, 1, 1, 1, 1)
    assert by_rule["CONTINUE_LEARNING"].followed == 0


def test_a_shard_is_a_range_of_learners_and_can_be_worked_twice(ann):
    with ann.begin() as db:
        for name in ("a", "b", "c"):
            add_learner(db, name)
    shard = asked().shard(None)._replace(after="a", upto="b")

    for _ in range(2):
        report = Report(NOW.date())
        work(Place(ann, SOURCES), shard, Under(until(time.monotonic() + 60)), report)

    assert {each["user_id"] for each in rows(ann)} == {"ann", "b"}
    assert len(rows(ann)) == 3


def test_a_deadline_leaves_the_rest_and_says_so(ann):
    report = tell(ann, deadline=time.monotonic() - 1)

    assert (report.outcome.exit, report.outcome.reason) == (Exit.FAILED, "deadline")


def test_the_select_that_dashboards_make_runs(ann):
    tell(ann)
    query = """
        SELECT user_id, recommendation_type, title, created_at
        FROM adaptive_recommendations
        WHERE created_at >= CURRENT_DATE - INTERVAL '1 day'
            AND is_active = true
        ORDER BY created_at DESC
        LIMIT 20
    """
    with ann.connect() as db:
        assert len(db.execute(text(query)).all()) == 2


def test_practice_of_the_weakest_type_is_followed_by_an_answer(ann):
    with ann.begin() as db:
        db.execute(text(SNAPSHOT), {"on": NOW.date() - DAY, "end": NOW - timedelta(hours=6)})
        questions = add_items(db)
    tell(ann)

    step = standing(ann)["PRACTICE_WEAKEST"]
    assert (step["subject"], step["evidence"]["questions"]) == ("math", questions)
    with ann.begin() as db:
        db.execute(
            text(
                "INSERT INTO responses (user_id, question_id, is_correct, answered_at)"
                " VALUES ('ann', :question, true, :moment)"
            ),
            {"question": questions[0], "moment": NOW + DAY},
        )
    tell(ann, NOW + 2 * DAY)

    [old] = rows(ann, f"id = {step['id']}")
    assert old["followed_at"] == NOW + DAY
    assert questions[0] not in standing(ann)["PRACTICE_WEAKEST"]["evidence"]["questions"]


SNAPSHOT = """
    INSERT INTO performance_snapshots (user_id, snapshot_date, lessons_completed_count,
        time_spent_seconds, reason, formula, abilities, time_zone, day_start, day_end)
    VALUES ('ann', :on, 0, 0, 'no data', 'pace-1',
        '{"math": {"theta": -0.5, "se": 0.4, "n": 9}, "logic": {"theta": 1, "se": 0.4, "n": 9}}',
        'UTC', :end - interval '1 day', :end)
"""


def add_items(db):
    """Three math questions with parameters, the nearest to -0.5 first."""
    ids = db.scalars(
        text("""
            INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation,
                signature, skeleton, verified, irt_discrimination, irt_difficulty)
            SELECT 'math', 'easy', 'active', 'What is ' || n || '?', '[{"text": "1"}, {"text": "2"}]',
                'A', 'So.', encode(sha256(n::text::bytea), 'hex'), md5(n::text), '{}', 1, n / 10.0 - 0.6
            FROM generate_series(1, 3) AS n RETURNING id
        """)
    ).all()
    return sorted(ids)
