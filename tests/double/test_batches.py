"""Batches through the real SDKs: made, waited for, collected; what fails in them; what they cost."""

import io
import json

import pytest
from tests.double.clients import MODEL, PROMPT, anthropic_client, google_client, openai_client

from itemwell.double import Double, Fault


def echo(seen):
    return f"answer to {seen.prompt}"


@pytest.fixture
def double():
    with Double(brain=echo, batch_seconds=0) as double:
        yield double


def rows_of(content):
    return [json.loads(line) for line in content.splitlines()]


def hand_in(client, keys):
    lines = [
        {
            "custom_id": key,
            "method": "POST",
            "url": "/v1/responses",
            "body": {"model": MODEL["openai"], "input": key},
        }
        for key in keys
    ]
    content = "\n".join(map(json.dumps, lines)).encode()
    file = client.files.create(file=("asks.jsonl", content), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint="/v1/responses", completion_window="24h"
    )


def test_openai_s_batch_goes_up_and_comes_down_as_files(double):
    with openai_client(double) as client:
        made = hand_in(client, ["a", "b", "c"])
        batch = client.batches.retrieve(made.id)
        rows = rows_of(client.files.content(batch.output_file_id).text)

    assert batch.status == "completed"
    assert batch.request_counts.completed == 3
    said = {
        row["custom_id"]: row["response"]["body"]["output"][0]["content"][0]["text"] for row in rows
    }
    assert said == {key: f"answer to {key}" for key in "abc"}
    assert double.bill["openai"].batched == 3


def test_openai_s_failed_and_expired_lines_are_in_the_error_file(double):
    double.script_lines("openai", ["fine", Fault.SERVER_ERROR, Fault.EXPIRED])
    with openai_client(double) as client:
        batch = client.batches.retrieve(hand_in(client, ["a", "b", "c"]).id)
        rows = {
            row["custom_id"]: row for row in rows_of(client.files.content(batch.error_file_id).text)
        }

    assert rows["b"]["response"]["status_code"] == 500
    assert rows["c"]["error"]["code"] == "batch_expired"
    assert double.bill.calls == 1


def test_openai_refuses_a_file_with_an_id_twice(double):
    with openai_client(double) as client:
        batch = hand_in(client, ["a", "a"])

    assert batch.status == "failed"
    assert batch.errors.data[0].code == "duplicate_custom_id"
    assert double.bill.calls == 0


def test_a_batch_takes_its_time():
    with Double(batch_seconds=3600) as double, openai_client(double) as client:
        made = hand_in(client, ["a", "b"])
        running = client.batches.retrieve(made.id)
        cancelled = client.batches.cancel(made.id)

    assert (running.status, running.output_file_id) == ("in_progress", None)
    assert cancelled.status == "cancelled"
    assert double.bill.calls == 1


def anthropic_requests(keys):
    return [
        {
            "custom_id": key,
            "params": {
                "model": MODEL["anthropic"],
                "max_tokens": 400,
                "messages": [{"role": "user", "content": key}],
            },
        }
        for key in keys
    ]


def test_anthropic_s_batch_gives_results_by_id(double):
    double.script_lines("anthropic", [Fault.OVERLOADED, Fault.EXPIRED, Fault.REFUSED])
    with anthropic_client(double) as client:
        made = client.messages.batches.create(requests=anthropic_requests("abcd"))
        batch = client.messages.batches.retrieve(made.id)
        results = {row.custom_id: row.result for row in client.messages.batches.results(made.id)}

    assert batch.processing_status == "ended"
    assert [results[key].type for key in "abcd"] == ["errored", "expired", "succeeded", "succeeded"]
    assert results["a"].error.error.type == "overloaded_error"
    assert results["c"].message.stop_reason == "refusal"
    assert results["d"].message.content[0].text == "answer to d"
    assert double.bill["anthropic"].batched == 2


def test_google_s_inline_batch_answers_in_order(double):
    from google.genai.types import InlinedRequest

    double.script_lines("google", ["one", Fault.SERVER_ERROR])
    with google_client(double) as client:
        source = [InlinedRequest(contents=key, metadata={"key": key}) for key in "abc"]
        made = client.batches.create(model=MODEL["google"], src=source)
        batch = client.batches.get(name=made.name)
        listed = [one.name for one in client.batches.list()]

    assert batch.state.name == "JOB_STATE_SUCCEEDED"
    assert listed == [made.name]
    first, second, third = batch.dest.inlined_responses
    assert (first.response.text, third.response.text) == ("one", "answer to c")
    assert second.error.code == 500
    assert third.metadata == {"key": "c"}


def test_google_s_batch_can_come_from_a_file(double):
    lines = [
        {"key": key, "request": {"contents": [{"parts": [{"text": key}]}]}} for key in ("a", "b")
    ]
    content = io.BytesIO("\n".join(map(json.dumps, lines)).encode())
    with google_client(double) as client:
        file = client.files.upload(file=content, config={"mime_type": "application/jsonl"})
        made = client.batches.create(model=MODEL["google"], src=file.name)
        batch = client.batches.get(name=made.name)
        rows = rows_of(client.files.download(file=batch.dest.file_name))

    assert {row["key"] for row in rows} == {"a", "b"}
    assert double.bill["google"].batched == 2


@pytest.mark.parametrize(
    ("fault", "word"), [("BATCH_FAILED", "FAILED"), ("BATCH_EXPIRED", "EXPIRED")]
)
def test_a_whole_batch_can_fail_or_expire(double, fault, word):
    for vendor in ("openai", "google"):
        double.script(vendor, [getattr(Fault, fault)])
    with openai_client(double) as client:
        openai = hand_in(client, ["a", "b"])
    with google_client(double) as client:
        google = client.batches.create(model=MODEL["google"], src=[{"contents": PROMPT}])

    assert openai.status.upper() == word
    assert google.state.name == f"JOB_STATE_{word}"
    assert double.bill.calls == 0


def test_submitting_can_be_refused(double):
    double.script("anthropic", [Fault.RATE_LIMIT])

    with pytest.raises(Exception, match="429"), anthropic_client(double) as client:
        client.messages.batches.create(requests=anthropic_requests("a"))

    assert double.bill.calls == 0


def test_a_batch_that_nobody_made_is_not_found(double):
    with pytest.raises(Exception, match="404"), openai_client(double) as client:
        client.batches.retrieve("batch_unknown")
