"""What monitors hear of the real program, and that none of them is ever in its way."""

import json
import time

import pytest
from tests.tell.listener import Listener
from tests.upkeep.past import a_run, rows

PLANTED = {
    "OPENAI_API_KEY": "sk-proj-PLANTED-openai-0123456789",
    "CRON_SECRET": "PLANTED-cron-secret-4711",
    "SMTP_URL": "smtp://me:PLANTED-mail-4715@127.0.0.1:9",
}
ILL = (200, 500, 302, "hang", "drip", "flood")


@pytest.fixture
def listener():
    started = Listener()
    yield started
    started.close()


@pytest.fixture
def telling(program, listener):
    program.environment |= {"PING_URL": listener.url + "/{job}", "ALERT_WEBHOOK_URL": listener.url}
    program.environment |= {"SLACK_WEBHOOK_URL": listener.url + "/slack"}
    return program


def paths(listener):
    return [line.split()[1].partition("?")[0] for line in listener.lines]


def test_a_job_pings_its_start_and_its_status_with_one_id_of_the_run(telling, listener):
    ended = telling("readiness")

    first, last = (line.split()[1] for line in listener.lines)
    assert ended.status == 3  # the bank has no active question
    assert first.startswith("/hook/readiness/start?rid=")
    assert last.startswith("/hook/readiness/3?rid=")
    assert first.partition("rid=")[2] == last.partition("rid=")[2]


def test_a_command_that_no_schedule_expects_pings_nothing(telling, listener):
    telling("runs")

    assert listener.received == []


def test_an_alert_is_told_to_slack_and_webhook_once_and_when_it_is_well_again(
    telling, listener, bank
):
    telling.environment.pop("PING_URL")
    telling("monitor")
    telling("monitor")
    with bank.begin() as db:
        db.exec_driver_sql("UPDATE monitoring_alerts SET alert_type = 'stock_low'")
    last = telling("monitor", "--json")

    assert sorted(paths(listener)[:2]) == ["/hook", "/hook/slack"]
    documents = [
        json.loads(each.partition(b"\r\n\r\n")[2])
        for each in listener.received
        if each.startswith(b"POST /hook HTTP")
    ]
    assert documents[0]["alerts"][0]["message"] == "No questions in database"
    assert last.status == 0
    assert rows(bank, "SELECT count(*) FROM monitoring_alerts WHERE told_at IS NULL") == [(0,)]


@pytest.mark.parametrize("way", ILL)
def test_a_monitor_costs_at_most_five_seconds_and_changes_nothing(telling, listener, way):
    elsewhere = Listener()
    plain = telling("readiness", PING_URL="", ALERT_WEBHOOK_URL="", SLACK_WEBHOOK_URL="")
    listener.way, listener.elsewhere = way, elsewhere.url

    began = time.monotonic()
    ended = telling("readiness")
    took = time.monotonic() - began

    assert (ended.status, ended.out, ended.last_line) == (plain.status, plain.out, plain.last_line)
    assert took < 5 + 10  # the program itself takes some time on a busy machine
    assert elsewhere.received == []
    elsewhere.close()


@pytest.mark.parametrize("way", [500, 302, "hang", "drip"])
def test_a_channel_costs_at_most_five_seconds_and_the_alert_waits(telling, listener, way, bank):
    telling.environment.pop("PING_URL")
    listener.way = way

    began = time.monotonic()
    ended = telling("monitor")

    assert ended.status == 0
    assert time.monotonic() - began < 5 + 10
    assert rows(bank, "SELECT told_at FROM monitoring_alerts") == [(None,)]


def test_planted_secrets_are_in_nothing_that_is_sent_or_stored(telling, listener, bank):
    said = "; ".join(PLANTED.values())
    a_run(bank, "exams", "failed", error=f"refused by the vendor: {said}")

    for command in (
        ["monitor"],
        ["metrics"],
        ["health"],
        ["cleanup"],
        ["generate", "--count", "1"],
    ):
        telling(*command, **PLANTED, OPENAI_BASE_URL=listener.url)
    vendors = [each for each in listener.received if b"/chat/completions" in each]
    monitors = b"\n".join(each for each in listener.received if each not in vendors)

    assert b"/hook/slack" in monitors
    assert b"PLANTED" not in monitors
    for table in ("monitoring_alerts", "metrics_data", "health_checks", "cleanup_logs"):
        assert "PLANTED" not in str(rows(bank, f"SELECT * FROM {table}"))
