"""One exchange with a vendor: send, classify what failed, read what came, check it, reply.

What the three vendors share is here; what differs is a `Dialect`, and each has a file of its own.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

import httpx2
from pydantic import ValidationError

from itemwell.llm.door import Ask, Kind, LLMError, Reply, Said, Trace, Usage
from itemwell.llm.prices import did_you_mean
from itemwell.llm.reading import Unreadable, clean, load, parse
from itemwell.llm.transport import KEPT_CHARACTERS, broken_line, retry_after

Result = TypeVar("Result")

CHARACTERS_PER_TOKEN = 4

NONE: Mapping[str, str] = {}

SDK_ACCIDENTS = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What an SDK raises when it trips over a body that it did not foresee."""

KIND_BY_STATUS: Mapping[int, Kind] = {
    401: "auth",
    402: "billing",
    403: "auth",
    404: "unknown_model",
    408: "overloaded",
    409: "overloaded",
    410: "unknown_model",
    413: "too_large",
    425: "overloaded",
    429: "rate",
    504: "timeout",
    524: "timeout",
}
"""Any other of 5xx is `overloaded`; what is left is a request that we made wrongly, a `bug`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with an error's status, as the vendors' own codes are read from it."""

    status: int
    headers: Mapping[str, str]
    body: Any  # what JSON it holds, or None
    text: str

    def at(self, *path: str) -> str:
        """The string at `path` in the body, or nothing.

        >>> Refusal(429, {}, {"error": {"code": "insufficient_quota"}}, "").at("error", "code")
        'insufficient_quota'
        """
        found = self.body
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, str) else ""

    @property
    def said(self) -> str:
        """The sentence of a vendor's error; nothing where the body is none."""
        return self.at("error", "message") or self.at("message")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one vendor says in its own way."""

    vendor: str
    errors: tuple[type[Exception], ...]  # the roots of what its SDK raises
    read: Callable[[Any], Said]  # raises ValueError for an envelope of another shape
    kinds: Mapping[str, Kind | None]  # finish reason -> None where it is a good end
    explain: Callable[[Refusal], tuple[Kind | None, float | None]]  # its codes; seconds to wait


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one model of one vendor says, in our words: an answer of its own, or a line of a batch."""

    dialect: Dialect
    name: str
    secret: str = field(repr=False)
    seconds: float = 300.0  # one exchange in all: a drip of bytes beats every other timeout

    async def in_time(self, work: Awaitable[Result]) -> Result:
        """What an SDK's `work` gives. Its error holds headers with the key: that ends here, as LLMError."""
        try:
            async with asyncio.timeout(self.seconds):
                return await work
        except TimeoutError:
            message = f"{self.me}: no whole answer in {self.seconds:g} s"
            failure = LLMError("timeout", message, wait=0.0, perhaps_billed=True)
        except self._foreseen as error:
            failure = self._failure(error)
        raise failure

    def reply(
        self, ask: Ask, body: str, headers: Mapping[str, str] = NONE, seconds: float = 0.0
    ) -> Reply:
        """What the body of a good status says. Raises LLMError where that is no answer to `ask`."""
        said = self._read(body, headers)
        said = replace(said, usage=_counted(ask, said))
        return self._reply(ask, said, seconds)

    def refused(self, status: int, text: str, headers: Mapping[str, str] = NONE) -> LLMError:
        """What an error's status and body mean."""
        body, _ = _loaded(text)
        refusal = Refusal(status, headers, body, text)
        own, wait = self.dialect.explain(refusal)
        kind = own or _kind_of(refusal.status)
        wait = retry_after(refusal.headers) if wait is None else wait
        if kind not in {"rate", "overloaded", "timeout"}:
            wait = None
        elif wait is None:
            wait = 0.0
        message = f"{self.me}: {_summary(kind, refusal)}{self._hint(kind, refusal)}"
        trace = Trace(
            self._safe(text[:KEPT_CHARACTERS]), request_id=_request_id(headers), status=status
        )
        billed = kind == "timeout"
        return LLMError(kind, self._safe(message), wait=wait, perhaps_billed=billed, trace=trace)

    def _hint(self, kind: Kind, refusal: Refusal) -> str:
        """What the operator may have meant, where there is no such model or no such address."""
        if kind != "unknown_model":
            return ""
        if refusal.said:
            return did_you_mean(self.dialect.vendor, self.name)
        return "; is the base URL right?"  # these are no words of a vendor

    def _failure(self, error: Exception) -> LLMError:
        response = getattr(error, "response", None)
        if isinstance(response, httpx2.Response):
            text = response.content.decode("utf-8", "replace")
            return self.refused(response.status_code, text, response.headers)
        cause = error if isinstance(error, httpx2.HTTPError) else error.__cause__
        if isinstance(cause, httpx2.HTTPError):
            failure = broken_line(cause, self.me)
            failure.trace = replace(failure.trace, text=self._safe(failure.text))
            failure.args = (self._safe(str(failure)),)
            return failure
        message = f"{self.me}: the SDK failed: {type(error).__name__}"
        return LLMError("bug", message, perhaps_billed=True)

    def _read(self, body: str, headers: Mapping[str, str]) -> Said:
        body = self._hidden(body)  # before anything is cut: half a key is still a key's half
        try:
            tree, notes = load(body)
            said = self.dialect.read(tree)
        except ValueError as error:
            why = self._safe(_told(error))
            trace = Trace(self._safe(body[:KEPT_CHARACTERS]), request_id=_request_id(headers))
            failure = LLMError(
                "invalid",
                f"{self.me}: no answer of its format: {why}",
                perhaps_billed=True,
                trace=trace,
            )
        else:
            request_id = said.request_id or _request_id(headers)
            return replace(
                said,
                text=self._safe(said.text),
                finish=self._safe(said.finish),
                refusal=self._safe(said.refusal),
                notes=(*notes, *said.notes),
                request_id=self._safe(request_id),
            )
        raise failure

    def _reply(self, ask: Ask, said: Said, seconds: float) -> Reply:
        usage = said.usage or ask.worst_usage
        trace = Trace(said.text or said.refusal, said.finish, usage, seconds, said.request_id)
        kind = "refused" if said.refusal else self.dialect.kinds.get(said.finish, "invalid")
        why = f"ended with {said.finish or 'no finish reason'}"
        notes: tuple[str, ...] = ()
        if kind is None and not said.text.strip():
            kind, why = "refused", "an empty answer"
        if kind is None:
            try:
                answer, notes = parse(ask.answer, said.text)
            except (Unreadable, ValidationError) as error:
                kind, why = "invalid", self._safe(_told(error))
        if kind is not None:
            raise LLMError(kind, f"{self.me}: {why}", perhaps_billed=True, trace=trace)
        if usage.estimated:
            notes = (*notes, "usage estimated")
        return Reply(
            answer,
            said.text,
            said.finish,
            usage,
            self.dialect.vendor,
            self.name,
            seconds,
            request_id=said.request_id,
            notes=(*said.notes, *notes),
        )

    @property
    def _foreseen(self) -> tuple[type[Exception], ...]:
        return (*self.dialect.errors, httpx2.HTTPError, *SDK_ACCIDENTS)

    @property
    def me(self) -> str:
        """Vendor and model, as messages begin."""
        return f"{self.dialect.vendor} {self.name}"

    def _safe(self, text: str) -> str:
        return self._hidden(clean(text))

    def _hidden(self, text: str) -> str:
        return text.replace(self.secret, "***") if self.secret else text


