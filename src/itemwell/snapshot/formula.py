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

from itemwell.store.closing import Formula

WINDOW = 30
"""Days."""

LESSONS, DAYS = 30, 20
"""So many lessons, and so many active days, are a whole part."""

LESSON_SHARE, DAY_SHARE, QUIZ_SHARE = 40, 30, 30
STUDIED_SHARE = LESSON_SHARE + DAY_SHARE
LABELS = ((80, "ACCELERATED"), (60, "FAST"), (40, "MEDIUM"))
SLOWEST = "SLOW"

_STUDIED = (
    f"({LESSON_SHARE} * least(lessons / {LESSONS}::float8, 1)"
    f" + {DAY_SHARE} * least(active_days / {DAYS}::float8, 1))"
)
PACE = f"""
    CASE WHEN quiz_average IS NULL THEN {_STUDIED} * 100 / {STUDIED_SHARE}
        ELSE {_STUDIED} + {QUIZ_SHARE} * quiz_average / 100 END
"""
LABEL = (
    "CASE"
    + "".join(f" WHEN pace_score >= {least} THEN '{name}'" for least, name in LABELS)
    + f" ELSE '{SLOWEST}' END"
)

PACE_1 = Formula(
    version="pace-1",
    pace=PACE,
    label=LABEL,
    no_data=f"no data in {WINDOW} days",
    places=4,  # digits after the point: the order in which a server adds up is not to be seen
)
