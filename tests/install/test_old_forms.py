"""What the guides say that this replaces fails the checks; what is rendered passes them.

The old forms are written down here as people have them, shortened to what matters. What only shows
while it runs is in test_systemd (a job at each boot, tried again after a mistake), test_dialects (an
hour that a clock change skips) and test_execution (statuses, logs and bearers).
"""

import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy import text

from itemwell.schedule import JOBS
from tests.install import rules
from tests.install.test_platforms import tool

DEPLOY = Path(__file__).parents[2] / "deploy"

TIMER = """
[Unit]
Description=IQ Tracker Question Generation Timer
Requires=iq-tracker-generation.service
[Timer]
OnCalendar=Sun *-*-* 02:00:00
Persistent=true
RandomizedDelaySec=600
[Install]
WantedBy=timers.target
"""

SERVICE = """
[Unit]
Description=IQ Tracker Question Generation
After=network.target postgresql.service
[Service]
Type=oneshot
User=iq-tracker
Group=iq-tracker
EnvironmentFile=/opt/iq-tracker/question-service/.env
ExecStart=/bin/true run_generation.py --no-console
Restart=on-failure
RestartSec=10
PrivateTmp=true
NoNewPrivileges=true
"""

DOCKERFILE = """
FROM python:3.10-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["python", "run_generation.py", "--no-console"]
"""

LOGROTATE = """
{folder}/*.log {{
    daily
    rotate 30
    compress
    delaycompress
    notifempty
    create 0644 nobody nogroup
}}
"""

RAILWAY = {
    "$schema": "https://railway.app/railway.schema.json",
    "build": {"builder": "DOCKERFILE", "dockerfilePath": "backend/Dockerfile"},
    "deploy": {
        "startCommand": "cd backend && python run_irt_calibration.py",
        "cronSchedule": "0 4 * * 0",
        "restartPolicyType": "NEVER",
    },
}


def test_the_old_timer_runs_at_each_boot_and_names_no_zone():
    assert [*rules.unit(TIMER)] == ["runs at each boot", "no zone"]
    assert [*rules.unit((DEPLOY / "systemd/itemwell-generate.timer").read_text())] == []


def test_the_old_service_pays_again_for_ever():
    service = (DEPLOY / "systemd/itemwell@.service").read_text()
    drop_in = (DEPLOY / "systemd/itemwell@generate.service.d/schedule.conf").read_text()

    assert [*rules.unit(SERVICE)] == ["paid again", "for ever", "secrets in the environment's file"]
    assert [*rules.unit(service + drop_in)] == []


def exposure(text, folder, name):
    (folder / name).write_text(text)
    told = subprocess.run(
        [tool("systemd-analyze"), "security", "--offline=yes", "--threshold=15", folder / name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return float(re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)[1]), told.returncode


def test_the_old_service_is_exposed_and_ours_is_not(tmp_path):
    old, refused = exposure(SERVICE, tmp_path, "old.service")
    ours, passed = exposure(
        (DEPLOY / "systemd/itemwell@.service").read_text(), tmp_path, "itemwell@.service"
    )

    assert (old > 8, refused != 0) == (True, True)
    assert (ours <= 1.5, passed) == (True, 0)


@pytest.mark.parametrize("job", JOBS)
def test_no_jobs_drop_in_opens_its_unit_too_far(job, tmp_path):
    service = (DEPLOY / "systemd/itemwell@.service").read_text()
    drop_in = (DEPLOY / f"systemd/itemwell@{job}.service.d/schedule.conf").read_text()

    level, passed = exposure(f"{service}\n{drop_in}", tmp_path, f"itemwell@{job}.service")

    assert (level <= 1.5, passed) == (True, 0)


def test_the_old_image_runs_as_root_without_digest_and_hides_its_log():
    assert {*rules.dockerfile(DOCKERFILE)} == {
        "no digest", "runs as root", "--no-console", "no health check", "one stage, or all of the folder",
    }  # fmt: skip


def test_hadolint_lets_the_old_image_pass_and_our_rules_do_not(tmp_path):
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.lstrip())
    passed = subprocess.run([tool("hadolint"), tmp_path / "Dockerfile"], check=False)

    assert passed.returncode == 0


def test_a_shell_form_or_a_tag_is_refused():
    ours = (DEPLOY / "docker" / "Dockerfile").read_text()

    assert "no exec form" in [*rules.dockerfile(ours.replace('CMD ["generate"]', "CMD generate"))]
    assert "no digest" in [*rules.dockerfile(ours.replace("FROM ${BASE}", "FROM python:3.13"))]


