"""Closing days, against the slow way: at midnight, on days of clock changes, after an outage, twice."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.snapshot import oracle, study

from itemwell.settings import Settings
from itemwell.snapshot import job
from itemwell.snapshot.report import Report
from itemwell.store import runs
from itemwell.store.study import Sources

SOURCES = Sources.of(Settings())
DATES_BY_ZONE = (
    "SELECT time_zone, array_agg(DISTINCT snapshot_date ORDER BY snapshot_date) AS dates"
    " FROM performance_snapshots GROUP BY 1"
)


def at(*moment):
    return datetime(*moment, tzinfo=UTC)


def asked(now, **changes):
    usual = {"sources": SOURCES, "site": "UTC", "most": 31, "deadline": time.monotonic() + 600}
    return job.Asked(now=now, **usual | changes)


def close(bank, now, **changes):
    with runs.begin(bank, "snapshot") as run:
        return job.run(bank, run, asked(now, **changes))


def stored(bank, also=""):
    columns = ", ".join(oracle.COLUMNS) + also
    with bank.connect() as db:
        rows = db.execute(
            text(f"SELECT user_id, snapshot_date, {columns} FROM performance_snapshots")
        )
        return {(user, day): tuple(figures) for user, day, *figures in rows}


def same(found, wanted):
    assert found.keys() == wanted.keys()
    for key, figures in wanted.items():
        for column, mine, theirs in zip(oracle.COLUMNS, found[key], figures, strict=True):
            if column == "abilities":
                assert mine == {k: pytest.approx(v, abs=1e-4) for k, v in theirs.items()}, key
            elif isinstance(theirs, float):
                near = 0.51 if column == "time_spent_seconds" else 1e-4
                assert mine == pytest.approx(theirs, abs=near), (key, column)
            else:
                assert mine == theirs, (key, column)


def dates(*days):
    return [date(2026, *day) for day in days]


@pytest.mark.parametrize(
    ("site", "now", "day"),
    [
        ("UTC", at(2026, 11, 29), date(2026, 11, 28)),
        ("Europe/Budapest", at(2026, 3, 29, 22), date(2026, 3, 29)),
        ("Europe/Budapest", at(2026, 10, 25, 23), date(2026, 10, 25)),
        ("America/New_York", at(2026, 11, 2, 5), date(2026, 11, 1)),
    ],
    ids=["00:00", "23 hours", "25 hours", "25 hours overseas"],
)
def test_a_days_rows_are_those_of_the_slow_way(bank, site, now, day):
    study.at_random(bank, now + timedelta(hours=30), seed=day.toordinal())

    report = close(bank, now, site=site, first=day, last=day)

    with bank.begin() as db:  # whose day was not over at `now` has no row, the slow way's neither
        late = set(db.scalars(text("SELECT user_id FROM learners WHERE time_zone IS NOT NULL")))
    wanted = oracle.snapshots(bank, site, [day])
    over = {key for key in wanted if key[0] not in late} | stored(bank).keys()
    same(stored(bank), {key: wanted[key] for key in over})
    assert report.success == len(stored(bank)) > 10


def test_what_closed_in_three_days_of_outage_is_made_up_for(bank):
    study.at_random(bank, at(2026, 11, 29), seed=5)
    with bank.begin() as db:
        db.execute(text("UPDATE learners SET time_zone = NULL"))

    close(bank, at(2026, 11, 25))
    report = close(bank, at(2026, 11, 29))

    wanted = oracle.snapshots(bank, "UTC", dates((11, 24), (11, 25), (11, 26), (11, 27), (11, 28)))
    same(stored(bank), wanted)
    assert sorted(report.dates) == dates((11, 25), (11, 26), (11, 27), (11, 28))


def test_each_zone_gets_the_days_that_closed_there(bank):
    study.at_random(bank, at(2026, 11, 30), seed=6)

    for day in (27, 28, 29):
        close(bank, at(2026, 11, day))

    wanted = oracle.snapshots(bank, "UTC", dates((11, 25), (11, 26), (11, 27), (11, 28)))
    found = stored(bank)
    same(found, {key: wanted[key] for key in found})
    with bank.connect() as db:
        days = {row.time_zone: row.dates for row in db.execute(text(DATES_BY_ZONE))}
    assert days["America/New_York"] == dates((11, 25), (11, 26), (11, 27))
    assert days["Pacific/Kiritimati"] == days["UTC"] == dates((11, 26), (11, 27), (11, 28))


def test_a_run_again_changes_nothing_and_late_data_one_row(bank):
    study.at_random(bank, at(2026, 11, 29), seed=7)
    also = ", created_at, changed_at, run_id"
    close(bank, at(2026, 11, 29))
    first = stored(bank, also)
    again = close(bank, at(2026, 11, 29))
    second = stored(bank, also)
    user, day = next(iter(first))
    with bank.begin() as db:
        db.execute(
            text(
                "INSERT INTO quiz_attempts (user_id, score, started_at, completed_at)"
                " VALUES (:user, 3, '2026-11-20', '2026-11-20')"
            ),
            {"user": user},
        )
    late = close(bank, at(2026, 11, 29))
    third = stored(bank, also)

    assert first == second
    assert (again.new, again.changed, again.same) == (0, 0, len(first))
    assert (late.new, late.changed) == (0, 1)
    assert {key for key in third if third[key] != second[key]} == {(user, day)}
    assert third[user, day][-2] is not None


def open_alerts(bank):
    with bank.connect() as db:
        query = "SELECT key, status, message, run_id FROM monitoring_alerts ORDER BY id"
        return [tuple(row) for row in db.execute(text(query))]


def a_day_with(bank, *, broken, sound, now):
    with bank.begin() as db:
        for number in range(broken + sound):
            score = "NaN" if number < broken else 80
            moment = now - timedelta(hours=12)
            db.execute(
                text(
                    "INSERT INTO quiz_attempts (user_id, score, started_at, completed_at)"
                    " VALUES (:user, :score, :moment, :moment)"
                ),
                {"user": f"u{number:04}", "score": float(score), "moment": moment},
            )


@pytest.mark.parametrize(("broken", "status", "alerted"), [(1, 0, False), (101, 1, True)])
def test_of_a_thousand_learners_the_sound_get_theirs_and_too_many_broken_are_alerted(
    bank, broken, status, alerted
):
    now = at(2026, 11, 20)
    a_day_with(bank, broken=broken, sound=1_000 - broken, now=now)

    report = close(bank, now)

    assert (report.success, report.errors) == (1_000 - broken, broken)
    assert report.line == f"Daily snapshots completed: {1_000 - broken} success, {broken} errors"
    assert report.outcome.exit.value == status
    assert [row[:2] for row in open_alerts(bank)] == [("snapshot success", "open")] * alerted


def test_an_alert_comes_once_and_resolves_with_the_next_good_run(bank):
    now = at(2026, 11, 20)
    a_day_with(bank, broken=5, sound=5, now=now)
    close(bank, now)
    close(bank, now)
    with bank.begin() as db:
        db.execute(text("UPDATE quiz_attempts SET score = 70"))

    close(bank, now)

    [alert] = open_alerts(bank)
    assert alert[:2] == ("snapshot success", "resolved")


def test_a_run_of_more_than_five_minutes_is_alerted():
    slow, quick = Report(new=1, seconds=301.0), Report(new=1, seconds=299.0)

    assert [each.alert_type for each in slow.alerts(1)] == ["snapshot_duration"]
    assert quick.alerts(1) == []
