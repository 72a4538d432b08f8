"""Google's batches: a JSONL file goes up, a batch is made of it, a JSONL file comes down.

Inline requests would spare the files, but their answers come only as the SDK reads them.
"""

import io
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itemwell.llm import files, google
from itemwell.llm.batch import SKEW, Batches, Line, Sought, Standing, jsonl
from itemwell.llm.door import Ask, schema_of
from itemwell.llm.exchange import Dialect, Exchange
from itemwell.llm.transport import trusted

if TYPE_CHECKING:
    import httpx2
    from google import genai
    from google.genai.types import BatchJob

STATUS_BY_CODE = {
    3: 400,
    5: 404,
    7: 403,
    8: 429,
    9: 400,
    10: 409,
    13: 500,
    14: 503,
    16: 401,
}
"""The HTTP status of gRPC's codes, which a line's error may have instead."""

EXPIRED, CANCELLED = {4, 504}, {1, 499}

STATES = {
    "SUCCEEDED": "ended",
    "PARTIALLY_SUCCEEDED": "ended",
    "FAILED": "failed",
    "EXPIRED": "failed",
    "CANCELLED": "failed",
}
"""Any other is under way."""


@dataclass(frozen=True, slots=True)
class GoogleCounter:
    """See `batch.Counter`. The display name is our id."""

    sdk: "genai.Client"
    line: "httpx2.AsyncClient"
    model: str

    async def prepare(self, batch_id: str, asks: Mapping[str, Ask]) -> str:
        """Upload the file; its name."""
        rows = ({"key": key, "request": request(ask)} for key, ask in asks.items())
        file = await self.sdk.aio.files.upload(
            file=io.BytesIO(jsonl(rows)),
            config={"mime_type": "application/jsonl", "display_name": batch_id},
        )
        return str(file.name)

    async def submit(self, batch_id: str, prepared: str) -> str:
        """Make the batch of the file."""
        batch = await self.sdk.aio.batches.create(
            model=self.model, src=prepared, config={"display_name": batch_id}
        )
        return str(batch.name)

    async def find(self, sought: Sought) -> str | None:
        """The batch of this name, among those made since."""
        earliest = sought.since - SKEW
        pager = await self.sdk.aio.batches.list(config={"page_size": 100})
        while True:
            for batch in pager.page:
                if batch.display_name == sought.id:
                    return batch.name
            older = [batch.create_time and batch.create_time < earliest for batch in pager.page]
            if all(older) or not pager.config.get("page_token"):
                return None
            await pager.next_page()

    async def standing(self, vendor_id: str) -> Standing:
        """How it stands; what ended early is worth collecting where it has a file of results."""
        batch = await self.sdk.aio.batches.get(name=vendor_id)
        word = (batch.state.name if batch.state else "").removeprefix("JOB_STATE_")
        state = STATES.get(word, "running")
        if state == "failed" and _file_of(batch):
            state = "ended"
        told = batch.error.message if batch.error else None
        return Standing(state, told or word.lower())  # type: ignore[arg-type]

    async def lines(self, vendor_id: str) -> AsyncGenerator[Line]:
        """The lines of the file of results."""
        batch = await self.sdk.aio.batches.get(name=vendor_id)
        if name := _file_of(batch):
            with files.spool() as file:
                await self.sdk.aio.files.download(file=name, destination=file)  # type: ignore[call-overload]
                async for row in files.rows(files.spooled(file)):
                    yield _line(row)

    async def close(self) -> None:
        """Close the connections."""
        await self.sdk.aio.aclose()
        self.sdk.close()
        await self.line.aclose()


def connect(
    key: str, model: str, base_url: str | None = None, *, seconds: float = 600.0
) -> Batches:
    """The batches of `model` at Google's Gemini API, or at `base_url` (without /v1beta)."""
    from google import genai  # noqa: PLC0415 - a second of import
    from google.genai import errors, types  # noqa: PLC0415

    url = base_url or google.HOME
    line = files.client(url)
    unused = {"verify": trusted()}  # of the SDK's blocking client
    options = types.HttpOptions(
        base_url=url, api_version="v1beta", httpx_async_client=line, client_args=unused
    )
    # The environment may name Vertex AI, whose address and credentials are others.
    sdk = genai.Client(api_key=key, vertexai=False, http_options=options)
    dialect = Dialect("google", (errors.APIError,), google.read, google.KINDS, google.explain)
    return Batches(Exchange(dialect, model, key, seconds), GoogleCounter(sdk, line, model))


def request(ask: Ask) -> dict[str, Any]:
    """`ask` as the body of generateContent, which in a file nobody writes for us."""
    settings = {
        "maxOutputTokens": ask.max_output_tokens,
        "responseMimeType": "application/json",
        "responseJsonSchema": schema_of(ask.answer),
    }
    if ask.temperature is not None:
        settings["temperature"] = ask.temperature
    return {
        "systemInstruction": {"parts": [{"text": ask.system}]},
        "contents": [{"role": "user", "parts": [{"text": ask.prompt}]}],
        "generationConfig": settings,
    }


def _file_of(batch: "BatchJob") -> str | None:
    return batch.dest.file_name if batch.dest else None


def _line(row: dict[str, Any]) -> Line:
    key, error = str(row.get("key", "")), row.get("error") or row.get("status")
    if isinstance(row.get("response"), dict):
        return Line(key, 200, row["response"])
    code = error.get("code") if isinstance(error, dict) else None
    if code in EXPIRED:
        return Line(key, 0, fate="expired")
    if code in CANCELLED:
        return Line(key, 0, fate="cancelled")
    return Line(key, STATUS_BY_CODE.get(code or 0, code or 500), {"error": error})
