"""Google's wire format: generateContent and models. Batches and their files: `google_batch`. Embeddings: `embeddings`.

The SDK asks under `/v1` and, where it is told so, `/v1beta`: both are served.
"""

import re
from datetime import timedelta
from typing import Any

from itemwell.double.answer import Answer
from itemwell.double.faults import Fault
from itemwell.double.seen import Asked, Seen, text_of
from itemwell.double.vendor import GATEWAY, Operation, Refusal
from itemwell.double.wire import Request

NAME = "google"
KEY = "AIzaSyDouble0GoogleKeyOfTheDouble000003"
SOLD = (
    "gemini-4-argon gemini-3.8-flash gemini-3.7-flash gemini-3.6-flash gemini-3.5-flash "
    "gemini-3.5-flash-lite gemini-3.1-pro-preview gemini-3.1-flash-lite gemini-3-pro-preview "
    "gemini-3-flash-preview gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite"
)
MODELS = SOLD.split()
EMBEDDERS = {"gemini-embedding-001": 3072, "gemini-embedding-2": 3072}
ROUTES = (
    ("POST", r"/v1\w*/(?:models/)?([^/:]+):generateContent", "ask"),
    ("POST", r"/v1\w*/(?:models/)?([^/:]+):countTokens", "count"),
    ("POST", r"/v1\w*/(?:models/)?([^/:]+):batchEmbedContents", "embed"),
    ("POST", r"/v1\w*/(?:models/)?([^/:]+):batchGenerateContent", "batches.create"),
    ("GET", r"/v1\w*/models", "models"),
    ("GET", r"/v1\w*/models/([^/:]+)", "model"),
    ("GET", r"/v1\w*/batches", "batches.list"),
    ("GET", r"/v1\w*/batches/([^/:]+)", "batches.get"),
    ("POST", r"/v1\w*/batches/([^/:]+):cancel", "batches.cancel"),
    ("DELETE", r"/v1\w*/batches/([^/:]+)", "batches.delete"),
    ("POST", r"/upload/v1\w*/files", "files.start"),
    ("POST", r"/upload/v1\w*/files/([^/:]+)", "files.upload"),
    ("GET", r"/v1\w*/files/([^/:]+):download", "files.download"),
    ("GET", r"/v1\w*/files/([^/:]+)", "files.get"),
)
REFUSALS = {
    "RATE_LIMIT": (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota. Please retry shortly. * Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_requests, limit: 10, model: {model}", ""),
    "QUOTA": (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.", ""),
    "BILLING": (403, "PERMISSION_DENIED", "This API method requires billing to be enabled. Please enable billing on project #0 by visiting https://console.developers.google.com/billing/enable?project=0 then retry.", "BILLING_DISABLED"),
    "PAYMENT": (402, "FAILED_PRECONDITION", "Payment required.", "BILLING_DISABLED"),
    "AUTH": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"),
    "FORBIDDEN": (403, "PERMISSION_DENIED", "Permission denied: Consumer has been suspended.", "CONSUMER_SUSPENDED"),
    "MODEL_NOT_FOUND": (404, "NOT_FOUND", "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.", ""),
    "BAD_REQUEST": (400, "INVALID_ARGUMENT", "Request contains an invalid argument.", ""),
    "TOO_LONG": (400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", ""),
    "SERVER_ERROR": (500, "INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting", ""),
    "UNAVAILABLE": (503, "UNAVAILABLE", "The service is currently unavailable.", ""),
    "OVERLOADED": (503, "UNAVAILABLE", "The model is overloaded. Please try again later.", ""),
    "STATUS": (418, "UNKNOWN", "Something else.", ""),
    "NO_ROUTE": (404, "NOT_FOUND", "The requested URL was not found on this server.", ""),
    "NOT_FOUND": (404, "NOT_FOUND", "Requested entity was not found.", ""),
}  # fmt: skip
FINISHES = {"length": "MAX_TOKENS", "refused": "PROHIBITED_CONTENT", "filtered": "SAFETY"}
TYPES = "type.googleapis.com/google.rpc."


def key(request: Request) -> str:
    return request.headers.get("x-goog-api-key") or request.query.get("key", "")


def operation(method: str, path: str) -> Operation | None:
    for verb, pattern, name in ROUTES:
        if verb == method and (found := re.fullmatch(pattern, path)):
            return Operation(name, found[1] if found.groups() else path)
    return None


def read(operation: Operation, body: dict[str, Any]) -> Asked:
    settings = body.get("generationConfig") or {}
    said = body.get("contents", [])
    prompt = [text_of(one) for one in said if one.get("role", "user") == "user"]
    return Asked(
        operation.argument,
        text_of(body.get("systemInstruction") or ""),
        "\n".join(prompt),
        settings.get("responseJsonSchema") or settings.get("responseSchema"),
        settings.get("maxOutputTokens"),
    )


def render(seen: Seen, answer: Answer, request_id: str) -> dict[str, Any]:
    body: dict[str, Any] = {"modelVersion": seen.model, "responseId": request_id}
    if answer.ending == "blocked":
        body["promptFeedback"] = {"blockReason": "SAFETY", "safetyRatings": []}
    else:
        body["candidates"] = [] if answer.ending == "empty" else [_candidate(answer)]
    match answer.usage:
        case "null":
            body["usageMetadata"] = None
        case "true" | "odd":
            body["usageMetadata"] = _usage(answer)
    return body


def _candidate(answer: Answer) -> dict[str, Any]:
    content: dict[str, Any] = {"role": "model"}
    silent = answer.ending in FINISHES and (answer.ending != "length" or not answer.text)
    if not silent:
        content["parts"] = [{"text": answer.text}]
    reason = answer.reason or FINISHES.get(answer.ending, "STOP")
    return {"content": content, "finishReason": reason, "index": 0}


def _usage(answer: Answer) -> dict[str, Any]:
    true = answer.tokens
    put, out, cached, thoughts = (
        (true.input, true.output - true.reasoning, true.cached, true.reasoning)
        if answer.usage == "true"
        else (answer.odd,) * 4
    )
    return {
        "promptTokenCount": put,
        "candidatesTokenCount": out,
        "totalTokenCount": true.input + true.output if answer.usage == "true" else answer.odd,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": put}],
        **({"thoughtsTokenCount": thoughts} if thoughts else {}),
        **({"cachedContentTokenCount": cached} if cached else {}),
    }


def refuse(fault: Fault, model: str, message: str = "") -> Refusal:
    if fault.name == "BAD_GATEWAY":
        return Refusal(502, GATEWAY)
    status, word, words, reason = REFUSALS[fault.name]
    status = fault["status"] or status
    details = _details(fault, model, reason)
    error = {"code": status, "message": message or words.format(model=model), "status": word}
    return Refusal(status, {"error": {**error, **({"details": details} if details else {})}})


def _details(fault: Fault, model: str, reason: str) -> list[dict[str, Any]]:
    details: list[dict[str, Any]] = []
    if reason:
        details.append({"@type": f"{TYPES}ErrorInfo", "reason": reason, "domain": "googleapis.com"})
    if fault.name in {"RATE_LIMIT", "QUOTA"}:
        span = "Minute" if fault.name == "RATE_LIMIT" else "Day"
        quota = {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
            "quotaId": f"GenerateRequestsPer{span}PerProjectPerModel",
            "quotaDimensions": {"model": model, "location": "global"},
        }
        details.append({"@type": f"{TYPES}QuotaFailure", "violations": [quota]})
    wait = fault.options.get("retry_after")
    if isinstance(wait, timedelta) or str(wait).isdigit():
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else wait
        details.append({"@type": f"{TYPES}RetryInfo", "retryDelay": f"{seconds}s"})
    return details


def headers(request_id: str, number: int) -> dict[str, str]:
    del request_id, number  # the id is in the body, and limits are not told before they are reached
    return {"server-timing": "gfet4t7; dur=1", "x-content-type-options": "nosniff"}


def listed(models: list[str]) -> dict[str, Any]:
    return {"models": [model(name) for name in models]}


def model(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens", "batchGenerateContent"],
    }
