"""OpenAI's batches: a JSONL file goes up, a batch is made of it, JSONL files come down.

At home the asks are for the Responses API, at other servers for Chat Completions.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from itemwell.llm import openai
from itemwell.llm.batch import SKEW, Batches, Line, Sought, Standing, jsonl
from itemwell.llm.door import Ask
from itemwell.llm.exchange import Dialect, Exchange

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Batch

OURS = "itemwell"
"""The name in a batch's metadata under which our own id travels."""

ENDED = {"completed", "expired", "cancelled"}


@dataclass(frozen=True, slots=True)
class OpenAICounter:
    """See `batch.Counter`. The batch's metadata carries our id."""

    sdk: "AsyncOpenAI"
    exchange: Exchange
    chat: bool

    async def prepare(self, batch_id: str, asks: Mapping[str, Ask]) -> str:
        """Upload the file; its id."""
        rows = (
            {"custom_id": key, "method": "POST", "url": self._url, "body": self._request(ask)}
            for key, ask in asks.items()
        )
        upload = (f"{batch_id}.jsonl", jsonl(rows))
        return (await self.sdk.files.create(file=upload, purpose="batch")).id

    async def submit(self, batch_id: str, prepared: str) -> str:
        """Make the batch of the file."""
        batch = await self.sdk.batches.create(
            input_file_id=prepared,
            endpoint=self._url,
            completion_window="24h",
            metadata={OURS: batch_id},
        )
        return batch.id

    @property
    def _url(self) -> Literal["/v1/chat/completions", "/v1/responses"]:
        return "/v1/chat/completions" if self.chat else "/v1/responses"

    def _request(self, ask: Ask) -> Any:
        model = self.exchange.name
        if self.chat:
            return openai.chat_request(model, ask, home=False)
        return openai.response_request(model, ask)

    async def find(self, sought: Sought) -> str | None:
        """The batch whose metadata names it, among those made since."""
        earliest = (sought.since - SKEW).timestamp()
        page = await self.sdk.batches.list(limit=100)
        while True:
            for batch in page.data:
                if (batch.metadata or {}).get(OURS) == sought.id:
                    return batch.id
            if all(batch.created_at < earliest for batch in page.data) or not page.has_next_page():
                return None
            page = await page.get_next_page()

    async def standing(self, vendor_id: str) -> Standing:
        """How it stands; a batch that expired or was cancelled has the results so far."""
        batch = await self.sdk.batches.retrieve(vendor_id)
        if batch.status == "failed":
            return Standing("failed", _why(batch))
        return Standing("ended" if batch.status in ENDED else "running", batch.status)

    async def lines(self, vendor_id: str) -> AsyncGenerator[Line]:
        """The lines of the output file and of the error file."""
        from itemwell.llm import files  # noqa: PLC0415 - httpx2 comes with the SDK

        batch = await self.sdk.batches.retrieve(vendor_id)
        for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
            async with self.sdk.files.with_streaming_response.content(file_id) as content:
                async for row in files.rows(content.iter_bytes()):
                    yield _line(row)

    async def close(self) -> None:
        """Close the connections."""
        await self.sdk.close()


def connect(
    key: str,
    model: str,
    base_url: str | None = None,
    *,
    seconds: float = 600.0,
    api: Literal["responses", "chat"] | None = None,
) -> Batches:
    """The batches of `model` at OpenAI, or at `base_url` (with its /v1)."""
    from openai import AsyncOpenAI, OpenAIError  # noqa: PLC0415 - a second of import

    from itemwell.llm import files  # noqa: PLC0415

    url = base_url or openai.HOME
    line = files.client(url)
    sdk = AsyncOpenAI(api_key=key, base_url=url, max_retries=0, http_client=line, timeout=seconds)
    chat = api == "chat" or (api is None and not openai.at_home(url))
    read = openai.read_completion if chat else openai.read_response
    dialect = Dialect("openai", (OpenAIError,), read, openai.KINDS, openai.explain)
    exchange = Exchange(dialect, model, key, seconds)
    return Batches(exchange, OpenAICounter(sdk, exchange, chat))


def _why(batch: "Batch") -> str:
    first = next(iter((batch.errors and batch.errors.data) or []), None)
    return f"{first.code}: {first.message}"[:400] if first else "no reason given"


def _line(row: dict[str, Any]) -> Line:
    key, response, error = str(row.get("custom_id", "")), row.get("response"), row.get("error")
    if isinstance(response, dict) and isinstance(response.get("status_code"), int):
        return Line(key, response["status_code"], response.get("body"))
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    return Line(key, 0, fate="expired" if "expired" in code else "cancelled")
