"""Google's embeddings by batchEmbedContents."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from itemwell.llm import embed
from itemwell.llm.door import Ask, Said, Usage
from itemwell.llm.exchange import SDK_ACCIDENTS, Connected, Dialect, Exchange, tokens
from itemwell.llm.google import HOME, explain

if TYPE_CHECKING:
    import httpx2

MOST_TEXTS = 100  # what Google takes in one request
LONGEST_BYTES = 2_000
"""Of a text: the models read 2,048 tokens and pass over the rest without a word."""

USUAL = "gemini-embedding-001/768"
OWN: Mapping[str, int] = {"gemini-embedding-001": 768, "gemini-embedding-2": 768}
"""Dimensions that are asked for unless others are named: nearly as good as all 3,072, a quarter of the room."""

SIMILARITY = "SEMANTIC_SIMILARITY"
TOLD_A_TASK = ("gemini-embedding-001",)
"""Models that take a task; later ones want it in the text, and need none for likeness."""


class Vector(BaseModel):
    """One vector."""

    values: list[float]


class Vectors(BaseModel):
    """The envelope, as far as we read it."""

    embeddings: list[Vector]
    usage: Any = Field(None, alias="usageMetadata")


def connect(
    key: str, model: str, base_url: str | None = None, *, dimensions: int, seconds: float = 300.0
) -> Connected:
    """`model` at Google's Gemini API, or at `base_url`, for vectors of so many dimensions."""
    from google import genai  # noqa: PLC0415 - a second of import
    from google.genai import errors, types  # noqa: PLC0415

    from itemwell.llm import transport  # noqa: PLC0415

    url = base_url or HOME
    longest = embed.most_bytes(MOST_TEXTS, dimensions)
    line = transport.client(url, read_seconds=seconds, most_bytes=longest)
    came: ContextVar[list[httpx2.Response]] = ContextVar("came")

    async def keep(response: "httpx2.Response") -> None:
        came.get([]).append(response)

    line.event_hooks = {"response": [keep]}
    options = types.HttpOptions(base_url=url, api_version="v1beta", httpx_async_client=line)
    # The environment may name Vertex AI, whose address and credentials are others.
    sdk = genai.Client(api_key=key, vertexai=False, http_options=options)
    config = types.EmbedContentConfig(
        output_dimensionality=dimensions, task_type=SIMILARITY if model in TOLD_A_TASK else None
    )

    async def send(ask: Ask) -> tuple[str, Mapping[str, str]]:
        """The body as it came, which the SDK hands on for answers but not for vectors."""
        # Each text is a content of its own: of bare texts later models make one vector for all.
        contents: Any = [
            types.Content(parts=[types.Part(text=text)], role="user")
            for text in embed.texts_of(ask)
        ]
        mine: list[httpx2.Response] = []
        token = came.set(mine)
        try:
            await sdk.aio.models.embed_content(model=model, contents=contents, config=config)
        except SDK_ACCIDENTS:
            if not mine or mine[-1].status_code != 200:
                raise
        finally:
            came.reset(token)
        body = await mine[-1].aread()
        return body.decode("utf-8", "replace"), mine[-1].headers

    async def look() -> str:
        return (await sdk.aio.models.get(model=model)).model_dump_json(include={"name"})

    async def close() -> None:
        await sdk.aio.aclose()
        sdk.close()
        await line.aclose()

    dialect = Dialect("google", (errors.APIError,), read, embed.KINDS, explain)
    return Connected(Exchange(dialect, model, key, seconds), send, close, look)


def read(tree: Any) -> Said:
    """What a body says: its vectors, in the order of the texts."""
    body = Vectors.model_validate(tree)
    given = tokens(body.usage, "promptTokenCount")
    usage = None if given is None else Usage(given)
    return embed.said([each.values for each in body.embeddings], usage)
