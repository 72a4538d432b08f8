"""What is read of learners' meetings with lessons is enough for the steps that all of them would give."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.recommend.people import NOW, add_lessons, sit

from itemwell.recommend.batch import _once
from itemwell.recommend.choose import choose, refused
from itemwell.recommend.memory import GRADES, once
from itemwell.recommend.rules import Course
from itemwell.settings import Settings
from itemwell.store import recommendations
from itemwell.store.studied import HISTORY, Once, studied, titles
from itemwell.store.study import Sources

SOURCES = Sources.of(Settings())
LEARNERS = [f"learner {number}" for number in range(200)]
MEETINGS = """
    INSERT INTO quiz_attempts (user_id, lesson_id, kind, score, completed_at)
    SELECT 'learner ' || who, 'l' || 1 + floor(random() * 40), 'quiz',
        (ARRAY[0, 69.9, 70, 79.9, 80, 94.9, 95, 100])[1 + floor(random() * 8)],
        CAST(:now AS timestamptz) - make_interval(days => CAST(random() * 12 AS int) * (1 + who % 15))
    FROM generate_series(0, 199) AS who CROSS JOIN generate_series(1, 12) AS n WHERE random() < 0.9 * who / 200
"""
LESSONS = """
    INSERT INTO lesson_progress (user_id, lesson_id, started_at, completed_at, score)
    SELECT 'learner ' || who, 'l' || lesson, CAST(:now AS timestamptz) - interval '190 days',
        CAST(:now AS timestamptz) - make_interval(hours => CAST(random() * 4500 AS int)), round(60 + 40 * random())
    FROM generate_series(0, 199) AS who CROSS JOIN generate_series(1, 40) AS lesson WHERE random() < 0.2 * who / 200
"""
DISMISSALS = """
    INSERT INTO adaptive_recommendations (user_id, recommendation_type, subject, priority, title, reason,
        rules, as_of, refresh_date, expires_at, is_active, dismissed_at)
    SELECT user_id, 'REVIEW_LESSON', lesson_id, 85, 'Review', 'why', 'rules-1', CAST(:now AS timestamptz),
        CAST(:now AS date) - CAST(rank AS int), CAST(:now AS timestamptz), false,
        CAST(:now AS timestamptz) - make_interval(days => CAST(rank AS int))
    FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY score) AS rank FROM quiz_attempts) AS met
    WHERE rank <= 3
"""


def given(db, users, wanted=None, retention=0.9):
    """Each learner's steps, and how many of his meetings were read."""
    recalls = once(retention, HISTORY.days)
    course = Course(NOW, titles(db, SOURCES), {}, retention)
    unwanted = refused(recommendations.dismissed(db, users, NOW - HISTORY))
    read = Once(GRADES, recalls, wanted) if wanted else _once(recalls, unwanted)
    found = studied(db, SOURCES, users, NOW, read)
    return [choose(did, course, unwanted.get(did.user_id, {})) for did in found], sum(
        len(did.reviews) for did in found
    )


@pytest.mark.parametrize("retention", [0.9, 0.7])
def test_of_lessons_met_once_the_least_remembered_are_enough(bank, retention):
    with bank.begin() as db:
        add_lessons(db, 40)
        db.execute(text("SELECT setseed(0.5)"))
        for statement in (MEETINGS, LESSONS, DISMISSALS):
            db.execute(text(statement), {"now": NOW})

    with bank.connect() as db:
        # a batch each, so that nobody is read more for the sake of somebody else
        few = [given(db, [user], None, retention) for user in LEARNERS]
        steps, read = given(db, LEARNERS, 1_000, retention)

    assert [mine for ((mine,), _) in few] == steps
    assert sum(each.recommendation_type == "REVIEW_LESSON" for mine in steps for each in mine) > 80
    assert sum(number for _, number in few) < 0.7 * read


def test_a_lesson_that_was_failed_today_counts_before_one_that_is_well_remembered(bank):
    with bank.begin() as db:
        add_lessons(db, 2)
        sit(db, "ann", NOW - timedelta(hours=26), 85.0, lesson="l1")
        sit(db, "ann", NOW - timedelta(hours=10), 40.0, lesson="l2")

    with bank.connect() as db:
        (few, _), (steps, _) = given(db, ["ann"]), given(db, ["ann"], wanted=1_000)

    assert few == steps
    assert few[0][0].subject == "l2"
