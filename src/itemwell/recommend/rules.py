"""The rules: each is a pure function of what a learner studied. Add one to RULES.

A rule yields what it finds, the best first: where a learner dismissed that of late, the next counts.
Priorities, thresholds and names of the first six are those that applications rely on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from itemwell.bank import Studied
from itemwell.recommend.memory import PASSED, Recall, forgotten
from itemwell.recommend.practice import Shelf, near, weakest

VERSION = "rules-1"
TIRED_MINUTES = 600
"""Of study in three days."""

DAY = timedelta(days=1)
IDLE = 7 * DAY
LESSONS, EXERCISES = 5, 2
"""So many lessons in 14 days want at least so many exercises."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is the same for all learners: the moment, the lessons in order, questions, wanted retention."""

    at: datetime
    titles: Mapping[str, str]  # of the lessons that can be begun, in the order of the course
    shelves: Mapping[str, Shelf]
    retention: float

    def title(self, lesson_id: str) -> str:
        """The lesson's title; its id where the course no longer has it."""
        return self.titles.get(lesson_id, lesson_id)

    def after(self, begun: Sequence[str]) -> str | None:
        """The first lesson that was not begun; None where all were."""
        known = frozenset(begun)
        return next((lesson for lesson in self.titles if lesson not in known), None)


class Found(NamedTuple):
    """What a rule found. `evidence` is JSON: figures, and the rows that it rests on."""

    subject: str | None
    title: str
    reason: str
    evidence: Mapping[str, Any]


class Rule(NamedTuple):
    """What it finds stands so long; where that was dismissed it `rests`, which is not given again so long."""

    id: str
    priority: int
    stands: timedelta
    rests: timedelta
    find: Callable[[Studied, Course], Iterator[Found]]


def take_break(did: Studied, course: Course) -> Iterator[Found]:
    """600 minutes or more in three days."""
    if did.minutes >= TIRED_MINUTES:
        evidence = {
            "minutes": round(did.minutes),
            "days": 3,
            "sessions": [each.isoformat() for each in did.sessions],
        }
        told = f"{did.minutes:.0f} minutes of study in three days"
        yield Found(None, "Take a break: rest makes it stay", told, evidence)
    del course


def resume(did: Studied, course: Course) -> Iterator[Found]:
    """Idle for seven days or more."""
    if did.active_at is None or course.at - did.active_at < IDLE:
        return
    idle = (course.at - did.active_at).days
    lesson = did.open_lesson or course.after(did.begun)
    where = f" with {course.title(lesson)}" if lesson else ""
    evidence = {"last_active_at": did.active_at.isoformat(), "idle_days": idle, "lesson": lesson}
    yield Found(lesson, f"Come back{where}", f"nothing done for {idle} days", evidence)


def review_lesson(did: Studied, course: Course) -> Iterator[Found]:
    """Lessons that are likely to be forgotten: failed of late, or met too long ago."""
    for each in forgotten(did.reviews, course.at, course.retention):
        yield Found(
            each.lesson_id, f"Review {course.title(each.lesson_id)}", _why(each), _rests_on(each)
        )


def start(did: Studied, course: Course) -> Iterator[Found]:
    """No lesson begun."""
    if not did.begun and (lesson := course.after(())):
        evidence = {"lessons_begun": 0, "lesson": lesson}
        yield Found(lesson, f"Start with {course.title(lesson)}", "no lesson begun yet", evidence)


def practise_weakest(did: Studied, course: Course) -> Iterator[Found]:
    """Questions of the weakest type at the learner's ability."""
    answered = np.frombuffer(did.answered, ">i8")
    for name in weakest(did.abilities):
        able, shelf = did.abilities[name], course.shelves.get(name)
        questions = near(shelf, able["theta"], answered) if shelf else []
        if questions:
            title = f"Practise {name}: {len(questions)} questions at your level"
            reason = f"weakest type: ability {able['theta']:+.2f}, standard error {able['se']:.2f}"
            evidence = {
                "snapshot_date": did.snapshot_date and did.snapshot_date.isoformat(),
                **able,
                "questions": questions,
            }
            yield Found(name, title, reason, evidence)


def practise_more(did: Studied, course: Course) -> Iterator[Found]:
    """Five lessons in 14 days, and fewer than two exercises."""
    if len(did.completed) >= LESSONS and len(did.exercises) < EXERCISES:
        told = f"{len(did.completed)} lessons and {len(did.exercises)} exercises in 14 days"
        evidence = {"lessons": list(did.completed), "exercises": list(did.exercises), "days": 14}
        yield Found(None, "Practise what you learned", told, evidence)
    del course


def go_on(did: Studied, course: Course) -> Iterator[Found]:
    """A lesson that is begun, else the next one."""
    if did.open_lesson and did.open_since:
        evidence = {"lesson": did.open_lesson, "begun_at": did.open_since.isoformat()}
        title = f"Go on with {course.title(did.open_lesson)}"
        yield Found(did.open_lesson, title, "begun and not completed", evidence)
    if did.begun and (lesson := course.after(did.begun)):
        rests_on = {"lesson": lesson, "lessons_begun": len(did.begun)}
        title = f"Next: {course.title(lesson)}"
        yield Found(lesson, title, "the next lesson of the course", rests_on)


RULES = sorted(
    (
        Rule("TAKE_BREAK", 95, 2 * DAY, 3 * DAY, take_break),
        Rule("RESUME_LEARNING", 90, 14 * DAY, 14 * DAY, resume),
        Rule("REVIEW_LESSON", 85, 7 * DAY, 7 * DAY, review_lesson),
        Rule("START_LEARNING", 80, 30 * DAY, 14 * DAY, start),
        Rule("PRACTICE_WEAKEST", 78, 7 * DAY, 7 * DAY, practise_weakest),
        Rule("PRACTICE_MORE", 75, 14 * DAY, 14 * DAY, practise_more),
        Rule("CONTINUE_LEARNING", 70, 7 * DAY, 7 * DAY, go_on),
    ),
    key=lambda rule: -rule.priority,
)
LONGEST_REST = max(rule.rests for rule in RULES)


def _why(each: Recall) -> str:
    if each.last.score < PASSED:
        return f"the last score was {each.last.score:.0f}"
    return f"the chance to remember it is down to {each.recall:.0%}"


def _rests_on(each: Recall) -> dict[str, Any]:
    return {
        "recall": round(each.recall, 4),
        "due_at": each.due_at.isoformat(),
        "score": each.last.score,
        "last_at": each.last.at.isoformat(),
        "attempts": [one.attempt_id for one in each.reviews if one.attempt_id is not None],
        "reviews": len(each.reviews),
    }
