"""What the figures of a snapshot mean. Change anything here and the version changes with it.

pace-1: of 30 days that end with the snapshot's,

- pace is 40 % lessons completed (of 30), 30 % active days (of 20) and 30 % quiz average, each part
  at most whole, 0 to 100. Without a quiz in the window the other two parts make up the whole, as 4 to
  3: nobody is bad at quizzes that he was not given, and none is good at them either.
- quiz average is the mean score of the window's completed quizzes; exercises do not count.
- an active day is one on which a lesson or a quiz was completed, an exercise done, a session begun or
  a question answered.
- a learner who did none of these in the window has no pace, which is null with a reason.

Of the day itself: lessons completed, and time spent, which is what sessions share with it (of one
over midnight, its part) and at most the day; where none touches it, the time of the lessons that
were completed on it.
"""

from collections.abc import Mapping

from itemwell.bank import Activity, Snapshot
from itemwell.days import Day

VERSION = "pace-1"
WINDOW = 30
"""Days."""

LESSONS, DAYS = 30, 20
"""So many lessons, and so many active days, are a whole part."""

LESSON_SHARE, DAY_SHARE, QUIZ_SHARE = 40.0, 30.0, 30.0
LABELS = ((80.0, "ACCELERATED"), (60.0, "FAST"), (40.0, "MEDIUM"))
SLOWEST = "SLOW"
NO_DATA = f"no data in {WINDOW} days"

PLACES = 4
"""Digits after the point: the order in which a server adds up is not to be seen in a figure."""


def pace(lessons: int, active_days: int, quiz_average: float | None) -> float:
    """From 0 to 100.

    >>> pace(15, 10, 80.0), pace(15, 10, None), pace(60, 30, 100.0)
    (59.0, 50.0, 100.0)
    """
    studied = LESSON_SHARE * min(lessons / LESSONS, 1) + DAY_SHARE * min(active_days / DAYS, 1)
    if quiz_average is None:
        return studied * 100 / (LESSON_SHARE + DAY_SHARE)
    return studied + QUIZ_SHARE * quiz_average / 100


def label(pace_score: float) -> str:
    """What a pace is called.

    >>> label(80), label(79.9999), label(0)
    ('ACCELERATED', 'FAST', 'SLOW')
    """
    return next((name for least, name in LABELS if pace_score >= least), SLOWEST)


def summarise(
    user_id: str,
    did: Activity,
    day: Day,
    zone: str,
    abilities: Mapping[str, Mapping[str, float]],
) -> Snapshot:
    """The snapshot of a day by what the learner did in the window that ends with it."""
    quiz_average = round(did.quiz_sum / did.quizzes, PLACES) if did.quizzes else None
    score = None
    if did.days:
        score = round(pace(did.lessons, did.days.bit_count(), quiz_average), PLACES)
    seconds = did.session_seconds_this_day if did.sessions_this_day else did.lesson_seconds_this_day
    return Snapshot(
        user_id=user_id,
        snapshot_date=day.date,
        pace_score=score,
        quiz_average=quiz_average,
        lessons_completed_count=did.lessons_this_day,
        time_spent_seconds=round(min(seconds, (day.end - day.start).total_seconds())),
        pace_label=None if score is None else label(score),
        reason=NO_DATA if score is None else None,
        formula=VERSION,
        abilities=abilities,
        time_zone=zone,
        day_start=day.start,
        day_end=day.end,
    )
