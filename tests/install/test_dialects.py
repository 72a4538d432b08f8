"""A schedule means the same moments in every dialect, read back by slow readers of our own and by systemd."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from itertools import islice

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from itemwell.errors import ConfigError
from itemwell.install.dialects import eventbridge, oncalendar, plain, six_fields, weekday_numbers
from itemwell.install.timing import shortest_period
from itemwell.schedule import JOBS

FROM = datetime(2027, 2, 1, tzinfo=UTC)
NAMES = {"SUN": "0", "MON": "1", "TUE": "2", "WED": "3", "THU": "4", "FRI": "5", "SAT": "6"}


def part(low, high):
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    step = st.integers(1, high).map("*/{}".format)
    several = st.lists(st.one_of(number.map(str), span), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), step, several)


def crons(*, both_days):
    minute, hour, month = part(0, 59), part(0, 23), part(1, 12)
    day, weekday = part(1, 28), part(0, 6)
    days = [st.tuples(day, st.just("*")), st.tuples(st.just("*"), weekday)]
    days += [st.tuples(day, weekday)] if both_days else []
    return st.tuples(minute, hour, st.one_of(*days), month).map(
        lambda chosen: f"{chosen[0]} {chosen[1]} {chosen[2][0]} {chosen[3]} {chosen[2][1]}"
    )


def runs(cron, count=20):
    return [*islice(CronSim(cron, FROM), count)]


def from_eventbridge(expression):
    """A slow reader: back to five fields, and no leniency about `?` and the number of fields."""
    fields = re.fullmatch(r"cron\((.+)\)", expression)[1].split()
    assert len(fields) == 6
    minute, hour, day, month, weekday, year = fields
    assert year == "*"
    assert (day == "?") != (weekday == "?")
    for name, number in NAMES.items():
        weekday = weekday.replace(name, number)
    return " ".join(part.replace("?", "*") for part in (minute, hour, day, month, weekday))


@given(crons(both_days=False))
def test_eventbridge_means_the_same_moments(cron):
    assert runs(re.sub(r"(^|,| )[01]/", r"\1*/", from_eventbridge(eventbridge(cron)))) == runs(cron)


@given(crons(both_days=False))
def test_six_fields_mean_the_same_moments(cron):
    seconds, *rest = six_fields(cron).split()

    assert (seconds, len(rest)) == ("0", 5)
    assert runs(" ".join(rest)) == runs(cron) == runs(plain(cron))


@pytest.mark.parametrize("translate", [eventbridge, six_fields, plain])
def test_both_kinds_of_days_are_refused_where_the_platform_reads_them_otherwise(translate):
    with pytest.raises(ConfigError, match="day of month and weekday at once"):
        translate("0 0 13 * 5")


@pytest.mark.parametrize(
    "cron", ["0 2 * *", "0 0 2 * * 0", "@weekly", "0 2 ? * SUN", "0 2 * * 5#1"]
)
def test_what_is_not_five_plain_fields_is_refused(cron):
    with pytest.raises(ConfigError, match="five fields of cron"):
        oncalendar(cron)


@pytest.mark.parametrize(
    ("field", "numbers"),
    [("0", [0]), ("7", [0]), ("SUN", [0]), ("1-5", [1, 2, 3, 4, 5]), ("5-7", [0, 5, 6]),
     ("*/2", [0, 2, 4, 6]), ("1/2", [1, 3, 5]), ("mon,Fri", [1, 5]), ("sat-sun", [0, 6])],
)  # fmt: skip
def test_weekdays_by_hand(field, numbers):
    assert weekday_numbers(field) == numbers


@pytest.mark.parametrize(
    ("cron", "minutes"),
    [("*/5 * * * *", 5), ("0 * * * *", 60), ("0 */6 * * *", 360), ("0 2 * * *", 1440),
     ("0 2 * * 0", 10080), ("0 2,3 * * 0", 60)],
)  # fmt: skip
def test_the_shortest_period_by_hand(cron, minutes):
    assert shortest_period(cron).total_seconds() == minutes * 60


TABLE = [job.cron for job in JOBS.values()] + [
    "*/5 * * * *", "*/15 * * * *", "0 * * * *", "0 0 * * *", "0 6 * * 1", "0 0 13 * 5",
    "30 3 1,15 * *", "5-20/5 1-3 * */2 1-5", "0 0 29 2 *", "59 23 31 12 *", "15,45 */6 * * SAT,SUN",
]  # fmt: skip


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("base", ["2027-03-13", "2027-03-27", "2027-10-30", "2027-11-06"])
def test_systemd_runs_when_cron_would_over_the_clock_changes(base):
    """The next ten runs from the eves of New York's and Berlin's clock changes, whatever the machine's zone."""
    for cron in TABLE:
        found = set()
        for event in oncalendar(cron):
            found |= calendar(event, base, zone="America/New_York")
        expected = [*islice(CronSim(cron, datetime.fromisoformat(f"{base}T00:00:00+00:00")), 10)]
        assert sorted(found)[:10] == expected, cron


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_a_local_hour_that_a_clock_change_skips_has_no_run_and_ours_has():
    sundays = {moment.date().isoformat() for moment in calendar("Sun *-*-* 02:00:00 America/New_York", "2027-03-10", local="America/New_York")}  # fmt: skip
    ours = {
        moment.date().isoformat() for moment in calendar(oncalendar("0 2 * * 0")[0], "2027-03-10")
    }

    assert "2027-03-14" not in sundays
    assert "2027-03-14" in ours


def calendar(event, base, *, zone="UTC", local="UTC"):
    """The next ten moments of a calendar event, by systemd itself."""
    told = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=10", f"--base-time={base} 00:00:00 UTC", event],
        env={"PATH": "/usr/bin:/bin", "TZ": zone, "LC_ALL": "C"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout  # fmt: skip
    return set(map(moment, re.findall(r"\(in UTC\): (.+)", told) or elapses(told)))


def elapses(told):
    return re.findall(r"(?:Next elapse|Iteration #\d+|Iter\. #\d+): (.+)", told)


def moment(text):
    words = text.split()
    return datetime.fromisoformat(f"{words[1]}T{words[2]}+00:00")
