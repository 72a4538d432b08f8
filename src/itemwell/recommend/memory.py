"""How well a lesson is still remembered, by the FSRS model of spaced repetition (library `fsrs`).

Each scored meeting with a lesson is a review of one card. Its score is the rating: under 70, which
is a lesson that was not passed, means forgotten.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import NamedTuple

from fsrs import Card, Rating, Scheduler, State

from itemwell.bank import Review

PASSED, GOOD, EASY = GRADES = 70.0, 80.0, 95.0
DAY = timedelta(days=1)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Recall(NamedTuple):
    """The chance that a lesson is remembered at the moment that was asked for, and what tells it."""

    lesson_id: str
    recall: float
    due_at: datetime
    reviews: tuple[Review, ...]

    @property
    def last(self) -> Review:
        """The last meeting with the lesson."""
        return self.reviews[-1]


def rating(score: float) -> Rating:
    """What a score of 0 to 100 says of remembering.

    >>> rating(69.9).name, rating(70).name, rating(80).name, rating(95).name
    ('Again', 'Hard', 'Good', 'Easy')
    """
    if score < PASSED:
        return Rating.Again
    if score < GOOD:
        return Rating.Hard
    return Rating.Good if score < EASY else Rating.Easy


def forgotten(reviews: Iterable[Review], at: datetime, retention: float) -> Iterator[Recall]:
    """The lessons to be reviewed at a moment, the least remembered first.

    Those are whose recall is below `retention`, and those that were not passed at the last meeting,
    which is no matter of time. `reviews` come in the order of time; of equal recall the lesson that
    was met longest ago is first.
    """
    by_lesson: dict[str, list[Review]] = {}
    for review in reviews:
        by_lesson.setdefault(review.lesson_id, []).append(review)
    found = [_recalled(each, at, retention) for each in by_lesson.values()]
    due = [each for each in found if each.recall < retention or each.last.score < PASSED]
    return iter(sorted(due, key=lambda each: (each.recall, each.last.at, each.lesson_id)))


def once(retention: float, days: int) -> list[float]:
    """How well a lesson that was met once is remembered: for each rating, 0 to `days` days later.

    Infinitely well where it is not to be reviewed.
    """
    ratings = (Rating.Again, Rating.Hard, Rating.Good, Rating.Easy)
    return [_recall_if_due(each, day, retention) for each in ratings for day in range(days + 1)]


def _recall_if_due(rated: Rating, days: int, retention: float) -> float:
    recall, _ = _model(retention, ((rated, 0),), days)
    return recall if recall < retention or rated is Rating.Again else inf


def _recalled(reviews: Sequence[Review], at: datetime, retention: float) -> Recall:
    path, before = [], reviews[0].at
    for review in reviews:
        path.append((rating(review.score), (review.at - before).days))
        before = review.at
    recall, interval = _model(retention, tuple(path), (at - before).days)
    return Recall(reviews[-1].lesson_id, recall, before + interval, tuple(reviews))


@lru_cache(1 << 16)
def _model(
    retention: float, path: tuple[tuple[Rating, int], ...], days: int
) -> tuple[float, timedelta]:
    """Recall so many days after the last review, and for how long after it there is enough.

    `path` has each review's rating and the days since the one before. The model counts in whole days,
    so that most learners' lessons share their way through it.
    """
    scheduler = Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    # An id of its own would cost the library a millisecond of sleep; without steps a first review is
    # a review, and not the beginning of a lesson of minutes.
    card, moment = Card(card_id=1, state=State.Learning), BEGINNING
    for rated, gap in path:
        moment += gap * DAY
        card, _ = scheduler.review_card(card, rated, moment)
    return scheduler.get_card_retrievability(card, moment + days * DAY), card.due - moment
