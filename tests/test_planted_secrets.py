"""Secrets stand in settings, rows and errors, and in no byte that is sent to anybody.

Every way out is a real one: the program in a process of its own, sockets, a file. What a receiver
has in his own address is his; no other secret may reach him.
"""

import base64
import email
import json
from email import policy
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request

import pytest
from sqlalchemy import make_url, text

from tests.cli.test_serve import OPENER, served
from tests.sentry.relay import Relay
from tests.store.exams_kept import add_questions, an_exam, keep
from tests.tell.listener import Listener
from tests.tell.test_mail import MailServer
from tests.upkeep.past import a_call, a_run, execute, questions

PASSWORD = 'PLANTED p@ss/w0rd "q" it\'s&'
SECRETS = {
    "OPENAI_API_KEY": "sk-proj-PLANTED-openai-0123456789",
    "ANTHROPIC_API_KEY": "sk-ant-PLANTED-anthropic-0123456789",
    "GOOGLE_API_KEY": "AIzaSyPLANTEDgoogle0123456789",
    "CRON_SECRET": "cron-secret-PLANTED-4711",
    "MONITOR_TOKEN": "PLANTED-monitor-token-4712",
    "REDIS_URL": "redis://me:PLANTED-redis-4713@127.0.0.1/0",
}
HTTP = (
    "/functions/v1/scheduler?action=status",
    "/functions/v1/scheduler?action=jobs",
    "/functions/v1/scheduler?action=health",
    "/functions/v1/scheduler?action=nothing",
    "/api/calibrations",
    "/api/health",
    "/api/queue",
    "/api/pre-gen-analytics",
    "/api/exam-keys/1",
    "/api/exam-keys/99",
    "/openapi.json",
    "/healthz",
)
JOBS = (["metrics"], ["health"], ["monitor"], ["cleanup"], ["calibrate", "--force"])


def forms(value):
    """A secret in the ways in which it might be written."""
    yield from (value, quote(value, safe=""), json.dumps(value)[1:-1], repr(value)[1:-1])
    yield base64.b64encode(value.encode()).decode()


SAID = "; ".join(form for value in (*SECRETS.values(), PASSWORD) for form in forms(value))


class World:
    """Whoever may be told, each at an address with a secret of its own."""

    def __init__(self, folder):
        self.slack, self.webhook, self.ping, self.otlp = (Listener() for _ in range(4))
        self.sentry, self.mail = Relay(), MailServer()
        self.textfile = folder / "collected" / "itemwell.prom"
        self.settings = {
            "SLACK_WEBHOOK_URL": f"{self.slack.url}/PLANTED-slack-4716",
            "ALERT_WEBHOOK_URL": f"{self.webhook.url}?key=PLANTED-webhook-4717",
            "PING_URL": f"{self.ping.url}/PLANTED-ping-4718",
            "OTLP_ENDPOINT": f"{self.otlp.url}/PLANTED-otlp-4719",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "ALERT_MAIL_TO": "ann@example.org",
            "SENTRY_DSN": self.sentry.dsn,
            "SENTRY_TRACES_SAMPLE_RATE": "1",
            "METRICS_TEXTFILE": str(self.textfile),
        }

    def close(self):
        for each in (self.slack, self.webhook, self.ping, self.otlp, self.sentry):
            each.close()
        self.mail.socket.close()

    def received(self):
        """All that each was sent: without the line of a request, which has his own address."""
        for name in ("slack", "webhook", "ping", "otlp"):
            requests = getattr(self, name).received
            yield name, b"\n".join(each.partition(b"\r\n")[2] for each in requests)
        yield "sentry", self.sentry.everything
        yield "mail", self.mail.received
        mail = email.message_from_bytes(self.mail.received, policy=policy.default)
        yield "mail, decoded", f"{mail['Subject']}\n{mail.get_content()}".encode()
        yield "textfile", self.textfile.read_bytes()


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def guarded(program, bank_url, world):
    """The program, all secrets planted in its settings."""
    url = make_url(bank_url).set(password=PASSWORD)
    planted = {"DATABASE_URL": url.render_as_string(hide_password=False), **SECRETS}
    program.environment |= planted | world.settings
    return program


@pytest.fixture
def planted_bank(bank):
    """Rows that hold secrets wherever free text may stand, and a statement that fails with them."""
    add_questions(bank, 3)
    execute(bank, "UPDATE questions SET stem = stem || :said WHERE id = 1", said=SAID)
    keep(bank, an_exam("ann", "small", of=(1, 2, 3)))
    questions(bank, f"of {SAID}", 1, ago="9 days")
    run = a_run(bank, "exams", "failed", error=f"refused: {SAID}")
    for _ in range(3):
        a_call(bank, run, 1, state="failed")
    execute(bank, "UPDATE llm_calls SET vendor = :said, error_kind = :said", said=SAID[:900])
    execute(
        bank,
        "INSERT INTO health_checks (component, status, response_time_ms, details)"
        " VALUES (:said, 'unhealthy', 1, jsonb_build_object('message', CAST(:said AS text)))",
        said=SAID,
    )
    execute(
        bank,
        "INSERT INTO irt_calibration_runs (status, completed_at, error_message)"
        " VALUES ('failed', clock_timestamp(), :said)",
        said=SAID,
    )
    execute(
        bank,
        "WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
        " VALUES ('itemwell', 'exams', 'failed') RETURNING id)"
        " INSERT INTO queue_failures (job_id, reason) SELECT id, :said FROM job",
        said=SAID,
    )
    return bank


