"""OpenAI's embeddings, and those of every server that speaks them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from itemwell.llm import embed
from itemwell.llm.door import Ask, Said, Usage
from itemwell.llm.exchange import Connected, Dialect, Exchange, tokens
from itemwell.llm.openai import HOME, explain

MOST_TEXTS = 256
LONGEST_BYTES = 8_000
"""Of a text: no tokenizer makes two tokens of one byte, and 8,192 tokens are read."""

USUAL = "text-embedding-3-small/1536"
OWN: Mapping[str, int] = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
"""Dimensions that a model has unless fewer are asked for; other models are not asked for any number."""


class Vector(BaseModel):
    """One vector, of the text at `index`."""

    index: int
    embedding: str | list[float]


class Vectors(BaseModel):
    """The envelope, as far as we read it."""

    data: list[Vector]
    usage: Any = None


def connect(
    key: str, model: str, base_url: str | None = None, *, dimensions: int, seconds: float = 300.0
) -> Connected:
    """`model` at OpenAI, or at `base_url` (with its /v1), for vectors of so many dimensions."""
    from openai import AsyncOpenAI, OpenAIError  # noqa: PLC0415 - a second of import

    from itemwell.llm import transport  # noqa: PLC0415

    url = base_url or HOME
    longest = embed.most_bytes(MOST_TEXTS, dimensions)
    line = transport.client(url, read_seconds=seconds, most_bytes=longest)
    sdk = AsyncOpenAI(api_key=key, base_url=url, max_retries=0, http_client=line)

    async def send(ask: Ask) -> tuple[str, Mapping[str, str]]:
        raw = await sdk.embeddings.with_raw_response.create(**request(model, ask, dimensions))
        return raw.text, raw.headers

    async def look() -> str:
        return (await sdk.models.with_raw_response.list()).text

    dialect = Dialect("openai", (OpenAIError,), read, embed.KINDS, explain)
    return Connected(Exchange(dialect, model, key, seconds), send, sdk.close, look)


def request(model: str, ask: Ask, dimensions: int) -> Any:
    """`ask` as the body of the Embeddings API. base64 is a quarter of what numbers take."""
    body = {"model": model, "input": embed.texts_of(ask), "encoding_format": "base64"}
    fewer = dimensions != OWN.get(model, dimensions)
    return body | {"dimensions": dimensions} if fewer else body


def read(tree: Any) -> Said:
    """What a body says: its vectors by their index, whichever order they came in."""
    body = Vectors.model_validate(tree)
    in_order = sorted(body.data, key=lambda each: each.index)
    if [each.index for each in in_order] != list(range(len(in_order))):
        raise ValueError("vectors whose numbers do not count from 0")
    given = tokens(body.usage, "prompt_tokens")
    return embed.said(
        [each.embedding for each in in_order], None if given is None else Usage(given)
    )
