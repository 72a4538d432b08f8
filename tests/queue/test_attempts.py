"""How often a job is tried, when, and what counts as an attempt."""

from datetime import UTC, datetime

import pytest
from procrastinate.jobs import Job

from itemwell.exams.room import Room
from itemwell.exams.shard import Shard
from itemwell.queue import exams, means
from itemwell.queue.attempts import AttemptFailed, Interrupted, Noting, Patience
from itemwell.queue.means import Means
from itemwell.store import queue

JOB = Job(
    id=7,
    queue="itemwell",
    lock="exams",
    queueing_lock=None,
    task_name="exams",
    attempts=0,
    priority=0,
)


def decided(error):
    decision = Patience(5).get_retry_decision(exception=error, job=JOB)
    if decision is None:
        return None
    return round((decision.retry_at - datetime.now(UTC)).total_seconds()), decision.priority


def test_each_attempt_waits_longer_than_the_last_and_behind_the_others_and_the_third_is_the_last():
    assert [decided(AttemptFailed(attempt, "x")) for attempt in (1, 2, 3)] == [
        (5, -1),
        (20, -2),
        None,
    ]


def test_an_interruption_costs_no_attempt(bank):
    with pytest.raises(Interrupted), Noting(bank, JOB):
        raise Interrupted

    assert decided(Interrupted()) == (0, None)
    with bank.begin() as db:
        assert queue.note_failure(db, 7, "the first") == 1


def test_a_failure_is_counted_with_its_reason(bank):
    for attempt in (1, 2):
        with pytest.raises(AttemptFailed) as told, Noting(bank, JOB):
            raise ValueError("of learner 3\0")
        assert told.value.attempt == attempt


def test_an_attempt_ends_when_its_time_is_over(bank, monkeypatch):
    monkeypatch.setattr(means, "SECONDS", -1.0)

    with pytest.raises(TimeoutError, match="0 exams made"):
        exams.do(Means(Room(bank, ()), 5, 10), Shard("small", None, None, "s", 30))
