"""Anthropic's message batches: the requests go up in one body, the results come down as JSONL.

Nothing of ours travels with a batch but the keys of its requests: after a kill between handing in
and writing down its id, those of a batch's results say whether it is ours.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itemwell.llm import anthropic
from itemwell.llm.batch import SKEW, Batches, Line, Sought, Standing, Uncertain
from itemwell.llm.door import Ask
from itemwell.llm.exchange import Dialect, Exchange

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

STATUS_BY_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The status that the same error has outside of a batch. Any other is counted as 500."""


@dataclass(frozen=True, slots=True)
class AnthropicCounter:
    """See `batch.Counter`."""

    sdk: "AsyncAnthropic"
    model: str

    async def prepare(self, batch_id: str, asks: Mapping[str, Ask]) -> Any:  # noqa: ARG002
        """The requests, which all go up at once."""
        return [
            {"custom_id": key, "params": anthropic.request(self.model, ask)}
            for key, ask in asks.items()
        ]

    async def submit(self, batch_id: str, prepared: Any) -> str:  # noqa: ARG002
        """Hand them in; our own id has no place there."""
        return (await self.sdk.messages.batches.create(requests=prepared)).id

    async def find(self, sought: Sought) -> str | None:
        """Among the batches made since that nobody knows, the one whose results have our keys.

        Raises Uncertain while one of them is under way.
        """
        earliest, unknown, running = sought.since - SKEW, [], False
        page = await self.sdk.messages.batches.list(limit=100)
        while True:
            fresh = [batch for batch in page.data if batch.created_at >= earliest]
            unknown += [batch for batch in fresh if batch.id not in sought.others]
            if not fresh or not page.has_next_page():
                break
            page = await page.get_next_page()
        for batch in unknown:
            if batch.processing_status != "ended":
                running = True
            elif batch.results_url and await self._first_key(batch.id) in sought.keys:
                return batch.id
        if running:
            raise Uncertain
        return None

    async def _first_key(self, vendor_id: str) -> str:
        async with aclosing(self.lines(vendor_id)) as lines:
            first = await anext(lines, None)
        return first.key if first else ""

    async def standing(self, vendor_id: str) -> Standing:
        """How it stands. One that expired or was cancelled has ended too: its lines tell."""
        batch = await self.sdk.messages.batches.retrieve(vendor_id)
        if batch.archived_at:
            return Standing("failed", "its results are no longer kept")
        ended = batch.processing_status == "ended"
        return Standing("ended" if ended else "running", batch.processing_status)

    async def lines(self, vendor_id: str) -> AsyncGenerator[Line]:
        """The results as they come."""
        from itemwell.llm import files  # noqa: PLC0415 - httpx2 comes with the SDK

        streaming = self.sdk.messages.batches.with_streaming_response
        async with streaming.results(vendor_id) as content:
            async for row in files.rows(content.iter_bytes()):
                yield _line(row)

    async def close(self) -> None:
        """Close the connections."""
        await self.sdk.close()


def connect(
    key: str, model: str, base_url: str | None = None, *, seconds: float = 600.0
) -> Batches:
    """The batches of `model` at Anthropic, or at `base_url` (without /v1)."""
    from anthropic import AnthropicError, AsyncAnthropic  # noqa: PLC0415 - two seconds of import

    from itemwell.llm import files  # noqa: PLC0415

    url = base_url or anthropic.HOME
    line = files.client(url)
    sdk = AsyncAnthropic(
        api_key=key, base_url=url, max_retries=0, http_client=line, timeout=seconds
    )
    errors = (AnthropicError,)
    dialect = Dialect("anthropic", errors, anthropic.read, anthropic.KINDS, anthropic.explain)
    return Batches(Exchange(dialect, model, key, seconds), AnthropicCounter(sdk, model))


def _line(row: dict[str, Any]) -> Line:
    key, result = str(row.get("custom_id", "")), row.get("result")
    match result:
        case {"type": "succeeded", "message": message}:
            return Line(key, 200, message)
        case {"type": "errored", "error": dict() as error}:
            inner = error.get("error")
            name = str(inner.get("type", "")) if isinstance(inner, dict) else ""
            return Line(key, STATUS_BY_TYPE.get(name, 500), error)
        case {"type": "expired"}:
            return Line(key, 0, fate="expired")
        case _:
            return Line(key, 0, fate="cancelled")