@dataclass(frozen=True, slots=True)
class Connected:
    """A model of one vendor. Close it in the loop that used it."""

    exchange: Exchange
    send: Callable[[Ask], Awaitable[tuple[str, Mapping[str, str]]]]  # -> body and headers
    close: Callable[[], Awaitable[None]]
    look: Callable[[], Awaitable[str]]  # -> what the vendor tells of the model; costs nothing

    @property
    def vendor(self) -> str:
        """The vendor's short name."""
        return self.exchange.dialect.vendor

    @property
    def name(self) -> str:
        """The model's name."""
        return self.exchange.name

    async def __call__(self, ask: Ask) -> Reply:
        """Ask once. Raises LLMError, and CancelledError where we are told to stop."""
        started = time.monotonic()
        body, headers = await self.exchange.in_time(self.send(ask))
        return self.exchange.reply(ask, body, headers, time.monotonic() - started)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def tokens(counts: Any, *path: str) -> int | None:
    """The count at `path` of a usage block, or None where there is none. Never negative.

    >>> tokens({"input_tokens": 7}, "input_tokens"), tokens({"input_tokens": -7}, "input_tokens")
    (7, None)
    """
    for name in path:
        counts = counts.get(name) if isinstance(counts, dict) else None
    good = isinstance(counts, int) and not isinstance(counts, bool) and counts >= 0
    return counts if good else None


def _counted(ask: Ask, said: Said) -> Usage:
    """The vendor's figures where they can be true, else an estimate that says so."""
    if said.usage and said.usage.plausible(ask):
        return said.usage
    written = len(ask.system) + len(ask.prompt)
    output = min(ask.max_output_tokens, 1 + len(said.text) // CHARACTERS_PER_TOKEN)
    return Usage(1 + written // CHARACTERS_PER_TOKEN, output=output, estimated=True)


def _kind_of(status: int) -> Kind:
    return KIND_BY_STATUS.get(status, "overloaded" if status >= 500 else "bug")


def _summary(kind: Kind, refusal: Refusal) -> str:
    """One line. What a vendor says of a key may hold part of it, so there only the status stands."""
    if kind == "auth" or not refusal.said:
        return f"{kind} (status {refusal.status})"
    return f"{kind} (status {refusal.status}): {' '.join(refusal.said.split())[:200]}"


def _request_id(headers: Mapping[str, str]) -> str:
    return clean(str(headers.get("x-request-id") or headers.get("request-id") or ""))[:200]


def _loaded(text: str) -> tuple[Any, tuple[str, ...]]:
    try:
        return load(text)
    except Unreadable:
        return None, ()


def _told(error: ValueError) -> str:
    """Where a shape differs and how, without the value: it may be as long as it likes."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))[:200]
        return f"{where}: {first['msg']}"[:400] if where else first["msg"][:400]
    return str(error)[:400]
