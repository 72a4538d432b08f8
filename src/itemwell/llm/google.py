"""Google's Gemini models by generateContent."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from itemwell.llm.door import Ask, Kind, Said, Usage, schema_of
from itemwell.llm.exchange import Connected, Dialect, Exchange, Refusal, tokens

HOME = "https://generativelanguage.googleapis.com"

KINDS: Mapping[str, Kind | None] = {
    "STOP": None,
    "MAX_TOKENS": "truncated",
    "SAFETY": "refused",
    "RECITATION": "refused",
    "LANGUAGE": "refused",
    "BLOCKLIST": "refused",
    "PROHIBITED_CONTENT": "refused",
    "SPII": "refused",
    "MODEL_ARMOR": "refused",
    "MALFORMED_RESPONSE": "invalid",
    "OTHER": "invalid",
}
"""How an answer may end. What is not here is a failure."""


class Part(BaseModel):
    """A piece of an answer. A thought is not the answer."""

    text: str | None = None
    thought: bool | None = None


class Content(BaseModel):
    """The pieces in order."""

    parts: list[Part] | None = None


class Candidate(BaseModel):
    """One answer of those that were asked for: we ask for one."""

    content: Content | None = None
    finish_reason: str | None = Field(None, alias="finishReason")


class Feedback(BaseModel):
    """Why a prompt was blocked, if it was."""

    block_reason: str | None = Field(None, alias="blockReason")


class Generated(BaseModel):
    """The envelope of generateContent. One of the two marks is there, or it is none."""

    candidates: list[Candidate] | None = None
    feedback: Feedback | None = Field(None, alias="promptFeedback")
    usage: Any = Field(None, alias="usageMetadata")
    id: str | None = Field(None, alias="responseId")


def connect(
    key: str, model: str, base_url: str | None = None, *, seconds: float = 300.0
) -> Connected:
    """`model` at Google's Gemini API, or at `base_url` (without /v1beta)."""
    from google import genai  # noqa: PLC0415 - a second of import
    from google.genai import errors, types  # noqa: PLC0415

    from itemwell.llm import transport  # noqa: PLC0415

    url = base_url or HOME
    line = transport.client(url, read_seconds=seconds)
    options = types.HttpOptions(base_url=url, api_version="v1beta", httpx_async_client=line)
    # The environment may name Vertex AI, whose address and credentials are others.
    sdk = genai.Client(api_key=key, vertexai=False, http_options=options)

    async def send(ask: Ask) -> tuple[str, Mapping[str, str]]:
        answer = await sdk.aio.models.generate_content(
            model=model,
            contents=ask.prompt,
            config=types.GenerateContentConfig(
                system_instruction=ask.system,
                temperature=ask.temperature,
                max_output_tokens=ask.max_output_tokens,
                response_mime_type="application/json",
                response_json_schema=schema_of(ask.answer),
                automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
                automatic_continuation=False,  # each continuation would be a call of its own
                should_return_http_response=True,  # the body as it came: we read it ourselves
            ),
        )
        raw = answer.sdk_http_response
        return (raw.body or "", raw.headers or {}) if raw else ("", {})

    async def look() -> str:
        return (await sdk.aio.models.get(model=model)).model_dump_json(include={"name"})

    async def close() -> None:
        await sdk.aio.aclose()
        sdk.close()
        await line.aclose()

    dialect = Dialect("google", (errors.APIError,), read, KINDS, explain)
    return Connected(Exchange(dialect, model, key, seconds), send, close, look)


def read(tree: Any) -> Said:
    """What a body of generateContent says; a block of the prompt or no candidate is a refusal."""
    body = Generated.model_validate(tree)
    if body.candidates is None and body.feedback is None:
        raise ValueError("neither candidates nor promptFeedback")
    usage, ident = _usage(body.usage), body.id or ""
    if not body.candidates:
        reason = body.feedback.block_reason if body.feedback else None
        return Said("", reason or "", f"blocked: {reason or 'no candidates'}", usage, ident)
    first = body.candidates[0]
    parts = (first.content.parts if first.content else None) or []
    text = "".join(part.text or "" for part in parts if not part.thought)
    return Said(text, first.finish_reason or "", "", usage, ident)


def explain(refusal: Refusal) -> tuple[Kind | None, float | None]:
    """What Google's own details say beyond the status: a bad key is a 400, a delay stands in the body."""
    reasons, delay, daily = set(), None, False
    for detail in _details(refusal):
        reasons.add(str(detail.get("reason", "")))
        delay = _seconds(detail.get("retryDelay")) if delay is None else delay
        daily = daily or "PerDay" in str(detail.get("violations", ""))
    if reasons & {"API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED"}:
        return "auth", None
    if reasons & {"BILLING_DISABLED"}:
        return "billing", None
    if refusal.status == 400 and refusal.at("error", "status") == "FAILED_PRECONDITION":
        return "billing", None  # the free tier is not offered here, or billing is off
    if refusal.status == 400 and "API key" in refusal.at("error", "message"):
        return "auth", None
    if refusal.status == 400 and "token count" in refusal.at("error", "message"):
        return "too_large", None
    if refusal.status == 429 and daily:
        return "billing", None  # nothing comes back before midnight: off for this run
    return None, delay


def _details(refusal: Refusal) -> list[dict[str, Any]]:
    error = refusal.body.get("error") if isinstance(refusal.body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    return [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []


def _seconds(delay: Any) -> float | None:
    """A protobuf duration, '34.5s'."""
    text = str(delay or "").removesuffix("s")
    return float(text) if text.replace(".", "", 1).isdecimal() and len(text) < 12 else None


def _usage(block: Any) -> Usage | None:
    given = tokens(block, "promptTokenCount")
    if given is None:
        return None
    thoughts = tokens(block, "thoughtsTokenCount") or 0
    written = tokens(block, "candidatesTokenCount")
    if written is None:
        return None
    cached = min(tokens(block, "cachedContentTokenCount") or 0, given)
    return Usage(given, cached, written + thoughts, thoughts)
