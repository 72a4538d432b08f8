"""Rows of what is due: planned once, claimed once, settled once, whatever dies in between."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from itemwell.errors import Busy
from itemwell.schedule import JOBS
from itemwell.store import schedule

MONDAY = datetime(2026, 11, 30, 0, 1, tzinfo=UTC)
HOURLY = JOBS["exams"]._replace(cron="0 * * * *")


@pytest.fixture
def planned(bank):
    """A function: what waits of a job that was last planned 5 hours ago, by its way to catch up."""

    def plan(catch_up, **changes):
        job = HOURLY._replace(catch_up=catch_up, **changes)
        with bank.begin() as db:
            schedule.synchronise(db, [job], MONDAY - timedelta(hours=5))
            schedule.plan(db, job, MONDAY)
            return db.execute(
                text("SELECT state, count(*) FROM due_runs GROUP BY state ORDER BY state")
            ).all()

    return plan


def take(bank, now=MONDAY):
    with bank.begin() as db:
        return schedule.claim(db, ["exams"], now)


def settle(bank, due, status, reason="exit"):
    with bank.begin() as db:
        return schedule.settle(db, due.id, due.attempt, (due.job, status, reason))


def run(bank, statement):
    with bank.begin() as db:
        return db.execute(text(statement))


def test_runs_that_were_missed_are_caught_up_as_the_table_says(planned):
    assert planned("all") == [("waiting", 5)]


def test_of_missed_runs_the_last_is_enough_for_most_and_the_others_are_told(planned):
    assert planned("once") == [("missed", 4), ("waiting", 1)]


def test_a_missed_run_is_let_go_where_it_is_worth_nothing_later(planned):
    assert planned("skip", cron="30 * * * *") == [("missed", 5)]


def test_what_was_planned_is_not_planned_again_when_the_clock_is_set_back(bank, planned):
    planned("all")
    with bank.begin() as db:
        for hours in (-3, 0, -1):
            schedule.plan(db, HOURLY, MONDAY + timedelta(hours=hours))

    assert run(bank, "SELECT count(*) FROM due_runs").scalar() == 5


def test_a_disabled_job_is_not_due_and_does_not_catch_up_later(bank, planned):
    planned("all")
    with bank.begin() as db:
        schedule.set_enabled(db, "exams", enabled=False)
        schedule.plan(db, HOURLY, MONDAY + timedelta(hours=9))
        schedule.set_enabled(db, "exams", enabled=True)
        schedule.plan(db, HOURLY, MONDAY + timedelta(hours=10))

    assert run(bank, "SELECT count(*) FROM due_runs WHERE state = 'waiting'").scalar() == 1


def test_a_run_is_claimed_by_one_in_the_order_of_time_and_settled_once(bank, planned):
    planned("all")
    first = take(bank)

    assert take(bank) is None  # of one job one at a time
    assert settle(bank, first, 0)
    assert not settle(bank, first, 2)
    assert take(bank).scheduled_for == first.scheduled_for + timedelta(hours=1)


def test_a_run_whose_process_is_silent_is_due_again_until_its_attempts_are_over(bank, planned):
    planned("once")
    seen = []
    while due := take(bank):
        seen.append(due.attempt)
        run(bank, "UPDATE due_runs SET expires_at = now() - interval '1 second', holder = '{}'")

    assert seen == [1, 2, 3]
    assert run(bank, "SELECT count(*) FROM due_runs WHERE state = 'dead'").scalar() == 1


def test_whoever_lost_a_claim_writes_nothing(bank, planned):
    planned("once")
    first = take(bank)
    run(bank, "UPDATE due_runs SET expires_at = now() - interval '1 second', holder = '{}'")
    second = take(bank)

    with bank.begin() as db:
        assert not schedule.beat(db, first.id, first.attempt)
    with bank.begin() as db, pytest.raises(Busy):
        schedule.hold(db, first.id, first.attempt, run_id=1)
    assert not settle(bank, first, 0)
    assert settle(bank, second, 0)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, "done"),
        (1, "done"),
        (2, "done"),
        (3, "done"),
        (70, "done"),
        (4, "waiting"),
        (75, "waiting"),
        (143, "waiting"),
        (-9, "waiting"),
    ],
)
def test_only_what_may_end_otherwise_soon_is_due_again(bank, planned, status, state):
    planned("once")
    settle(bank, take(bank), status)

    found = run(bank, "SELECT state FROM due_runs WHERE state <> 'missed'").scalar()
    assert found == state


def test_a_run_waits_for_what_it_needs(bank):
    recommend, snapshot = JOBS["recommend"], JOBS["snapshot"]
    with bank.begin() as db:
        schedule.synchronise(db, [recommend, snapshot], MONDAY - timedelta(days=1))
        for job in (recommend, snapshot):
            schedule.plan(db, job, MONDAY + timedelta(hours=7))
        first = schedule.claim(db, ["recommend", "snapshot"], MONDAY)
        then = schedule.claim(db, ["recommend", "snapshot"], MONDAY)

    assert first.job == "snapshot"
    assert then is None


def test_a_run_that_is_asked_for_waits_once_and_goes_although_the_job_is_disabled(bank, planned):
    planned("skip", cron="30 * * * *")
    with bank.begin() as db:
        schedule.set_enabled(db, "exams", enabled=False)
        one, other = schedule.trigger(db, "exams"), schedule.trigger(db, "exams")

    assert one == other
    assert take(bank).trigger_type == "manual"
