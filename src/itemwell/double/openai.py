"""OpenAI's wire format: responses, chat completions, models.

Files and batches: `openai_batch`. Embeddings: `embeddings`.
"""

import re
import time
from typing import Any

from itemwell.double import strict
from itemwell.double.answer import Answer
from itemwell.double.faults import Fault
from itemwell.double.seen import Asked, Seen, text_of
from itemwell.double.vendor import GATEWAY, Operation, Refusal
from itemwell.double.wire import Request

NAME = "openai"
KEY = "sk-proj-double-0penA1keyOfTheDouble000000000001"
SOLD = (
    "gpt-6.2-astra gpt-6-astra gpt-6.2-sol gpt-6.1-sol gpt-6-sol gpt-6.1-terra gpt-6-luna gpt-5.6-sol "
    "gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.2 gpt-5.1 gpt-5 "
    "gpt-5-mini gpt-5-nano gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-mini o4-mini o3"
)
MODELS = SOLD.split()
EMBEDDERS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
"""With the dimensions that each has unless fewer are asked for."""

ROUTES = (
    ("POST", r"/v1/responses", "ask"),
    ("POST", r"/v1/chat/completions", "ask"),
    ("POST", r"/v1/embeddings", "embed"),
    ("GET", r"/v1/models", "models"),
    ("GET", r"/v1/models/(.+)", "model"),
    ("POST", r"/v1/files", "files.create"),
    ("GET", r"/v1/files", "files.list"),
    ("GET", r"/v1/files/([^/]+)/content", "files.content"),
    ("GET", r"/v1/files/([^/]+)", "files.retrieve"),
    ("DELETE", r"/v1/files/([^/]+)", "files.delete"),
    ("POST", r"/v1/batches", "batches.create"),
    ("GET", r"/v1/batches", "batches.list"),
    ("GET", r"/v1/batches/([^/]+)", "batches.retrieve"),
    ("POST", r"/v1/batches/([^/]+)/cancel", "batches.cancel"),
)
REFUSALS = {
    "RATE_LIMIT": (429, "Rate limit reached for {model} on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 1s.", "requests", "rate_limit_exceeded"),
    "QUOTA": (429, "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.", "insufficient_quota", "insufficient_quota"),
    "BILLING": (429, "Your account is not active, please check your billing details on our website.", "billing_not_active", "billing_not_active"),
    "PAYMENT": (402, "Insufficient Balance", "insufficient_balance", "insufficient_balance"),
    "AUTH": (401, "Incorrect API key provided: sk-proj-****0001. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_request_error", "invalid_api_key"),
    "FORBIDDEN": (403, "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"),
    "MODEL_NOT_FOUND": (404, "The model `{model}` does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"),
    "BAD_REQUEST": (400, "Invalid request.", "invalid_request_error", None),
    "TOO_LONG": (400, "Your input exceeds the context window of this model. Please adjust your input and try again.", "invalid_request_error", "context_length_exceeded"),
    "SERVER_ERROR": (500, "The server had an error while processing your request. Sorry about that!", "server_error", None),
    "UNAVAILABLE": (503, "The engine is currently overloaded, please try again later", "server_error", "server_overloaded"),
    "OVERLOADED": (503, "That model is currently overloaded with other requests. You can retry your request.", "server_error", "server_overloaded"),
    "STATUS": (418, "Something else.", "invalid_request_error", None),
    "NO_ROUTE": (404, "Invalid URL", "invalid_request_error", None),
    "NOT_FOUND": (404, "No such object", "invalid_request_error", None),
}  # fmt: skip


