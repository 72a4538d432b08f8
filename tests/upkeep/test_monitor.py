"""Every rule on real rows: it fires once, stands without a second message, and is resolved by itself."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from tests.upkeep.past import a_call, a_run, execute, questions, rows

from itemwell.schedule import JOBS
from itemwell.store import queue, runs, schedule
from itemwell.upkeep.monitor import job
from itemwell.upkeep.monitor.due import When
from itemwell.upkeep.monitor.job import Telling
from itemwell.upkeep.monitor.limits import Limits
from itemwell.upkeep.monitor.rules import TYPES


def usual(bank, **counts):
    for ago in ("5 days", "4 days", "3 days"):
        a_run(bank, ago=ago, **{"wanted": 20, "drafted": 20, "kept": 20, "duplicates": 0} | counts)


def last(bank, **counts):
    return a_run(bank, ago="1 day", **{"wanted": 20, "drafted": 20, "kept": 20} | counts)


def mended(bank, **counts):
    return a_run(bank, ago="1 hour", **{"wanted": 20, "drafted": 20, "kept": 20} | counts)


def costly(bank, usd, ago):
    a_call(bank, a_run(bank, ago=ago, wanted=20, drafted=20, kept=20), usd)


def usual_costs(bank):
    for ago in ("5 days", "4 days", "3 days"):
        costly(bank, 1, ago)


GIVEN_UP = """
    INSERT INTO due_runs (job, scheduled_for, trigger_type, state, attempts, ended_at)
    VALUES ('exams', clock_timestamp(), 'scheduled', 'dead', 3, clock_timestamp())
