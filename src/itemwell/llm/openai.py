"""OpenAI's models by the Responses API, and every server that speaks its Chat Completions."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel

from itemwell.llm.door import Ask, Kind, Said, Usage
from itemwell.llm.exchange import Connected, Dialect, Exchange, Refusal, tokens

HOME = "https://api.openai.com/v1"

KINDS: Mapping[str, Kind | None] = {
    "completed": None,
    "stop": None,
    "length": "truncated",
    "max_output_tokens": "truncated",
    "content_filter": "refused",
}
"""How an answer may end: statuses and reasons of both interfaces. What is not here is a failure."""

BILLING = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}


class Part(BaseModel):
    """A piece of a message: text, or the refusal to write one."""

    type: str = ""
    text: str | None = None
    refusal: str | None = None


class Item(BaseModel):
    """One thing that a model put out: a message, reasoning ..."""

    type: str = ""
    content: list[Part] | None = None


class Incomplete(BaseModel):
    """Why an answer ended early."""

    reason: str | None = None


class Response(BaseModel):
    """The envelope of the Responses API, as far as we read it."""

    status: str
    output: list[Item]
    incomplete_details: Incomplete | None = None
    usage: Any = None
    id: str | None = None


class Message(BaseModel):
    """A model's turn in a chat."""

    content: str | None = None
    refusal: str | None = None


class Choice(BaseModel):
    """One answer of those that were asked for: we ask for one."""

    message: Message
    finish_reason: str | None = None


class Completion(BaseModel):
    """The envelope of Chat Completions, as far as we read it."""

    choices: list[Choice]
    usage: Any = None
    id: str | None = None


def connect(
    key: str,
    model: str,
    base_url: str | None = None,
    *,
    seconds: float = 300.0,
    api: Literal["responses", "chat"] | None = None,
) -> Connected:
    """`model` at OpenAI, or at `base_url` (with its /v1). Only OpenAI itself is asked by Responses."""
    from openai import AsyncOpenAI, OpenAIError  # noqa: PLC0415 - a second of import

    from itemwell.llm import transport  # noqa: PLC0415

    url = base_url or HOME
    line = transport.client(url, read_seconds=seconds)
    sdk = AsyncOpenAI(api_key=key, base_url=url, max_retries=0, http_client=line)
    home = at_home(url)
    chat = api == "chat" or (api is None and not home)

    async def send(ask: Ask) -> tuple[str, Mapping[str, str]]:
        # The SDK's resources would walk through the body once more, for a third of a call's CPU.
        path = "/chat/completions" if chat else "/responses"
        body = chat_request(model, ask, home=home) if chat else response_request(model, ask)
        raw = await sdk.post(path, cast_to=transport.Response, body=body)
        return raw.text, raw.headers

    async def look() -> str:
        if chat:  # the list is what every compatible server has
            return (await sdk.models.with_raw_response.list()).text
        return (await sdk.models.with_raw_response.retrieve(model)).text

    dialect = Dialect(
        "openai", (OpenAIError,), read_completion if chat else read_response, KINDS, explain
    )
    return Connected(Exchange(dialect, model, key, seconds), send, sdk.close, look)


def at_home(url: str) -> bool:
    """Whether `url` is OpenAI's own."""
    host = urlsplit(url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")


def response_request(model: str, ask: Ask) -> Any:
    """`ask` as the body of the Responses API."""
    body = {
        "model": model,
        "instructions": ask.system,
        "input": ask.prompt,
        "max_output_tokens": ask.max_output_tokens,
        "store": False,
        "text": {"format": strict(ask.answer)},
    }
    return body if ask.temperature is None else body | {"temperature": ask.temperature}


def chat_request(model: str, ask: Ask, *, home: bool) -> Any:
    """`ask` as the body of Chat Completions."""
    schema = {name: part for name, part in strict(ask.answer).items() if name != "type"}
    limit = "max_completion_tokens" if home else "max_tokens"  # the name that all others know
    body = {
        "model": model,
        "messages": [
            {"role": "system", "content": ask.system},
            {"role": "user", "content": ask.prompt},
        ],
        "response_format": {"type": "json_schema", "json_schema": schema},
        limit: ask.max_output_tokens,
    }
    return body if ask.temperature is None else body | {"temperature": ask.temperature}


@cache
def strict(answer: type[BaseModel]) -> Any:
    """The schema of `answer` as OpenAI's strict mode wants it, by the SDK's one public door to that."""
    from openai import pydantic_function_tool  # noqa: PLC0415

    function = pydantic_function_tool(answer)["function"]
    schema = {"name": answer.__name__, "schema": function["parameters"], "strict": True}
    return {"type": "json_schema", **schema}


def read_response(tree: Any) -> Said:
    """What a body of the Responses API says."""
    body = Response.model_validate(tree)
    parts = [part for item in body.output if item.type == "message" for part in item.content or []]
    reason = body.incomplete_details.reason if body.incomplete_details else None
    return Said(
        text="".join(part.text or "" for part in parts if part.type == "output_text"),
        finish=(reason or body.status) if body.status == "incomplete" else body.status,
        refusal="".join(part.refusal or "" for part in parts),
        usage=_usage(body.usage, "input_tokens", "output_tokens"),
        request_id=body.id or "",
    )


def read_completion(tree: Any) -> Said:
    """What a body of Chat Completions says; without any choice, that it refused."""
    body = Completion.model_validate(tree)
    usage = _usage(body.usage, "prompt_tokens", "completion_tokens")
    if not body.choices:
        return Said("", "", "no choices", usage, body.id or "")
    first = body.choices[0]
    refusal, text = first.message.refusal or "", first.message.content or ""
    return Said(text, first.finish_reason or "", refusal, usage, body.id or "")


def explain(refusal: Refusal) -> tuple[Kind | None, float | None]:
    """What OpenAI's own codes say beyond the status."""
    code, kind = refusal.at("error", "code"), refusal.at("error", "type")
    if {code, kind} & BILLING:
        return "billing", None
    if code == "context_length_exceeded":
        return "too_large", None
    if code == "model_not_found":
        return "unknown_model", None
    if code == "invalid_api_key":
        return "auth", None
    return None, None


def _usage(block: Any, received: str, written: str) -> Usage | None:
    given, output = tokens(block, received), tokens(block, written)
    if given is None or output is None:
        return None
    cached = tokens(block, f"{received}_details", "cached_tokens") or 0
    reasoning = tokens(block, f"{written}_details", "reasoning_tokens") or 0
    return Usage(given, min(cached, given), output, min(reasoning, output))