def break_calibrations(bank):
    """From here on a calibration comes upon what nobody foresaw."""
    quoted = SAID.replace("'", "''").replace("%", "%%").replace(":", "\\:")
    with bank.begin() as db:
        db.execute(
            text(
                "CREATE FUNCTION burst() RETURNS trigger LANGUAGE plpgsql AS"
                f" $f$ BEGIN RAISE EXCEPTION '{quoted}'; END $f$"
            )
        )
        db.execute(
            text(
                "CREATE TRIGGER burst BEFORE INSERT ON irt_calibration_runs EXECUTE FUNCTION burst()"
            )
        )


def leaks(sent):
    """Where which secret is, in any of its forms."""
    known = {form for value in (*SECRETS.values(), PASSWORD) for form in forms(value)}
    return [
        (place, found)
        for place, content in sent
        for found in (*known, "PLANTED")
        if found.encode() in content
    ]


def test_no_secret_is_in_what_alerts_figures_pings_and_events_send(guarded, planted_bank, world):
    break_calibrations(planted_bank)

    for arguments in JOBS:
        ended = guarded(*arguments, "--verbose")
        assert ended.status in {0, 1, 70}, ended.err

    sent = dict(world.received())
    assert all(sent.values()), sorted(name for name, content in sent.items() if not content)
    assert b"[redacted]" in sent["slack"]
    assert b"[redacted]" in sent["otlp"]
    assert b"[redacted]" in sent["textfile"]
    assert world.sentry.of("event")
    assert leaks(sent.items()) == []


def test_no_secret_is_in_what_the_bank_keeps_of_alerts_and_figures(guarded, planted_bank):
    execute(planted_bank, "DELETE FROM health_checks")
    for arguments in (["metrics"], ["health"], ["monitor"]):
        guarded(*arguments)

    tables = ("metrics_data", "health_checks", "monitoring_alerts")
    with planted_bank.connect() as db:
        kept = [
            (each, str(db.execute(text(f"SELECT row::text FROM {each} AS row")).all()).encode())
            for each in tables
        ]
    assert all(len(content) > 2 for _, content in kept)
    assert leaks(kept) == []


def test_no_secret_is_in_a_report_or_the_status(guarded, planted_bank):
    execute(
        planted_bank,
        "INSERT INTO refusals (run_id, stage, reason, draft)"
        " SELECT max(id), 'judge', :said, jsonb_build_object('stem', CAST(:said AS text)) FROM job_runs",
        said=SAID,
    )
    execute(
        planted_bank, "INSERT INTO llm_spending VALUES (current_date, :said, 1)", said=SAID[:900]
    )
    said = [
        (" ".join(arguments), guarded(*arguments))
        for arguments in (
            ("report", "--json", "--output", "report.html"), ("report", "--json", "--run", "1"),
            ("report", "--run", "1", "--output", "run.html"), ("status",), ("status", "--json"),
        )
    ]  # fmt: skip
    written = [(each.name, each.read_bytes()) for each in guarded.folder.glob("*.html")]

    assert [ended.status for _, ended in said] == [0] * 5, said
    assert len(written) == 2
    assert all(b"[redacted]" in content for _, content in written)
    assert leaks([*((name, ended.out.encode()) for name, ended in said), *written]) == []


def test_no_secret_is_in_an_answer_over_http(guarded, planted_bank):
    with served(guarded) as (_, url):
        ask = asking(url)
        claim = json.dumps({"user_id": "ann", "exam_type": "small"}).encode()
        answers = [("claim", ask("/api/get-pre-generated-exam", claim))]
        answers += [(path, ask(path)) for path in HTTP]
        execute(planted_bank, "ALTER TABLE health_checks RENAME TO gone")
        answers += [("a statement that fails", ask("/api/health"))]

    by_path = dict(answers)
    assert (
        len(json.loads(by_path["claim"].rpartition(b"\n\n")[2])["data"]["exam"]["questions"]) == 3
    )
    for path in ("claim", "/api/calibrations", "/api/health", "/api/queue"):
        assert b"[redacted]" in by_path[path], path
    assert leaks(answers) == []


def asking(url):
    """A function: status line's number, headers and body of the answer to a path, as bytes."""

    def ask(path, body=None):
        headers = {"Authorization": f"Bearer {SECRETS['CRON_SECRET']}"}
        headers["Content-Type"] = "application/json"
        try:
            with OPENER.open(Request(url + path, body, headers), timeout=30) as answer:
                return f"{answer.headers}\n".encode() + answer.read()
        except HTTPError as error:
            return f"{error.headers}\n".encode() + error.read()

    return ask