"""
DONE = GIVEN_UP.replace("'dead'", "'done'")
BREAK_AND_MEND = {
    "job_failed": (
        lambda bank: a_run(bank, "exams", "failed", ago="2 hours", error="no disk"),
        lambda bank: a_run(bank, "exams"),
    ),
    "job_overdue": (
        lambda bank: a_run(bank, "exams", ago="2 days"),
        lambda bank: a_run(bank, "exams", ago="1 second"),
    ),
    "nothing_useful": (
        lambda bank: [a_run(bank, wanted=9, kept=0, ago=f"{n} hours") for n in (3, 4, 5)],
        lambda bank: a_run(bank, wanted=9, kept=1),
    ),
    "dead_letter": (
        lambda bank: execute(bank, GIVEN_UP),
        lambda bank: execute(bank, DONE),
    ),
    "approval_fallen": (lambda bank: (usual(bank), last(bank, kept=10)), mended),
    "duplicates_risen": (lambda bank: (usual(bank), last(bank, duplicates=5)), mended),
    "cost_risen": (
        lambda bank: (usual_costs(bank), costly(bank, 3, "1 day")),
        lambda bank: costly(bank, 1, "1 hour"),
    ),
    "stock_low": (
        lambda bank: questions(bank, "math", 4),
        lambda bank: questions(bank, "math", 1),
    ),
    "no_new_question": (
        lambda bank: questions(bank, "verbal", 1, ago="9 days"),
        lambda bank: questions(bank, "spatial", 1),
    ),
    "snapshot_success": (
        lambda bank: a_run(bank, "snapshot", success=80, errors=20, ago="2 hours"),
        lambda bank: a_run(bank, "snapshot", success=95, errors=5),
    ),
    "snapshot_duration": (
        lambda bank: a_run(bank, "snapshot", ms=301_000, ago="2 hours"),
        lambda bank: a_run(bank, "snapshot", ms=299_000),
    ),
    "disk_full": (lambda _bank: None, lambda _bank: None),
}


class Desk:
    """A channel that keeps what it was told, or is down."""

    def __init__(self):
        self.told = []
        self.down = False

    def __call__(self, message):
        if self.down:
            return "it answered 500"
        self.told.append(message)
        return ""

    @property
    def said(self):
        return [
            (alert["alert_type"], alert["status"])
            for message in self.told
            for alert in message.document["alerts"]
        ]


@pytest.fixture
def desk():
    return Desk()


def watch(bank, desk, limits=None, redact=str):
    telling = Telling({"desk": desk}, now, redact)
    with runs.begin(bank, "monitor") as run:
        return job.run(bank, run, limits or Limits(targets={"math": 10}, disk=(9, 9)), telling)


def now(db):
    return When(db.execute(text("SELECT clock_timestamp()")).scalar_one())


def test_every_type_of_alert_is_tried_below():
    assert set(BREAK_AND_MEND) == set(TYPES)


@pytest.mark.parametrize("kind", BREAK_AND_MEND)
def test_a_rule_fires_does_not_repeat_and_resolves(kind, bank, desk):
    break_, mend = BREAK_AND_MEND[kind]
    ill = Limits(targets={"math": 10}, disk=(1, 10**12) if kind == "disk_full" else None)
    break_(bank)

    watch(bank, desk, ill)
    watch(bank, desk, ill)
    once = [each for each in desk.said if each[0] == kind]
    mend(bank)
    watch(bank, desk)
    watch(bank, desk)

    assert once == [(kind, "open")]
    assert [each for each in desk.said if each[0] == kind] == [(kind, "open"), (kind, "resolved")]
    assert rows(bank, f"SELECT status FROM monitoring_alerts WHERE alert_type = '{kind}'") == [
        ("resolved",)
    ]


def test_a_servers_disk_that_is_nearly_full_is_told_by_the_size_that_it_has_for_the_bank(
    bank, desk
):
    watch(bank, desk, Limits(bank_bytes=1))
    watch(bank, desk, Limits(bank_bytes=1))
    watch(bank, desk, Limits(bank_bytes=10**12))

    assert [each for each in desk.said if each[0] == "disk_full"] == [
        ("disk_full", "open"),
        ("disk_full", "resolved"),
    ]


def test_jobs_of_the_queue_that_failed_for_good_are_an_alert_until_they_are_taken_up(bank, desk):
    execute(
        bank,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
        " VALUES ('itemwell', 'exams', 'failed')",
    )
    watch(bank, desk)
    with bank.begin() as db:
        queue.revive(db)
    watch(bank, desk)

    assert [each for each in desk.said if each[0] == "dead_letter"] == [
        ("dead_letter", "open"),
        ("dead_letter", "resolved"),
    ]


def test_failures_in_a_row_are_one_alert_that_becomes_critical(bank, desk):
    for ago in ("3 hours", "2 hours", "1 hour"):
        a_run(bank, "exams", "failed", ago=ago, error="no disk")
        watch(bank, desk)

    assert [each for each in desk.said if each[0] == "job_failed"] == [("job_failed", "open")]
    assert rows(
        bank,
        "SELECT severity, message ~ '3 times in a row' FROM monitoring_alerts WHERE alert_type = 'job_failed'",
    ) == [("critical", True)]


def test_a_job_that_is_disabled_is_not_overdue(bank, desk):
    a_run(bank, "exams", ago="2 days")
    with bank.begin() as db:
        schedule.synchronise(db, list(JOBS.values()), datetime.now(UTC))
        schedule.set_enabled(db, "exams", enabled=False)

    watch(bank, desk)

    assert "job_overdue" not in dict(desk.said)


def test_nothing_is_wrong_where_all_is_usual(bank, desk):
    questions(bank, "math", 9)
    usual(bank)
    mended(bank)

    watch(bank, desk)

    assert [each for each in desk.said if each[0] != "job_overdue"] == []


def test_a_channel_that_was_down_is_told_later_and_once(bank, desk):
    desk.down = True
    report = watch(bank, desk)
    desk.down = False
    watch(bank, desk)
    watch(bank, desk)

    assert report.problems == {"desk": "it answered 500"}
    assert desk.said == [("no_new_question", "open")]
    assert rows(bank, "SELECT told_at IS NOT NULL, told_resolved_at FROM monitoring_alerts") == [
        (True, None)
    ]


def test_what_a_channel_never_heard_of_is_no_news_when_it_is_well_again(bank, desk):
    desk.down = True
    watch(bank, desk)
    desk.down = False
    questions(bank, "math", 9)
    watch(bank, desk)

    assert desk.told == []


def test_secrets_of_errors_are_in_no_alert(bank, desk):
    a_run(bank, "exams", "failed", error="refused: PLANTED-4711")

    watch(bank, desk, redact=lambda said: said.replace("PLANTED-4711", "[redacted]"))

    assert "PLANTED" not in str(desk.told)
    assert "PLANTED" not in str(rows(bank, "SELECT * FROM monitoring_alerts"))
