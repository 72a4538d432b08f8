"""The figures of a bank that was worked out by hand."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.report.banks import DAY, NOW, TOLD, fill

from itemwell.errors import ConfigError
from itemwell.report import job


@pytest.fixture
def filled(bank):
    return fill(bank) and bank


@pytest.fixture(scope="module")
def document(read_bank):
    fill(read_bank)
    return job.of_bank(read_bank, TOLD, 30, NOW)


def cell(document, kind, level):
    return next(
        each
        for each in document["stock"]["cells"]
        if (each["question_type"], each["difficulty"]) == (kind, level)
    )


def test_the_document_is_plain_json(document):
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_strip_has_what_was_done_failed_and_missed(document):
    generate = next(each for each in document["jobs"] if each["job"] == "generate")

    assert [each["status"] for each in generate["strip"]][-5:] == [
        "before", "success", "missed", "failed", "success",
    ]  # fmt: skip
    assert (generate["done"], generate["expected"]) == (2, 4)
    assert generate["sentence"] == (
        "Kept 3 of 4 questions on Sun 29 Nov at 02:00; next due Sun 6 Dec at 02:00."
    )


def test_a_job_that_never_ran_owes_nothing(document):
    exams = next(each for each in document["jobs"] if each["job"] == "exams")

    assert (exams["state"], exams["expected"]) == ("new", 0)
    assert document["headline"].startswith(
        "All jobs that have run are well; 10 have never run. The bank holds 3 active questions;"
    )
    assert exams["sentence"].startswith("Has never run; next due")


def test_a_job_whose_last_due_runs_are_missing_is_overdue(filled):
    later = job.of_bank(filled, TOLD, 30, NOW + 15 * DAY)

    assert later["jobs"][0]["state"] == "overdue"
    assert "generate is overdue" in later["headline"]


def test_a_due_moment_that_just_came_does_not_hide_that_others_were_missed(filled):
    """metrics is due every half hour: an hour after its only run one is missed, one just due."""
    with filled.begin() as db:
        began = NOW - timedelta(minutes=29)
        db.execute(
            text("INSERT INTO job_runs (job_id, status, started_at, completed_at)"
                 " VALUES ('metrics', 'success', :at, :at)"), {"at": began},
        )  # fmt: skip

    def state(minutes):
        document = job.of_bank(filled, TOLD, 30, NOW + timedelta(minutes=minutes))
        return next(each for each in document["jobs"] if each["job"] == "metrics")

    assert [each["status"] for each in state(31)["strip"]][-3:] == ["success", "missed", "waiting"]
    assert (state(10)["state"], state(31)["state"]) == ("well", "overdue")


def test_the_funnel_counts_each_draft_once(document):
    funnel = document["funnel"]

    assert (funnel["drafts"], funnel["kept"], funnel["refused"]) == (9, 5, 4)
    assert [(each["stage"], each["entered"], each["refused"]) for each in funnel["stages"]] == [
        ("draft", 9, 0), ("check", 9, 2), ("solve", 7, 0), ("judge", 7, 2), ("dedup", 5, 0), ("keep", 5, 0),
    ]  # fmt: skip


def test_like_reasons_are_one(document):
    assert [(each["reason"], each["drafts"]) for each in document["funnel"]["reasons"]] == [
        ("no-question", 2),
        ("validity … is below …", 2),
    ]


def test_costs_are_by_day_vendor_and_accepted_question(document):
    cost = document["cost"]

    assert (cost["usd"], cost["kept"], cost["usd_per_question"]) == (0.6, 5, 0.12)
    assert cost["vendors"] == [
        {"vendor": "openai", "usd": 0.5},
        {"vendor": "anthropic", "usd": 0.1},
    ]
    assert len(cost["days"]) == 30
    assert cost["days"][-1] == {
        "day": "2026-11-29", "usd": 0.4, "kept": 1, "usd_per_question": 0.4,
        "by_vendor": [{"vendor": "openai", "usd": 0.3}, {"vendor": "anthropic", "usd": 0.1}],
    }  # fmt: skip


def test_a_day_that_is_not_of_the_period_does_not_count(filled):
    assert job.of_bank(filled, TOLD, 1, NOW)["cost"]["usd"] == 0.4


def test_the_stock_is_against_its_target_and_lasts_so_long(document):
    """Three of four wanted are thin; each learner met the three of late, so nothing is left of them."""
    easy = cell(document, "math", "easy")

    assert (easy["active"], easy["target"], easy["share"]) == (3, 4, 0.75)
    assert (easy["days_left"], easy["state"]) == (0, "critical")
    assert cell(document, "math", "hard") == {
        "question_type": "math", "difficulty": "hard", "active": 0, "target": 4, "share": 0.0,
        "days_left": None, "state": "critical",
    }  # fmt: skip
    assert cell(document, "verbal", "easy")["state"] == "healthy"
    assert document["stock"]["by_status"]["retired"] == 1


def test_days_left_are_of_the_learner_who_is_through_first(filled):
    """90 of 100 learners never met the third question: they have one left, at two in 28 days."""
    with filled.begin() as db:
        third = "SELECT id FROM questions WHERE stem = 'How much is 2 and 1?'"
        db.exec_driver_sql(
            f"DELETE FROM responses WHERE question_id = ({third}) AND user_id < 'ann-095'"
        )

    assert cell(job.of_bank(filled, TOLD, 30, NOW), "math", "easy")["days_left"] == 14


def test_simulated_learners_use_nothing_up(filled):
    with filled.begin() as db:
        db.exec_driver_sql("UPDATE responses SET user_id = 'sim-' || user_id")

    found = job.of_bank(filled, TOLD, 30, NOW)["stock"]

    assert (found["learners_looked_at"], found["cells"][0]["days_left"]) == (0, None)


def test_the_calendar_has_every_day_with_a_run(document):
    calendar = document["calendar"]

    assert (calendar["first"], calendar["runs"], calendar["failed"]) == ("2025-12-01", 3, 1)
    assert [(each["day"], each["state"]) for each in calendar["days"]] == [
        ("2026-11-08", "well"), ("2026-11-22", "bad"), ("2026-11-29", "well"),
    ]  # fmt: skip
    assert calendar["days_without"] == 364 - 3
    assert calendar["weeks"][-1] == {"week_of": "2026-11-23", "runs": 1, "failed": 0}


def test_information_is_that_of_the_items(document):
    """Four items of a = 2 at b = -1, 0, 1 and 3; each tells 1 at its own b."""
    points = document["calibration"]["information"]["points"]
    at_zero = next(each for each in points if each["theta"] == 0)

    near = 4 * 0.1049936  # P (1 - P) at a distance of 1
    far = 4 * 0.0024665  # at 3
    assert at_zero["drawn"] == pytest.approx(3 / 4 * (1 + 2 * near + far), abs=1e-3)
    assert at_zero["best"] == pytest.approx(1 + 2 * near, abs=1e-3)
    assert at_zero["se_best"] == pytest.approx((1 + 2 * near) ** -0.5, abs=1e-3)


def test_the_wright_map_has_every_item_and_learner(document):
    bands = document["calibration"]["wright"]["bands"]

    assert {each["from"]: each["questions"] for each in bands if each["questions"]} == {
        -1.0: 1, 0.0: 1, 1.0: 1, 3.0: 1,
    }  # fmt: skip
    assert sum(each["learners"] for each in bands) == pytest.approx(1, abs=1e-3)
    assert next(each for each in bands if each["from"] == 0)["learners"] == 0.1915


def test_drift_is_against_the_calibration_before(document):
    drift = document["calibration"]["drift"]

    assert (drift["questions"], drift["mean_change"], drift["rms_change"]) == (4, 0.25, 0.5)
    assert drift["moved_most"][0]["change"] == 1.0
    assert {"before": 2.0, "now": 3.0, "questions": 1} in drift["cells"]


def test_a_flagged_question_has_groups_by_the_other_answers(document):
    """Only learners who got all other three right got it right, so its groups rise from 0 to 1."""
    found = document["calibration"]

    assert (found["flagged"], len(found["items"])) == (1, 1)
    assert found["flags"] == [{"flag": "drift", "questions": 1}]
    item = found["items"][0]
    assert (item["looked_at"], len(item["points"])) == (100, 5)
    assert [each["share"] for each in item["points"]][:2] == [0.0, 0.0]
    assert sum(each["right"] for each in item["points"]) == 25
    key = next(each for each in item["options"] if each["is_key"])
    assert key["letter"] == "B"
    assert key["shares"] == [each["share"] for each in item["points"]]


def test_the_report_of_a_run_is_of_it_alone(filled):
    last, failed = (job.of_run(filled, TOLD, number, NOW) for number in (3, 2))

    assert (last["funnel"]["drafts"], last["cost"]["calls"], last["cost"]["failed"]) == (9, 3, 1)
    assert (last["cost"]["usd"], last["cost"]["usd_per_question"]) == (0.45, 0.09)
    assert len(last["samples"]["accepted"]) == 5
    assert last["appendix"]["seeds"] == [
        {"id": 3, "job": "generate", "version": "0.1.0", "seed": "seed-0"}
    ]
    assert failed["headline"] == "Failed on Sun 22 Nov at 02:00: no vendor answers."
    assert failed["funnel"]["drafts"] == 0


def test_a_run_that_is_not_there_and_an_empty_bank_are_said_to_be_so(bank):
    with pytest.raises(ConfigError, match="there is no run 7"):
        job.of_run(bank, TOLD, 7, NOW)
    with pytest.raises(ConfigError, match="the bank is empty"):
        job.of_bank(bank, TOLD, 30, NOW)


def test_the_same_moment_gives_the_same_document(filled):
    documents = [job.of_bank(filled, TOLD, 30, NOW + timedelta(0)) for _ in range(2)]

    assert documents[0] == documents[1]