def key(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def operation(method: str, path: str) -> Operation | None:
    for verb, pattern, name in ROUTES:
        if verb == method and (found := re.fullmatch(pattern, path)):
            return Operation(name, found[1] if found.groups() else path)
    return None


def read(operation: Operation, body: dict[str, Any]) -> Asked:
    if operation.argument.endswith("/responses"):
        said = body.get("input", "")
        messages = [{"role": "user", "content": said}] if isinstance(said, str) else said
        wanted = body.get("text", {}).get("format", {})
        limit = body.get("max_output_tokens")
        first = [body.get("instructions") or ""]
    else:
        messages = body.get("messages", [])
        wanted = body.get("response_format", {}).get("json_schema", {}) or _forced(body)
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        first = []
    schema = wanted.get("schema")
    if schema and wanted.get("strict"):
        strict.openai(schema, wanted.get("name", ""))
    system = [text_of(one) for one in messages if one.get("role") in {"system", "developer"}]
    prompt = [text_of(one) for one in messages if one.get("role") == "user"]
    return Asked(
        str(body.get("model", "")),
        "\n".join(filter(None, first + system)),
        "\n".join(prompt),
        schema,
        limit,
    )


def _forced(body: dict[str, Any]) -> dict[str, Any]:
    """The one function that has to be called, as a wanted answer: so instructor asks for JSON."""
    functions = [tool.get("function", {}) for tool in body.get("tools") or ()]
    return {"schema": functions[0].get("parameters")} if len(functions) == 1 else {}


def render(seen: Seen, answer: Answer, request_id: str) -> dict[str, Any]:
    chat = seen.path.endswith("/chat/completions")
    body = (_completion if chat else _response)(seen, answer, request_id)
    match answer.usage:
        case "null":
            body["usage"] = None
        case "true" | "odd":
            body["usage"] = _usage(answer, chat=chat)
    return body


def _usage(answer: Answer, *, chat: bool) -> dict[str, Any]:
    true = answer.tokens
    put, out, cached, reasoning = true if answer.usage == "true" else (answer.odd,) * 4
    first, second = ("prompt", "completion") if chat else ("input", "output")
    return {
        f"{first}_tokens": put,
        f"{first}_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        f"{second}_tokens": out,
        f"{second}_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": put + out if answer.usage == "true" else answer.odd,
    }


def _response(seen: Seen, answer: Answer, request_id: str) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "output_text", "text": answer.text, "annotations": []}
    if answer.ending == "refused":
        part = {"type": "refusal", "refusal": answer.text}
    reason = {"length": "max_output_tokens", "blocked": "content_filter", "filtered": "content_filter", "other": answer.reason}.get(answer.ending)  # fmt: skip
    status = "incomplete" if reason else "completed"
    message: dict[str, Any] = {
        "type": "message", "id": f"msg_{request_id}", "role": "assistant", "status": status,
        "content": [part],
    }  # fmt: skip
    silent = answer.ending in {"empty", "blocked", "filtered"} or (
        answer.ending == "length" and not answer.text
    )
    thought = {"type": "reasoning", "id": f"rs_{request_id}", "summary": []}
    return {
        "id": f"resp_{request_id}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": seen.system or None,
        "max_output_tokens": seen.max_tokens,
        "model": seen.model,
        "output": ([thought] if answer.tokens.reasoning else []) + ([] if silent else [message]),
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": 1.0,
        "text": seen.body.get("text", {"format": {"type": "text"}}),
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "metadata": {},
    }


def _completion(seen: Seen, answer: Answer, request_id: str) -> dict[str, Any]:
    finish = {"length": "length", "blocked": "content_filter", "filtered": "content_filter", "other": answer.reason}.get(answer.ending, "stop")  # fmt: skip
    refused = answer.ending == "refused"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if refused else answer.text,
        "refusal": answer.text if refused else None,
        "annotations": [],
    }
    if seen.body.get("tools") and finish == "stop":
        call = {"name": seen.body["tools"][0]["function"]["name"], "arguments": answer.text}
        called = {"id": f"call_{request_id}", "type": "function", "function": call}
        message |= {"content": None, "tool_calls": [called]}
        finish = "tool_calls"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {
        "id": f"chatcmpl-{request_id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": seen.model,
        "choices": [] if answer.ending == "empty" else [choice],
        "service_tier": "default",
        "system_fingerprint": "fp_double",
    }


def refuse(fault: Fault, model: str, message: str = "") -> Refusal:
    if fault.name == "BAD_GATEWAY":
        return Refusal(502, GATEWAY)
    status, words, kind, code = REFUSALS[fault.name]
    words = message or words.format(model=model)
    error = {"message": words, "type": kind, "param": None, "code": code}
    return Refusal(fault["status"] or status, {"error": error})


def headers(request_id: str, number: int) -> dict[str, str]:
    return {
        "x-request-id": f"req_{request_id}",
        "openai-processing-ms": "1",
        "openai-version": "2020-10-01",
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": str(9999 - number % 9999),
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-limit-tokens": "30000000",
        "x-ratelimit-remaining-tokens": "29999000",
        "x-ratelimit-reset-tokens": "0s",
    }


def listed(models: list[str]) -> dict[str, Any]:
    return {"object": "list", "data": [model(name) for name in models]}


def model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_770_000_000, "owned_by": "openai"}
