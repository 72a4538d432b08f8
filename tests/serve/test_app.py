"""The service by its ASGI interface: who may what, the documents' shapes, limits, errors."""

import hmac
import json

import pytest
from sqlalchemy import create_engine, text
from tests.serve.calls import CRON, READER, call, digest
from tests.store.exams_kept import add_questions, an_exam, keep

from itemwell.serve import callers as calling
from itemwell.serve.app import BODY_BYTES, app_of
from itemwell.serve.limits import Allowance
from itemwell.settings import load
from itemwell.store import health

SCHEDULER = "/functions/v1/scheduler"
ASKED = {"user_id": "ann", "exam_type": "small"}
PATHS = [
    ("GET", f"{SCHEDULER}?action=status"),
    ("GET", f"{SCHEDULER}?action=jobs"),
    ("GET", f"{SCHEDULER}?action=health"),
    ("POST", f"{SCHEDULER}?action=toggle&job=content_pipeline_main&enable=false"),
    ("POST", f"{SCHEDULER}?action=trigger&job=content_pipeline_main"),
    ("POST", "/api/get-pre-generated-exam"),
    ("GET", "/api/exam-keys/1"),
    ("GET", "/api/pre-gen-analytics"),
    ("GET", "/api/queue"),
    ("POST", "/api/pre-generate-exam"),
    ("POST", "/api/cron/generate-exams"),
    ("GET", "/api/cron/generate-exams"),
    ("GET", "/api/calibrations"),
    ("POST", "/api/calibrations"),
    ("GET", "/api/health"),
]


def known(tokens=None):
    tokens = tokens or {"reader": {"sha256": digest(READER), "scopes": ["read"]}}
    given = {"cron_secret": CRON, "api_tokens": tokens}
    return calling.callers(load(given).settings)


@pytest.fixture
def app(bank):
    return app_of(bank, known(), 100_000)


@pytest.mark.parametrize("bearer", [None, "", "wrong", CRON[:-1], f"{CRON} "[:-1] + "x"])
def test_without_its_bearer_nothing_is_answered(app, bearer):
    for method, path in PATHS:
        answer = call(app, method, path, bearer=bearer, body=ASKED)

        assert answer.status == 401, path
        assert answer.json == {"success": False, "error": "a valid bearer is needed"}
        assert answer.headers[b"www-authenticate"] == b"Bearer"


def test_every_bearer_is_compared_with_every_caller_in_constant_time(monkeypatch):
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(
        calling.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or real(a, b)
    )
    both = known()
    for bearer in ("", "Bearer", "Bearer x", f"Bearer {CRON}", f"Bearer {READER}", "Basic x"):
        compared.clear()
        calling.calling(both, bearer)
        assert [len(a) == len(b) == 32 for a, b in compared] == [True] * len(both)


def test_a_reader_may_read_and_nothing_else(app):
    for method, path in PATHS:
        answer = call(app, method, path, bearer=READER, body=ASKED)

        reads = method == "GET" and "exam-keys" not in path and "cron/" not in path
        assert answer.status == (200 if reads else 403), path


def test_the_status_of_the_scheduler_has_the_documents_shape(app):
    document = call(app, "GET", f"{SCHEDULER}?action=status").json

    assert document["success"] is True
    assert set(document["data"]) == {
        "total_jobs",
        "active_jobs",
        "failed_jobs",
        "last_run",
        "next_run",
    }
    assert document["data"]["total_jobs"] == 6


def test_the_jobs_of_the_scheduler_have_the_documents_shape(app):
    data = call(app, "GET", f"{SCHEDULER}?action=jobs").json["data"]

    assert data["count"] == 6
    assert set(data["jobs"][0]) == {
        "job_name",
        "schedule",
        "command",
        "active",
        "last_run",
        "next_run",
    }
    assert data["jobs"][0]["command"] == "SELECT trigger_content_automation();"


def test_the_health_of_the_scheduler_has_the_documents_shape(app):
    data = call(app, "GET", f"{SCHEDULER}?action=health").json["data"]

    assert set(data["health"][0]) == {
        "component", "status", "last_run", "next_run", "error_count", "success_rate",
    }  # fmt: skip
    assert set(data["summary"]) == {"total_jobs", "healthy_jobs", "inactive_jobs", "overall_health"}


def test_a_job_is_toggled_and_told_as_the_document_says(app):
    off = call(app, "POST", f"{SCHEDULER}?action=toggle&job=content_pipeline_main&enable=false")

    assert off.json == {
        "success": True,
        "data": {"success": True, "message": "Job disabled: content_pipeline_main"},
    }
    assert call(app, "GET", f"{SCHEDULER}?action=status").json["data"]["active_jobs"] == 5


def test_a_trigger_queues_one_run_however_often_it_is_asked_for(app, bank):
    for _ in range(2):
        answer = call(app, "POST", f"{SCHEDULER}?action=trigger&job=content_pipeline_sweeper")
        assert answer.json["data"] == {
            "job_name": "content_pipeline_sweeper",
            "function": "trigger_sweeper",
        }
    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM due_runs WHERE job = 'sweep'")) == 1


def test_a_job_that_there_is_not(app):
    for action in ("toggle", "trigger"):
        answer = call(app, "POST", f"{SCHEDULER}?action={action}&job=nope")
        assert (answer.status, answer.json["error"]) == (404, "Job not found: nope")


