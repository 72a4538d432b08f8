"""When a job is due: no moment missed, none doubled, whatever the clocks do."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itemwell.schedule import (
    JOBS,
    changed,
    clock_changes,
    dues,
    following,
    named,
    overdue,
    previous,
)

ZONES = sorted(zone for zone in available_timezones() if "/" in zone)[::9][:60]
START = datetime(2026, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=3652)
WEEKLY = JOBS["generate"]


def test_sixty_zones_are_tried():
    assert len(ZONES) == 60


@pytest.mark.parametrize("zone", ZONES)
def test_in_ten_years_a_daily_job_is_due_once_on_each_local_day(zone):
    job = JOBS["cleanup"]._replace(zone=zone, cron="30 2 * * *")
    found = dues(job, START, START + YEARS)
    days = [due.astimezone(ZoneInfo(zone)).date() for due in found]

    assert len(set(days)) == len(days)
    steps = {(later - earlier).days for earlier, later in itertools.pairwise(days)}
    assert steps <= {1, 2}  # 2: an island that crossed the date line left out a whole day
    assert sum((b - a).days == 2 for a, b in itertools.pairwise(days)) <= 1


@settings(max_examples=40)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(["0 2 * * 0", "30 1 * * *", "*/15 * * * *", "0 */6 * * *", "59 23 28-31 * *"]),
    st.lists(st.integers(1, 60 * 24 * 120), min_size=1, max_size=8),
    st.integers(0, 60 * 24 * 3_000),
)
def test_however_the_time_is_cut_the_dues_are_the_same(zone, cron, cuts, begin):
    job = WEEKLY._replace(zone=zone, cron=cron)
    start = START + timedelta(minutes=begin)
    points = [start, *(start + timedelta(minutes=cut) for cut in sorted(set(cuts)))]

    pieces = [due for a, b in itertools.pairwise(points) for due in dues(job, a, b)]

    assert pieces == dues(job, points[0], points[-1])
    assert pieces == sorted(set(pieces))


def test_an_hour_that_the_clock_skips_runs_right_after_and_one_that_comes_twice_runs_once():
    berlin = WEEKLY._replace(zone="Europe/Berlin", cron="30 2 * * *")

    spring = dues(
        berlin, datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC)
    )
    autumn = dues(
        berlin, datetime(2027, 10, 30, 12, tzinfo=UTC), datetime(2027, 10, 31, 12, tzinfo=UTC)
    )

    assert len(spring) == len(autumn) == 1
    assert "comes twice" in clock_changes(berlin, START + YEARS / 10, START + YEARS / 5)[1]
    assert "has no 02:30" in clock_changes(berlin, START + YEARS / 10, START + YEARS / 5)[0]


def test_previous_and_following_stand_around_a_moment():
    sunday = datetime(2026, 11, 29, 2, tzinfo=UTC)

    assert previous(WEEKLY, sunday) == sunday
    assert previous(WEEKLY, sunday - timedelta(seconds=1)) == sunday - timedelta(days=7)
    assert following(WEEKLY, sunday) == sunday + timedelta(days=7)
    assert following(WEEKLY._replace(cron="0 0 29 2 *"), sunday) == datetime(
        2028, 2, 29, tzinfo=UTC
    )


def test_overdue_is_relative_to_the_jobs_own_period():
    daily, noon = JOBS["cleanup"], datetime(2026, 11, 29, 12, tzinfo=UTC)

    assert not overdue(daily, noon - timedelta(hours=9), noon + timedelta(hours=13))
    assert overdue(daily, noon - timedelta(hours=11), noon + timedelta(hours=15))
    assert overdue(WEEKLY, noon - timedelta(days=8), noon)


def test_a_job_has_two_names_and_its_parts_can_be_changed():
    assert named("content_pipeline_sweeper") == named("sweep") == JOBS["sweep"]
    assert named("nothing") is None
    assert (
        changed(JOBS, {"sweep": {"cron": "0 * * * *", "zone": None}})["sweep"].cron == "0 * * * *"
    )
