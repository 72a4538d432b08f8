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

PACE_1 = Formula(
    version="pace-1",
    whole=(30, 20),
    shares=(40, 30, 30),
    labels=((80, "ACCELERATED"), (60, "FAST"), (40, "MEDIUM")),
    slowest="SLOW",
    no_data=f"no data in {WINDOW} days",
    places=4,  # the order in which a server adds up is not to be seen in a figure
)
