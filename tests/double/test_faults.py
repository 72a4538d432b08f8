"""Each fault does on the wire what its name says, in each of the four formats."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from tests.double.clients import A_QUESTION, BODIES, VENDORS, ask, post

from itemwell.double import ALL, FATAL, SLOW, USUAL, Double, Fault, Layer

FORMS = tuple(BODIES)


def vendor_of(form):
    return "openai" if form == "chat" else form


@pytest.fixture(scope="module")
def double():
    with Double(brain=lambda _: A_QUESTION) as double:
        yield double


@pytest.fixture(params=FORMS)
def struck(request, double):
    """Posts one ask of this format that meets the given fault."""

    def post_it(fault, **options):
        double.script(vendor_of(request.param), [fault])
        return post(double, request.param, **options)

    post_it.form = request.param
    return post_it


# status, and what the body says of the reason, for each vendor
REFUSALS = {
    Fault.RATE_LIMIT: {
        "openai": (429, "rate_limit_exceeded"),
        "anthropic": (429, "rate_limit_error"),
        "google": (429, "PerMinute"),
    },
    Fault.QUOTA: {
        "openai": (429, "insufficient_quota"),
        "anthropic": (400, "credit balance is too low"),
        "google": (429, "PerDay"),
    },
    Fault.BILLING: {
        "openai": (429, "billing_not_active"),
        "anthropic": (402, "billing_error"),
        "google": (403, "BILLING_DISABLED"),
    },
    Fault.PAYMENT: dict.fromkeys(VENDORS, (402, "message")),
    Fault.AUTH: {
        "openai": (401, "invalid_api_key"),
        "anthropic": (401, "authentication_error"),
        "google": (400, "API_KEY_INVALID"),
    },
    Fault.FORBIDDEN: {
        "openai": (403, "unsupported_country"),
        "anthropic": (403, "permission_error"),
        "google": (403, "PERMISSION_DENIED"),
    },
    Fault.MODEL_NOT_FOUND: {
        "openai": (404, "model_not_found"),
        "anthropic": (404, "not_found_error"),
        "google": (404, "NOT_FOUND"),
    },
    Fault.BAD_REQUEST: {
        "openai": (400, "invalid_request_error"),
        "anthropic": (400, "invalid_request_error"),
        "google": (400, "INVALID_ARGUMENT"),
    },
    Fault.TOO_LONG: {
        "openai": (400, "context_length_exceeded"),
        "anthropic": (400, "prompt is too long"),
        "google": (400, "exceeds the maximum"),
    },
    Fault.SERVER_ERROR: {
        "openai": (500, "server_error"),
        "anthropic": (500, "api_error"),
        "google": (500, "INTERNAL"),
    },
    Fault.BAD_GATEWAY: dict.fromkeys(VENDORS, (502, "<h1>502 Bad Gateway")),
    Fault.UNAVAILABLE: {
        "openai": (503, "server_error"),
        "anthropic": (503, "api_error"),
        "google": (503, "UNAVAILABLE"),
    },
    Fault.OVERLOADED: {
        "openai": (503, "server_overloaded"),
        "anthropic": (529, "overloaded_error"),
        "google": (503, "overloaded"),
    },
    Fault.STATUS(status=529): dict.fromkeys(VENDORS, (529, "message")),
}


def named(value):
    return value.name if isinstance(value, Fault) else None


@pytest.mark.parametrize("fault", REFUSALS, ids=named)
def test_a_refusal_has_the_vendor_s_status_and_words(double, struck, fault):
    charged = double.bill.calls

    reply = struck(fault)

    status, words = REFUSALS[fault][vendor_of(struck.form)]
    assert reply.status == status
    assert words in reply.body.decode()
    assert double.bill.calls == charged


@pytest.mark.parametrize("wait", ["1", "3600", "0", "-5", "soon", "Sun, 22 Nov 2026 10:00:00 GMT"])
def test_retry_after_is_sent_as_it_was_given(struck, wait):
    assert struck(Fault.RATE_LIMIT(retry_after=wait)).headers["retry-after"] == wait


def test_retry_after_can_be_a_date_ahead_or_absent(struck):
    dated = struck(Fault.RATE_LIMIT(retry_after=timedelta(hours=1))).headers["retry-after"]

    ahead = parsedate_to_datetime(dated) - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)
    assert "retry-after" not in struck(Fault.RATE_LIMIT(retry_after=None)).headers


TEXTS = {
    Fault.FENCE: lambda text: text.startswith("```json\n{") and text.endswith("}\n```"),
    Fault.TRAILING: lambda text: text.startswith("{") and text.endswith("another one."),
    Fault.LEADING: lambda text: text.startswith("Here is") and text.endswith("}"),
    Fault.TWO_OBJECTS: lambda text: (
        [json.loads(line) for line in text.split("\n")] == [A_QUESTION] * 2
    ),
    Fault.NOT_JSON: lambda text: "{" not in text,
    Fault.WRONG_SHAPE: lambda text: json.loads(text) == {"answer": 42},
    Fault.CUT: lambda text: json.dumps(A_QUESTION).startswith(text),
    Fault.HALF_EMOJI: lambda text: (
        "\\ud83d" in text and json.loads(text)["stem"].endswith("\ud83d")
    ),
    Fault.LONE_SURROGATE: lambda text: "\ud83d" in text,
    Fault.NUL: lambda text: "\\u0000" in text and "\0" in json.loads(text)["stem"],
    Fault.NUL(raw=True): lambda text: "\0" in text,
    Fault.DEEP: lambda text: text.startswith('{"a":' * 1000) and len(text) > 500_000,
    Fault.MANY: lambda text: len(json.loads(text)["options"]) == 100_000,
    Fault.EMPTY_TEXT: lambda text: text == "",
}


@pytest.mark.parametrize("fault", TEXTS, ids=named)
def test_a_spoilt_text_comes_in_a_good_envelope_and_is_billed(double, struck, fault):
    charged = double.bill.calls

    reply = struck(fault)

    assert reply.status == 200
    assert TEXTS[fault](reply.text)
    assert double.bill.calls == charged + 1


ENDINGS = {
    Fault.REFUSED: {
        "openai": '"type": "refusal"',
        "chat": '"refusal": "I\'m sorry',
        "anthropic": '"stop_reason": "refusal"',
        "google": '"finishReason": "PROHIBITED_CONTENT"',
    },
    Fault.BLOCKED: {
        "openai": '"reason": "content_filter"',
        "chat": '"finish_reason": "content_filter"',
        "anthropic": '"stop_reason": "refusal"',
        "google": '"blockReason": "SAFETY"',
    },
    Fault.FILTERED: {
        "openai": '"reason": "content_filter"',
        "chat": '"finish_reason": "content_filter"',
        "anthropic": '"stop_reason": "refusal"',
        "google": '"finishReason": "SAFETY"',
    },
    Fault.EMPTY: {
        "openai": '"output": []',
        "chat": '"choices": []',
        "anthropic": '"content": []',
        "google": '"candidates": []',
    },
    Fault.FINISH: {
        "openai": '"reason": "unheard_of"',
        "chat": '"finish_reason": "unheard_of"',
        "anthropic": '"stop_reason": "unheard_of"',
        "google": '"finishReason": "unheard_of"',
    },
    Fault.MAX_TOKENS: {
        "openai": '"reason": "max_output_tokens"',
        "chat": '"finish_reason": "length"',
        "anthropic": '"stop_reason": "max_tokens"',
        "google": '"finishReason": "MAX_TOKENS"',
    },
}


@pytest.mark.parametrize("fault", ENDINGS, ids=named)
def test_an_ending_is_told_in_the_vendor_s_way(struck, fault):
    reply = struck(fault)

    assert reply.status == 200
    assert ENDINGS[fault][struck.form] in reply.body.decode()


def test_reasoning_can_use_up_all_tokens(struck):
    assert not struck(Fault.MAX_TOKENS(kept=0)).text


def test_usage_can_be_missing_null_negative_and_absurd(struck):
    name = "usageMetadata" if struck.form == "google" else "usage"

    assert name not in struck(Fault.USAGE_MISSING).json
    assert struck(Fault.USAGE_MISSING(null=True)).json[name] is None
    assert "-7" in json.dumps(struck(Fault.USAGE_NEGATIVE).json[name])
    assert "1000000000000000" in json.dumps(struck(Fault.USAGE_ABSURD).json[name])
    assert "many" in json.dumps(struck(Fault.USAGE_ABSURD(value="many")).json[name])


def test_the_bill_has_the_truth_where_the_usage_lies(double, struck):
    struck(Fault.USAGE_ABSURD)

    assert 0 < list(double.bill)[-1].tokens.output < 1000


def test_bad_utf8_is_half_an_emoji_in_bytes(struck):
    body = struck(Fault.BAD_UTF8).body

    assert b"\xf0\x9f" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_a_body_can_be_anything_with_200(struck):
    html = struck(Fault.HTML)

    assert (html.status, html.headers["content-type"]) == (200, "text/html")
    assert html.body.startswith(b"<!doctype html>")
    assert [struck(fault).body for fault in (Fault.EMPTY_OBJECT, Fault.NULL, Fault.EMPTY_BODY)] == [
        b"{}",
        b"null",
        b"",
    ]
    assert struck(Fault.WRONG_TYPE).headers["content-type"] == "text/plain"


@pytest.mark.parametrize("fault", [Fault.INVALID_JSON, Fault.TRUNCATED], ids=named)
def test_json_can_be_invalid_or_cut_in_a_whole_response(struck, fault):
    reply = struck(fault)

    assert len(reply.body) == int(reply.headers["content-length"])
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        reply.json  # noqa: B018


def test_a_deep_body_is_sent(struck):
    assert len(struck(Fault.DEEP_BODY).body) == 600_001


BREAKS = {
    Fault.RESET: ConnectionResetError,
    Fault.CLOSE: http.client.RemoteDisconnected,
    Fault.RESET_IN_BODY: ConnectionResetError,
    Fault.CLOSE_IN_BODY: http.client.IncompleteRead,
    Fault.NOT_HTTP: http.client.BadStatusLine,
}


@pytest.mark.parametrize("fault", BREAKS, ids=named)
def test_a_connection_can_break(double, struck, fault):
    charged = double.bill.calls

    with pytest.raises(BREAKS[fault]) as broken:
        struck(fault)

    assert broken.type is BREAKS[fault]
    assert double.bill.calls - charged == fault["billed"]
    assert not fault["billed"] or not list(double.bill)[-1].delivered


def test_half_of_the_body_comes_before_it_breaks(struck):
    with pytest.raises(http.client.IncompleteRead) as broken:
        struck(Fault.CLOSE_IN_BODY)

    assert len(broken.value.partial) > 50


def test_a_drip_beats_a_read_timeout(double):
    """All four formats at once: each takes longer than a timeout that no single wait reaches."""
    timeout, least_bytes = 3.0, 900
    drip = Fault.DRIP(seconds=timeout / least_bytes, answer="x" * 600)

    def dripped(form):
        double.script(vendor_of(form), [drip])
        start = time.monotonic()
        reply = post(double, form, timeout=timeout)
        return reply.status, time.monotonic() - start

    with ThreadPoolExecutor(len(FORMS)) as pool:
        replies = list(pool.map(dripped, FORMS))

    assert [status for status, _ in replies] == [200] * len(FORMS)
    assert min(seconds for _, seconds in replies) > timeout


def test_headers_can_come_a_byte_at_a_time(struck):
    start = time.monotonic()

    assert struck(Fault.SLOW_HEADERS(seconds=0.001)).status == 200
    assert time.monotonic() - start > 0.1


def test_an_answer_can_never_come(struck):
    with pytest.raises(TimeoutError):
        struck(Fault.HANG, timeout=0.1)


def test_a_huge_body_ends_in_a_good_answer(double):
    double.script("openai", [Fault.HUGE])

    reply = post(double, "openai")

    assert len(reply.body) > 60_000_000
    assert json.loads(reply.text) == A_QUESTION


def test_a_huge_body_can_be_small_on_the_wire(struck):
    reply = struck(Fault.HUGE(gzip=True))

    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.body) < 1_000_000


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_leads_to_another_host(struck, status):
    reply = struck(Fault.REDIRECT(status=status))

    assert reply.status == status
    assert reply.headers["location"].startswith("http://localhost:")


def test_a_key_that_follows_a_redirect_is_noticed():
    with Double() as double:
        for vendor in VENDORS:
            double.script(vendor, [Fault.REDIRECT])
            with suppress(AttributeError):  # the answer from there is empty
                ask(double, vendor)

        assert len(double.strayed) == 3
        assert "google" in double.leaked


def test_a_storm_lasts():
    with Double() as double:
        double.script("google", [Fault.STORM(n=3, fault=Fault.OVERLOADED)])
        statuses = [post(double, "google").status for _ in range(4)]

    assert statuses == [503, 503, 503, 200]


def test_a_fault_can_have_an_answer_of_its_own(struck):
    assert struck(Fault.FENCE(answer={"a": 1})).text == '```json\n{"a": 1}\n```'


def test_a_fault_refuses_an_option_that_it_does_not_have():
    with pytest.raises(TypeError, match="RATE_LIMIT has no retry_afer"):
        Fault.RATE_LIMIT(retry_afer="1")


def test_the_usual_faults_are_quick_and_leave_the_vendor_usable():
    names = {fault.name for fault in USUAL}

    assert not names & (FATAL | SLOW)
    assert {Layer.REFUSAL, Layer.ANSWER, Layer.WIRE} == {fault.layer for fault in USUAL}
    assert names < set(ALL)


def test_an_empty_answer_is_tripped_over_by_a_careless_client():
    with Double() as double:
        double.script("google", [Fault.EMPTY])
        reply = ask(double, "google")

    assert reply.candidates == []
    assert reply.text is None
