"""Anthropic's models by the Messages API. It takes no temperature."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from itemwell.llm.door import Ask, Kind, Said, Usage, schema_of
from itemwell.llm.exchange import Connected, Dialect, Exchange, Refusal, tokens

HOME = "https://api.anthropic.com"

KINDS: Mapping[str, Kind | None] = {
    "end_turn": None,
    "max_tokens": "truncated",
    "model_context_window_exceeded": "truncated",
    "refusal": "refused",
    "pause_turn": "invalid",
}
"""How an answer may end. What is not here is a failure."""


class Block(BaseModel):
    """A piece of an answer: text, or thinking, which is not the answer."""

    type: str = ""
    text: str | None = None


class Details(BaseModel):
    """Why an answer was refused, in words."""

    explanation: str | None = None


class Message(BaseModel):
    """The envelope of the Messages API, as far as we read it."""

    content: list[Block]
    stop_reason: str | None = None
    stop_details: Details | None = None
    usage: Any = None
    id: str | None = None


def connect(
    key: str, model: str, base_url: str | None = None, *, seconds: float = 300.0
) -> Connected:
    """`model` at Anthropic, or at `base_url` (without /v1)."""
    from anthropic import AnthropicError, AsyncAnthropic  # noqa: PLC0415 - two seconds of import

    from itemwell.llm import transport  # noqa: PLC0415

    url = base_url or HOME
    line = transport.client(url, read_seconds=seconds)
    sdk = AsyncAnthropic(
        api_key=key, base_url=url, max_retries=0, http_client=line, timeout=seconds
    )

    async def send(ask: Ask) -> tuple[str, Mapping[str, str]]:
        raw = await sdk.messages.with_raw_response.create(**request(model, ask))
        return raw.http_response.text, raw.headers

    async def look() -> str:
        return (await sdk.models.with_raw_response.retrieve(model)).http_response.text

    dialect = Dialect("anthropic", (AnthropicError,), read, KINDS, explain)
    return Connected(Exchange(dialect, model, key, seconds), send, sdk.close, look)


def request(model: str, ask: Ask) -> Any:
    """`ask` as the parameters of a message."""
    return {
        "model": model,
        "system": ask.system,
        "messages": [{"role": "user", "content": ask.prompt}],
        "max_tokens": ask.max_output_tokens,
        "output_config": {"format": {"type": "json_schema", "schema": schema(ask.answer)}},
    }


@cache
def schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The schema of `answer` as Anthropic takes it: constraints moved into the descriptions."""
    from anthropic import transform_schema  # noqa: PLC0415

    return transform_schema(schema_of(answer))


def read(tree: Any) -> Said:
    """What a body of the Messages API says. Cached input is counted with the input."""
    body = Message.model_validate(tree)
    return Said(
        text="".join(block.text or "" for block in body.content if block.type == "text"),
        finish=body.stop_reason or "",
        refusal=_explained(body),
        usage=_usage(body.usage),
        request_id=body.id or "",
    )


def _explained(body: Message) -> str:
    details = body.stop_details
    return (details.explanation or "") if details and body.stop_reason == "refusal" else ""


def explain(refusal: Refusal) -> tuple[Kind | None, float | None]:
    """What Anthropic's own types say beyond the status; an empty balance is a 400 with a sentence."""
    match refusal.at("error", "type"):
        case "billing_error":
            return "billing", None
        case "authentication_error" | "permission_error":
            return ("billing" if _spent(refusal) else "auth"), None
        case "overloaded_error":
            return "overloaded", None
        case "invalid_request_error" | "rate_limit_error" if _spent(refusal):
            return "billing", None
        case "invalid_request_error" if "prompt is too long" in refusal.at("error", "message"):
            return "too_large", None
        case _:
            return None, None


def _spent(refusal: Refusal) -> bool:
    code = refusal.at("error", "details", "error_code")
    balance = "credit balance is too low" in refusal.at("error", "message")
    return balance or code.endswith(("spend_limit_reached", "billing_unavailable"))


def _usage(block: Any) -> Usage | None:
    given, output = tokens(block, "input_tokens"), tokens(block, "output_tokens")
    if given is None or output is None:
        return None
    cached = tokens(block, "cache_read_input_tokens") or 0
    written = tokens(block, "cache_creation_input_tokens") or 0
    thought = tokens(block, "output_tokens_details", "thinking_tokens") or 0
    return Usage(given + cached + written, cached, output, min(thought, output))
