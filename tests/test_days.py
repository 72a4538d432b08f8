"""Local days: every instant is in exactly one, whatever a zone's clock does."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itemwell import days
from itemwell.days import ONE, Day, between, closed, day_of, due, holding, window
from itemwell.errors import ConfigError

HOUR = timedelta(hours=1)
ODD = """Pacific/Apia Pacific/Kiritimati Pacific/Kwajalein Pacific/Fakaofo Pacific/Chatham
    Australia/Lord_Howe Asia/Kathmandu Asia/Kolkata Asia/Tehran Asia/Gaza Asia/Beirut Asia/Amman
    Asia/Pyongyang Asia/Damascus America/Sao_Paulo America/Asuncion America/Santiago America/Havana
    America/St_Johns America/New_York America/Los_Angeles America/Caracas America/Nuuk
    America/Scoresbysund America/Toronto America/Port-au-Prince Atlantic/Azores Atlantic/Stanley
    Africa/Casablanca Africa/Cairo Africa/Tripoli Africa/Juba Africa/Sao_Tome Europe/Budapest
    Europe/London Europe/Dublin Europe/Moscow Europe/Volgograd Europe/Istanbul Europe/Lisbon
    Europe/Chisinau Antarctica/Troll Antarctica/Casey Antarctica/Macquarie Asia/Hovd Asia/Ulaanbaatar
    Asia/Tokyo Asia/Shanghai Asia/Dhaka Asia/Karachi Asia/Yerevan Asia/Novosibirsk Asia/Magadan
    Pacific/Auckland Pacific/Fiji Pacific/Tongatapu Pacific/Norfolk Pacific/Easter Indian/Mauritius
    UTC""".split()
ZONES = st.sampled_from(sorted(ODD)).map(ZoneInfo)
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2007, 2027))
INSTANTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@pytest.mark.parametrize("first", [date(2007, 1, 1), date(2016, 12, 1)])
def test_ten_years_of_days_in_sixty_zones_leave_no_gap_and_overlap_nowhere(first):
    assert len(ODD) == 60
    for zone in map(ZoneInfo, ODD):
        found = between(zone, first, first + timedelta(days=3653))

        assert all(one.end == other.start for one, other in pairwise(found))
        assert {one.end - one.start for one in found} <= {
            timedelta(minutes=60 * 24 + change)
            for change in (-1440, -180, -120, -60, -30, -15, 0, 15, 30, 60, 120, 180)
        }, zone


@given(ZONES, INSTANTS)
def test_every_instant_is_in_the_day_that_holds_it_and_in_no_other(zone, instant):
    day = holding(zone, instant)
    near = between(zone, day.date - 3 * ONE, day.date + 3 * ONE)

    assert [each for each in near if each.start <= instant < each.end] == [day]


@given(st.sampled_from(sorted(available_timezones())).map(ZoneInfo), INSTANTS)
def test_the_day_is_the_date_that_the_clock_shows_unless_it_was_set_back_over_midnight(
    zone, instant
):
    shown, day = instant.astimezone(zone).date(), holding(zone, instant)

    set_back = (instant - 2 * HOUR).astimezone(zone).utcoffset() > instant.astimezone(
        zone
    ).utcoffset()
    assert shown == day.date or (set_back and shown == day.date - ONE)


def hours(zone, *on):
    found = day_of(ZoneInfo(zone), date(*on))
    return found and (found.end - found.start) / HOUR


def test_the_days_of_the_clock_changes_have_23_and_25_hours():
    assert hours("Europe/Budapest", 2026, 3, 29) == 23
    assert hours("Europe/Budapest", 2026, 10, 25) == 25
    assert hours("Australia/Lord_Howe", 2026, 4, 5) == 24.5
    assert hours("America/Sao_Paulo", 2018, 11, 4) == 23  # from 0:00 to 1:00
    assert hours("America/Sao_Paulo", 2018, 2, 17) == 25  # from 24:00 to 23:00
    assert hours("America/Toronto", 1919, 3, 30) == 23.5  # from 23:30 on the eve to 0:30


def test_a_date_that_a_zone_skipped_has_no_day():
    apia = ZoneInfo("Pacific/Apia")

    assert day_of(apia, date(2011, 12, 30)) is None
    assert closed(apia, datetime(2011, 12, 30, 11, tzinfo=UTC)).date == date(2011, 12, 29)
    assert [day.date.day for day in between(apia, date(2011, 12, 29), date(2011, 12, 31))] == [
        29,
        31,
    ]


def at(*moment):
    return datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    ("covered", "dates"),
    [
        (None, [28]),
        (at(2026, 11, 28), [28]),
        (at(2026, 11, 27, 23, 59), [27, 28]),
        (at(2026, 11, 25), [25, 26, 27, 28]),
        (at(2026, 1, 1), [24, 25, 26, 27, 28]),
        (at(2026, 11, 29), [28]),
        (at(2027, 1, 1), [28]),
    ],
    ids=["first", "yesterday", "a minute early", "outage", "capped", "again", "clock set back"],
)
def test_what_closed_since_the_last_run_is_due(covered, dates):
    found = due(ZoneInfo("UTC"), at(2026, 11, 29), covered, most=5)

    assert [day.date.day for day in found] == dates


def test_at_one_instant_zones_are_in_different_days():
    now = at(2026, 11, 29)

    assert closed(ZoneInfo("America/New_York"), now).date == date(2026, 11, 27)
    assert closed(ZoneInfo("Pacific/Kiritimati"), now).date == date(2026, 11, 28)
    assert closed(ZoneInfo("UTC"), now - timedelta(microseconds=1)).date == date(2026, 11, 27)


def test_a_window_ends_with_its_day():
    edges = window(ZoneInfo("UTC"), date(2026, 11, 28), 30)

    assert (len(edges), edges[0], edges[-1]) == (31, at(2026, 10, 30), at(2026, 11, 29))


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "Europe", "a\0b"])
def test_what_is_no_zone_is_said_in_one_line(name):
    with pytest.raises(ConfigError, match="there is no time zone"):
        days.zone_of(name)


def test_a_day_is_half_open():
    day = day_of(ZoneInfo("UTC"), date(2026, 11, 28))

    assert day == Day(date(2026, 11, 28), at(2026, 11, 28), at(2026, 11, 29))