def test_the_old_export_cuts_a_password_with_a_space_and_the_program_does_not(
    bare_program, tmp_path
):
    (tmp_path / ".env").write_text("DATABASE_URL='postgresql://ann:one two@db.example/bank'\n")
    cut = subprocess.run(
        ["bash", "-c", "export $(grep -v '^#' .env | xargs) 2>/dev/null; echo $DATABASE_URL"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    code = (
        "from itemwell.settings import load; print(load().settings.database_url.get_secret_value())"
    )
    read = subprocess.run(
        [tool("python"), "-c", code], cwd=tmp_path, env=bare_program.environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert cut.stdout.strip() != "postgresql://ann:one two@db.example/bank"
    assert read.stdout.strip() == "postgresql://ann:one two@db.example/bank"


def test_amazons_days_want_a_question_mark_and_linters_let_it_pass():
    assert rules.eventbridge_schedules("cron(0 2 * * SUN *)") != []
    assert rules.eventbridge_schedules("cron(0 2 * * 0)") != []
    assert rules.eventbridge_schedules("cron(*/5 * * * ? *)") != []
    assert rules.eventbridge_schedules("cron(0 2 ? * SUN *)") == []


def test_cfn_lint_lets_the_invalid_expression_pass(tmp_path):
    broken = (DEPLOY / "aws" / "template.yaml").read_text().replace("0 2 ? * SUN", "0 2 * * SUN")
    (tmp_path / "template.yaml").write_text(broken)
    passed = subprocess.run(
        [tool("cfn-lint"), tmp_path / "template.yaml"], check=False, capture_output=True
    )

    assert passed.returncode == 0
    assert rules.aws(broken) != []


def test_the_old_rule_has_185_tries_and_the_old_alarm_watches_the_whole_account():
    template = """
    Resources:
      Weekly:
        Type: AWS::Events::Rule
        Properties: {ScheduleExpression: "cron(0 2 ? * SUN *)"}
      Failures:
        Type: AWS::CloudWatch::Alarm
        Properties: {Namespace: AWS/Lambda, MetricName: Errors, Statistic: Sum, Period: 3600, Threshold: 1,
          EvaluationPeriods: 1, ComparisonOperator: GreaterThanThreshold, TreatMissingData: missing}
    """
    problems = rules.aws(template)

    assert any("185" in problem for problem in problems)
    assert any("every function" in problem for problem in problems)


def test_the_old_cloud_run_job_is_paid_four_times_and_shows_its_password():
    old = """
    spec: {template: {spec: {template: {spec: {containers: [
      {image: gcr.io/p/question-generation, env: [{name: DATABASE_URL, value: "postgresql://u:p@h/d"}]}]}}}}}
    """

    assert {*rules.cloud_run(old)} == {
        "paid four times", "killed after ten minutes", "a secret in plain sight",
    }  # fmt: skip


def test_the_usual_cron_job_of_kubernetes_overlaps_and_tries_six_times():
    usual = """
    metadata: {name: generate}
    spec:
      schedule: "0 2 * * 0"
      jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: g, image: i}]}}}}
    """

    assert {*rules.kubernetes(usual)} >= {
        "no zone", "runs overlap", "pods start again by themselves", "six tries", "no deadline",
    }  # fmt: skip


def test_the_old_start_command_of_railway_wants_a_shell():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(RAILWAY, rules.RAILWAY)


@pytest.mark.parametrize("schedule", ["0 2 * * SUN", "0 2 1 * 0", "0 2 * * 7", "0 0 2 * * 0"])
def test_vercel_reads_neither_names_nor_both_days(schedule):
    crons = {"crons": [{"path": "/api/cron/generate", "schedule": schedule}]}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(crons, rules.VERCEL)


def test_the_old_stanza_names_no_user():
    assert [*rules.logrotate_stanza(LOGROTATE)] == ["no su", "no missingok"]
    assert [*rules.logrotate_stanza((DEPLOY / "logrotate" / "itemwell").read_text())] == []


def rotate(stanza, folder):
    (folder / "conf").write_text(stanza)
    (folder / "conf").chmod(0o644)
    return subprocess.run(
        [tool("logrotate"), "--force", "--verbose", "--state", folder / "state", folder / "conf"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_forced_rotation_loses_nothing_where_the_old_stanza_rotates_nothing(tmp_path):
    user, group = subprocess.run(
        ["sh", "-c", "id -un; id -gn"], capture_output=True, text=True, check=True
    ).stdout.split()
    logs = tmp_path / "logs"
    logs.mkdir()
    logs.chmod(0o777)
    (logs / "itemwell.log").write_text("exit code: 0 (ok): done\n")
    ours = (DEPLOY / "logrotate" / "itemwell").read_text()
    ours = ours.replace("/opt/itemwell", str(tmp_path)).replace("itemwell itemwell", f"{user} {group}")  # fmt: skip

    if os.geteuid():
        pytest.skip("logrotate is as strict for root alone")
    old = rotate(LOGROTATE.format(folder=logs), tmp_path)
    kept = [path.name for path in logs.iterdir()]
    rotated = rotate(ours, tmp_path)

    assert "insecure permissions" in old.stderr
    assert kept == ["itemwell.log"]
    assert rotated.returncode == 0, rotated.stderr
    assert (logs / "itemwell.log.1").read_text() == "exit code: 0 (ok): done\n"
    assert (logs / "itemwell.log").read_text() == ""


def test_logrotate_finds_nothing_wrong_where_there_is_no_log_yet(tmp_path):
    stanza = (DEPLOY / "logrotate" / "itemwell").read_text().replace("itemwell itemwell", "root root")  # fmt: skip
    (tmp_path / "conf").write_text(stanza)
    ended = subprocess.run(
        [tool("logrotate"), "--debug", tmp_path / "conf"], capture_output=True, text=True, check=False
    )  # fmt: skip

    assert ended.returncode == 0
    assert "error:" not in ended.stderr


def test_the_usual_function_json_is_the_model_before_the_last():
    assert not [*(DEPLOY / "azure").rglob("function.json")]
    assert json.loads((DEPLOY / "azure/functions/host.json").read_text())["version"] == "2.0"


ONE_TABLE = """
[Unit]
StartLimitBurst=3
[Service]
Restart=on-failure
RestartPreventExitStatus=1 2 3 70 130 143
"""


@pytest.mark.parametrize("job", JOBS)
def test_one_table_of_statuses_for_all_jobs_reads_calibrates_database_as_partial(job):
    unit = (DEPLOY / f"systemd/itemwell@{job}.service.d/schedule.conf").read_text()
    manifest = (DEPLOY / f"kubernetes/itemwell-{job}.yaml").read_text()
    old = [*rules.repeats(ONE_TABLE, job)]

    assert old == (["1 is read as another job's"] if job == "calibrate" else [])
    assert [*rules.repeats(unit, job), *rules.repeats(manifest, job)] == []


def test_a_start_that_was_made_is_no_success():
    old = """
    Resources:
      Silent:
        Type: AWS::CloudWatch::Alarm
        Properties: {Namespace: AWS/Lambda, MetricName: Invocations, Statistic: Sum, Period: 604800, Threshold: 1,
          Dimensions: [{Name: FunctionName, Value: start}],
          EvaluationPeriods: 1, ComparisonOperator: LessThanThreshold, TreatMissingData: breaching}
    """

    assert rules.aws(old) == ["Silent: takes a start for a success"]
    assert rules.aws((DEPLOY / "aws" / "template.yaml").read_text()) == []


def test_one_age_for_all_jobs_calls_a_weekly_job_failed_all_week(tmp_path):
    """The tests of our own rules, over the old one: it alarms where they say that nothing is wrong."""
    rule = (DEPLOY / "monitoring" / "itemwell.rules.yml").read_text()
    test = (DEPLOY / "monitoring" / "itemwell.rules.test.yml").read_text()
    aged = re.sub(r'(exported_job="generate"\} > )\d+', r"\g<1>3600", rule)
    assert aged != rule
    (tmp_path / "itemwell.rules.yml").write_text(aged)
    (tmp_path / "itemwell.rules.test.yml").write_text(test)

    ended = subprocess.run(
        [tool("promtool"), "test", "rules", tmp_path / "itemwell.rules.test.yml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ended.returncode == 1
    assert "ItemwellJobHasNoSuccess" in ended.stdout + ended.stderr


PG_CRON = """
ALTER SYSTEM SET app.service_role_key = 'eyJhbGciOi';
SELECT cron.schedule('content_pipeline_main', '*/5 * * * *', $$
  SELECT net.http_post(url := 'https://project.example/functions/v1/content',
    headers := jsonb_build_object('Authorization', 'Bearer ' || current_setting('app.service_role_key')))
$$);
"""


def test_the_old_pg_cron_keeps_its_key_where_every_role_reads_it():
    assert [*rules.pg_cron(PG_CRON)] == [
        "a secret in the database's settings", "calls an address", "its log grows for ever",
    ]  # fmt: skip
    assert [*rules.pg_cron((DEPLOY / "pg-cron" / "itemwell.sql").read_text())] == []


def test_and_a_secret_in_the_databases_settings_is_read_by_whoever_may_connect(bank):
    with bank.begin() as db:
        db.execute(text(f"ALTER DATABASE {bank.url.database} SET app.service_role_key = 'eyJhbGciOi'"))  # fmt: skip
        db.execute(text("CREATE ROLE a_guest"))
    bank.dispose()
    try:
        with bank.begin() as db:
            db.execute(text("SET LOCAL ROLE a_guest"))
            assert db.scalar(text("SELECT current_setting('app.service_role_key')")) == "eyJhbGciOi"
            settings = "SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text ~ 'itemwell|secret'"  # fmt: skip
            assert db.scalar(text(settings)) == 0
    finally:
        with bank.begin() as db:
            db.execute(text("DROP ROLE a_guest"))