def test_an_exam_is_handed_out_once_and_without_keys(app, bank):
    add_questions(bank, 3)
    keep(bank, an_exam("ann", "small", of=(1, 2, 3)))
    asked = {"user_id": "ann", "exam_type": "small"}

    first = call(app, "POST", "/api/get-pre-generated-exam", body=asked)
    again = call(app, "POST", "/api/get-pre-generated-exam", body=asked)

    exam = first.json["data"]["exam"]
    assert len(exam["questions"]) == 3
    assert "key" not in exam["questions"][0]
    assert again.status == 404
    keys = call(app, "GET", f"/api/exam-keys/{exam['attempt_id']}").json["data"]["keys"]
    assert len(keys) == 3


def test_the_analytics_have_the_contracts_names(app):
    stats = call(app, "GET", "/api/pre-gen-analytics").json["stats"]

    assert {"totalGenerated", "totalUsed", "userStats", "usedPercentage", "timestamp"} <= set(stats)


def test_what_is_asked_for_wrongly_is_named_and_not_repeated(app):
    secret = "sk-PLANTED-9999"

    answer = call(app, "POST", "/api/get-pre-generated-exam", body={"user_id": [secret]})

    assert answer.status == 422
    assert secret.encode() not in answer.body
    assert answer.json["error"] == "body.user_id: string_type; body.exam_type: missing"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 201, ""])
def test_a_name_that_nobody_can_have_is_refused(app, name):
    body = json.dumps({"user_id": name, "exam_type": "small"}).encode()

    assert call(app, "POST", "/api/get-pre-generated-exam", body=body).status in {400, 422}


def test_a_request_that_is_too_large_is_refused_by_its_length_and_by_its_bytes(app):
    path = "/api/get-pre-generated-exam"
    by_length = call(app, "POST", path, body=b"x" * (BODY_BYTES + 1))
    by_bytes = call(app, "POST", path, chunks=[b"x" * 40_000, b"x" * 40_000])

    assert (by_length.status, by_bytes.status) == (413, 413)


def test_each_caller_has_an_allowance_of_his_own(bank):
    app = app_of(bank, known(), 3)
    path = f"{SCHEDULER}?action=status"

    mine = [call(app, "GET", path) for _ in range(4)]

    assert [each.status for each in mine] == [200, 200, 200, 429]
    assert int(mine[-1].headers[b"retry-after"]) == 20
    assert call(app, "GET", path, bearer=READER).status == 200


def test_an_allowance_comes_back_with_time():
    now = [0.0]
    allowance = Allowance(60, lambda: now[0])

    assert [allowance.wait("a") for _ in range(60)] == [0.0] * 60
    assert allowance.wait("a") == pytest.approx(1.0)
    now[0] = 1.0
    assert allowance.wait("a") == 0.0


def test_a_bank_that_is_away_is_told_as_such():
    gone = create_engine("postgresql+psycopg://me:PLANTED@127.0.0.1:1/none")

    answer = call(app_of(gone, known(), 100), "GET", f"{SCHEDULER}?action=status")

    assert (answer.status, answer.json) == (503, {"success": False, "error": "the bank is away"})
    gone.dispose()


def test_more_requests_than_connections_are_told_to_come_later(bank):
    narrow = create_engine(bank.url, pool_size=1, max_overflow=0, pool_timeout=0.1)

    with narrow.connect():
        answer = call(app_of(narrow, known(), 100), "GET", f"{SCHEDULER}?action=status")

    assert (answer.status, answer.json["error"]) == (503, "too many requests at once")
    assert answer.headers[b"retry-after"] == b"5"
    narrow.dispose()


def test_a_long_secret_in_an_exam_goes_and_a_short_one_that_is_a_word_stays(bank):
    add_questions(bank, 3)
    with bank.begin() as db:
        db.execute(
            text("UPDATE questions SET stem = 'How much is PLANTED-secret-99?' WHERE id = 1")
        )
    keep(bank, an_exam("ann", "small", of=(1, 2, 3)))
    app = app_of(bank, known(), 100, ["much", "PLANTED-secret-99"])

    exam = call(app, "POST", "/api/get-pre-generated-exam", body=ASKED).json["data"]["exam"]

    stems = [each["stem"] for each in exam["questions"]]
    assert stems == ["How much is [redacted]?", "How much is 2 and 1?", "How much is 3 and 1?"]


def test_the_openapi_document_needs_no_bearer_and_says_that_the_rest_does(app):
    document = call(app, "GET", "/openapi.json", bearer=None).json

    told = {
        path: operation.get("security")
        for path, operations in document["paths"].items()
        for operation in operations.values()
    }
    assert told.pop("/healthz") is None
    assert set(map(str, told.values())) == {"[{'bearer': []}]"}


def test_health_is_what_the_job_found_last(app, bank):
    before = call(app, "GET", "/api/health").json["data"]
    with bank.begin() as db:
        for status in ("unhealthy", "healthy"):
            health.keep(db, [health.Look("bank", status, 3, "OK")], {})
        health.keep(db, [health.Look("disk", "degraded", 1, "little room")], {})

    after = call(app, "GET", "/api/health").json["data"]

    assert before == {"status": "unknown", "components": []}
    assert after["status"] == "degraded"
    assert {each["component"]: each["status"] for each in after["components"]} == {
        "bank": "healthy",
        "disk": "degraded",
    }
