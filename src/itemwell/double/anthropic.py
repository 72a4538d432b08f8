"""Anthropic's wire format: messages and models. Message batches: `anthropic_batch`."""

import re
import time
from datetime import UTC, datetime
from typing import Any

from itemwell.double import strict
from itemwell.double.answer import Answer
from itemwell.double.faults import Fault
from itemwell.double.seen import Asked, Seen, text_of
from itemwell.double.vendor import GATEWAY, Operation, Refusal
from itemwell.double.wire import Request

NAME = "anthropic"
KEY = "sk-ant-api03-double-AnthropicKeyOfTheDouble000000000002"
SOLD = (
    "claude-fable-5-2 claude-fable-5-1 claude-fable-5 claude-mythos-5-2 claude-opus-5-5 claude-opus-5 "
    "claude-sonnet-5-5 claude-sonnet-5 claude-haiku-5-5 claude-opus-4-8 claude-opus-4-7 "
    "claude-opus-4-6 claude-opus-4-5 claude-sonnet-4-6 claude-sonnet-4-5 claude-haiku-4-5"
)
MODELS = SOLD.split()
ROUTES = (
    ("POST", r"/v1/messages", "ask"),
    ("POST", r"/v1/messages/count_tokens", "count"),
    ("GET", r"/v1/models", "models"),
    ("GET", r"/v1/models/(.+)", "model"),
    ("POST", r"/v1/messages/batches", "batches.create"),
    ("GET", r"/v1/messages/batches", "batches.list"),
    ("GET", r"/v1/messages/batches/([^/]+)", "batches.retrieve"),
    ("GET", r"/v1/messages/batches/([^/]+)/results", "batches.results"),
    ("POST", r"/v1/messages/batches/([^/]+)/cancel", "batches.cancel"),
    ("DELETE", r"/v1/messages/batches/([^/]+)", "batches.delete"),
)
REFUSALS = {
    "RATE_LIMIT": (429, "rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits."),
    "QUOTA": (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."),
    "BILLING": (402, "billing_error", "There is an issue with your billing or payment information. Please check your payment details."),
    "PAYMENT": (402, "billing_error", "Payment required."),
    "AUTH": (401, "authentication_error", "invalid x-api-key"),
    "FORBIDDEN": (403, "permission_error", "Your API key does not have permission to use the specified resource."),
    "MODEL_NOT_FOUND": (404, "not_found_error", "model: {model}"),
    "BAD_REQUEST": (400, "invalid_request_error", "Invalid request."),
    "TOO_LONG": (400, "invalid_request_error", "prompt is too long: 1200000 tokens > 1000000 maximum"),
    "SERVER_ERROR": (500, "api_error", "Internal server error"),
    "UNAVAILABLE": (503, "api_error", "Service unavailable"),
    "OVERLOADED": (529, "overloaded_error", "Overloaded"),
    "STATUS": (418, "api_error", "Something else."),
    "NO_ROUTE": (404, "not_found_error", "Not Found"),
    "NOT_FOUND": (404, "not_found_error", "Not found"),
}  # fmt: skip
FINISHES = {
    "length": "max_tokens",
    "refused": "refusal",
    "blocked": "refusal",
    "filtered": "refusal",
}


def key(request: Request) -> str:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key", "") or bearer


def operation(method: str, path: str) -> Operation | None:
    for verb, pattern, name in ROUTES:
        if verb == method and (found := re.fullmatch(pattern, path)):
            return Operation(name, found[1] if found.groups() else path)
    return None


def read(operation: Operation, body: dict[str, Any]) -> Asked:
    if operation.name == "ask" and not isinstance(body.get("max_tokens"), int):
        raise ValueError("max_tokens: Field required")
    wanted = (body.get("output_config") or {}).get("format") or {}
    schema = wanted.get("schema")
    if schema:
        strict.anthropic(schema)
    prompt = [text_of(one) for one in body.get("messages", []) if one.get("role") == "user"]
    return Asked(
        str(body.get("model", "")),
        text_of(body.get("system", "")),
        "\n".join(prompt),
        schema,
        body.get("max_tokens"),
    )


def render(seen: Seen, answer: Answer, request_id: str) -> dict[str, Any]:
    refused = FINISHES.get(answer.ending) == "refusal"
    silent = answer.ending == "empty" or refused or (answer.ending == "length" and not answer.text)
    body: dict[str, Any] = {
        "id": f"msg_{request_id}",
        "type": "message",
        "role": "assistant",
        "model": seen.model,
        "content": [] if silent else [{"type": "text", "text": answer.text}],
        "stop_reason": answer.reason or FINISHES.get(answer.ending, "end_turn"),
        "stop_sequence": None,
    }
    if refused:
        explanation = answer.text or "This request was declined."
        body["stop_details"] = {"type": "refusal", "category": None, "explanation": explanation}
    match answer.usage:
        case "null":
            body["usage"] = None
        case "true" | "odd":
            body["usage"] = _usage(answer, seen)
    return body


def _usage(answer: Answer, seen: Seen) -> dict[str, Any]:
    true = answer.tokens
    put, out, cached, reasoning = (
        (true.input - true.cached, true.output, true.cached, true.reasoning)
        if answer.usage == "true"
        else (answer.odd,) * 4
    )
    return {
        "input_tokens": put,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": out,
        "output_tokens_details": {"thinking_tokens": reasoning},
        "service_tier": "batch" if seen.batch else "standard",
    }


def refuse(fault: Fault, model: str, message: str = "") -> Refusal:
    if fault.name == "BAD_GATEWAY":
        return Refusal(502, GATEWAY)
    status, kind, words = REFUSALS[fault.name]
    error = {"type": kind, "message": message or words.format(model=model)}
    return Refusal(
        fault["status"] or status,
        {"type": "error", "error": error, "request_id": f"req_{int(time.time() * 1e6):x}"},
    )


def headers(request_id: str, number: int) -> dict[str, str]:
    reset = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "request-id": f"req_{request_id}",
        "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
        "anthropic-ratelimit-requests-limit": "4000",
        "anthropic-ratelimit-requests-remaining": str(3999 - number % 3999),
        "anthropic-ratelimit-requests-reset": reset,
        "anthropic-ratelimit-input-tokens-limit": "2000000",
        "anthropic-ratelimit-input-tokens-remaining": "1999000",
        "anthropic-ratelimit-input-tokens-reset": reset,
        "anthropic-ratelimit-output-tokens-limit": "400000",
        "anthropic-ratelimit-output-tokens-remaining": "399000",
        "anthropic-ratelimit-output-tokens-reset": reset,
    }


def listed(models: list[str]) -> dict[str, Any]:
    ends = {"first_id": models[0], "last_id": models[-1]} if models else {}
    return {"data": [model(name) for name in models], "has_more": False, **ends}


def model(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "type": "model",
        "display_name": name.replace("-", " ").title(),
        "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": "active",
        "max_input_tokens": 1_000_000,
        "max_tokens": 64_000,
    }
