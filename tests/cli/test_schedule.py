"""`[schedule.JOB]` of itemwell.toml, wherever the table of jobs is read."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from itemwell.cli.run_due import jobs_of, seconds_of
from itemwell.settings import load

OURS = """
[schedule.exams]
cron = "15 3 * * *"
zone = "Europe/Budapest"
catch_up = "all"
deadline = "90s"
needs = ["snapshot"]

[schedule.cleanup]
enabled = false
"""


@pytest.fixture
def ours(program):
    (program.folder / "itemwell.toml").write_text(OURS)
    return program


def test_each_part_of_a_job_can_be_changed(tmp_path):
    (tmp_path / "itemwell.toml").write_text(OURS)
    settings = load({}).settings
    exams = jobs_of(settings)["exams"]

    assert (exams.cron, exams.zone, exams.catch_up) == ("15 3 * * *", "Europe/Budapest", "all")
    assert (exams.deadline, exams.needs) == (timedelta(seconds=90), ("snapshot",))
    assert seconds_of(settings, "exams") == 90
    assert seconds_of(settings, "exams", 5) == 5
    assert seconds_of(settings, "calibrate") == 1800


def test_run_due_jobs_and_next_go_by_it(ours, bank):
    ours("run-due")
    listed = {each["job"]: each for each in ours("jobs", "--json").json["jobs"]}
    coming = ours("next", "--job", "exams,cleanup", "--count", "9", "--json").json["next"]
    with bank.connect() as db:
        row = db.execute(
            text("SELECT cron, zone, needs FROM scheduled_jobs WHERE name = 'exams'")
        ).one()

    assert tuple(row) == ("15 3 * * *", "Europe/Budapest", ["snapshot"])
    assert (listed["exams"]["schedule"], listed["exams"]["zone"]) == (
        "15 3 * * *",
        "Europe/Budapest",
    )
    assert not listed["cleanup"]["active"]
    assert {each["zone"] for each in coming if each["job"] == "exams"} == {"Europe/Budapest"}
    assert "cleanup" not in {each["job"] for each in coming}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('snapshot = {needs = ["recommend"]}', "need each other never run: recommend, snapshot"),
        ('snapshot = {needs = ["snapshots"]}', "snapshot needs 'snapshots', which is no job"),
        ('snapshot = {deadline = "soon"}', "'soon' is not a duration such as 90s, 10m or 2h"),
        ('snapshot = {deadline = "0s"}', "'0s' is not a duration"),
        ("snapshot = {timeout = 9}", "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_is_one_clear_line(program, line, told):
    (program.folder / "itemwell.toml").write_text(f"[schedule]\n{line}\n")

    ended = program("next")

    assert ended.status == 3
    assert told in ended.last_line
    assert "Traceback" not in ended.err
