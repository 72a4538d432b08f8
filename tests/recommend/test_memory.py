"""Remembering by FSRS: the library's own figures, deterministic, and sane at the edges."""

import random
from datetime import timedelta

from fsrs import Card, Rating, Scheduler
from tests.recommend.people import DAY, NOW

from itemwell.bank import Review
from itemwell.recommend.memory import forgotten, rating


def test_recall_is_what_the_library_says_of_the_same_reviews():
    reviews = [Review("l1", NOW - 90 * DAY, 85.0, 1), Review("l1", NOW - 60 * DAY, 65.0, 2)]
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = Card(card_id=5)
    for review, rated in zip(reviews, (Rating.Good, Rating.Again), strict=True):
        card, _ = scheduler.review_card(card, rated, review.at)

    [found] = forgotten(reviews, NOW, 0.9)

    assert found.recall == scheduler.get_card_retrievability(card, NOW)
    assert found.due_at == card.due


def test_a_lesson_is_due_by_the_librarys_schedule():
    review = Review("l1", NOW - 30 * DAY, 85.0, 1)
    [found] = forgotten([review], NOW, 0.9)

    early = forgotten([review], found.due_at - DAY, 0.9)
    late = forgotten([review], found.due_at + timedelta(days=1), 0.9)

    assert (len(list(early)), len(list(late))) == (0, 1)


def test_success_after_success_is_remembered_longer():
    once = [Review("l1", NOW - 20 * DAY, 90.0, 1)]
    often = [Review("l1", NOW - days * DAY, 90.0, 1) for days in (60, 40, 20)]

    [one], [many] = (list(forgotten(met, NOW + 100 * DAY, 0.99)) for met in (once, often))

    assert many.recall > one.recall


def test_nothing_met_is_nothing_forgotten():
    assert list(forgotten([], NOW, 0.9)) == []


def test_a_lesson_that_was_failed_just_now_is_due_whatever_the_schedule_says():
    met = [Review("l1", NOW - timedelta(minutes=9), 90.0, 1), Review("l1", NOW, 69.0, 2)]

    [found] = forgotten(met, NOW, 0.9)

    assert found.recall > 0.9


def test_hours_between_reviews_make_no_difference_to_what_the_library_says():
    chance, seen = random.Random(3), 0
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    for _ in range(200):
        hours = sorted(chance.uniform(0, 2_400) for _ in range(chance.randint(1, 5)))
        met = [
            Review("l1", NOW - timedelta(hours=ago), chance.uniform(0, 100), None)
            for ago in reversed(hours)
        ]
        card = Card(card_id=5)
        for review in met:
            card, _ = scheduler.review_card(card, rating(review.score), review.at)

        for found in forgotten(met, NOW, 0.9):
            assert found.recall == scheduler.get_card_retrievability(card, NOW)
            assert found.due_at == card.due
            seen += 1
    assert seen > 100
