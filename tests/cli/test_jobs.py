"""`itemwell jobs` and `itemwell next` by the real program."""

from sqlalchemy import text

ALIKE = {"job_name", "schedule", "command", "active", "last_run", "next_run"}


def of(document, name):
    return next(each for each in document["jobs"] if each["job"] == name)


def test_the_jobs_are_told_before_anything_ran(program):
    document = program("jobs", "--json").json
    shown = program("jobs")

    assert set(document["data"]["jobs"][0]) == ALIKE
    assert document["data"]["jobs"][0]["job_name"] == "content_pipeline_main"
    assert of(document, "generate")["last_run"] is None
    assert not of(document, "generate")["overdue"]
    assert "pending" in shown.out


def test_a_job_is_disabled_for_all_hosts_triggered_all_the_same_and_its_history_told(program, bank):
    disabled = program("jobs", "disable", "exams", "--json").json
    with bank.begin() as db:
        db.execute(
            text("UPDATE scheduled_jobs SET planned_until = planned_until - interval '3 days'")
        )
    nothing = program("run-due", "--job", "exams")
    triggered = program("jobs", "trigger", "exams", "--json").json
    ran = program("run-due", "--job", "exams", "--json").json
    history = program("jobs", "history", "exams", "--json").json["history"]

    assert disabled["data"] == {"success": True, "message": "Job disabled: exams"}
    assert "nothing was due" in nothing.last_line
    assert triggered["data"] == {"job_name": "exams", "function": "exams"}
    assert [(each["job"], each["trigger_type"]) for each in ran["ran"]] == [("exams", "manual")]
    assert [each["state"] for each in history] == ["done"]
    with bank.connect() as db:
        assert db.scalar(text("SELECT metadata ->> 'trigger_type' FROM job_runs")) == "manual"


def test_the_health_of_jobs_is_their_own_and_their_last_end_counts(program, bank):
    well = program("jobs", "health", "--json")
    with bank.begin() as db:
        db.execute(
            text(
                "INSERT INTO job_runs (job_id, status, started_at, completed_at, exit_status) VALUES"
                " ('generate', 'failed', now(), now(), 2),"
                " ('calibrate', 'success', now() - interval '20 days', now(), 0)"
            )
        )
        db.execute(
            text(
                "INSERT INTO scheduled_jobs (name, title, function, cron, zone, needs, planned_until)"
                " SELECT name, '', '', '0 0 * * 0', 'UTC', '{}', now()"
                " FROM unnest(ARRAY['generate', 'calibrate']) AS name"
            )
        )
    ill = program("jobs", "health")

    assert well.status == 0
    assert set(well.json["data"]["summary"]) == {
        "total_jobs",
        "healthy_jobs",
        "inactive_jobs",
        "overall_health",
    }
    assert ill.status == 2
    assert "not: generate failed, calibrate overdue" in ill.last_line


def test_a_job_that_is_not_there_is_one_clear_line(program):
    ended = program("jobs", "trigger", "nothing")

    assert (ended.status, ended.last_line) == (
        3,
        "exit code: 3 (config): there is no job 'nothing'; see: itemwell jobs",
    )


def test_the_next_runs_are_told_with_what_a_clock_change_does_to_them(program, tmp_path):
    (tmp_path / "itemwell.toml").write_text(
        '[schedule.generate]\ncron = "30 2 * * 0"\nzone = "Europe/Berlin"\n'
    )
    document = program("next", "--from", "2027-03-20", "--count", "5", "--json").json

    assert len(document["next"]) == 5
    warnings = [each["warning"] for each in document["warnings"]]
    assert warnings[0].startswith("2027-03-28 has no 02:30 in Europe/Berlin")
    assert warnings[1].startswith("2027-10-31 02:30 in Europe/Berlin comes twice")
