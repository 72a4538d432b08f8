"""From a request to a response: read, key, script or chance, model, envelope. No socket here."""

import hashlib
import itertools
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any

from itemwell.double import anthropic, google, openai
from itemwell.double.answer import SPOT, tokens_in
from itemwell.double.faults import Fault, Layer
from itemwell.double.garble import garble
from itemwell.double.mind import Mind, Refused
from itemwell.double.seen import Seen
from itemwell.double.vendor import Operation, Vendor
from itemwell.double.wire import Request, Response

VENDORS: dict[str, Vendor] = {one.NAME: one for one in (openai, anthropic, google)}
NO_ROUTE = Fault("NO_ROUTE", Layer.REFUSAL, {"status": None})
NOT_FOUND = Fault("NOT_FOUND", Layer.REFUSAL, {"status": None})
UPLOAD = "files.upload"
"""Google's upload address is a secret by itself: the SDK sends no key to it, and JSONL as JSON."""


@dataclass
class Desk:
    mind: Mind
    stray_url: str = ""
    batch_seconds: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=lambda: {n: v.KEY for n, v in VENDORS.items()})

    def __post_init__(self) -> None:
        self.mind.models = {name: list(vendor.MODELS) for name, vendor in VENDORS.items()}
        self.scripts: dict[str, deque[Any]] = {name: deque() for name in VENDORS}
        self.line_scripts: dict[str, deque[Any]] = {name: deque() for name in VENDORS}
        self.numbers = itertools.count(1)
        self.shelves: dict[str, dict[str, Any]] = {}

    def shelf(self, vendor: str, kind: str) -> dict[str, Any]:
        """The files or batches that a vendor keeps, by id."""
        return self.shelves.setdefault(f"{vendor}.{kind}", {})

    def script(self, vendor: str, replies: Iterable[Any]) -> None:
        self.scripts[vendor].extend(replies)

    def answer(self, request: Request) -> Response:
        """The vendor's response, the errors of its own included."""
        name, _, path = request.path.lstrip("/").partition("/")
        vendor = VENDORS.get(name)
        if vendor is None:
            return Response.json({"detail": "the double has no such path"}, 404)
        number = next(self.numbers)
        request_id = f"{self.mind.chance.seed:04x}{number:08x}"
        operation = vendor.operation(request.method, f"/{path}") or Operation("")
        seen, problem = _read(vendor, operation, request)
        self.seen.append(seen)
        try:
            response = self._respond(request, operation, seen, problem, request_id)
        except Refused as refused:
            response = refusal(vendor, refused, seen.model or operation.argument)
        response.headers = {**vendor.headers(request_id, number), **response.headers}
        return response

    def _respond(
        self, request: Request, operation: Operation, seen: Seen, problem: str, request_id: str
    ) -> Response:
        vendor = VENDORS[seen.vendor]
        if not operation.name:
            raise Refused(NO_ROUTE)
        if operation.name != UPLOAD and vendor.key(request) != self.keys[vendor.NAME]:
            raise Refused(Fault.AUTH)
        digest = hashlib.sha256(request.path.encode() + request.body).hexdigest()
        ticket = self.mind.ticket(request_id, digest)
        entry = self._next(seen.vendor, operation, ticket.rng)
        fault = entry if isinstance(entry, Fault) else None
        if fault and fault.layer is Layer.REFUSAL:
            raise Refused(fault)
        if problem:
            raise Refused(Fault.BAD_REQUEST, problem)
        if fault and fault.layer is Layer.WIRE and not fault["billed"]:
            return self._spoilt(Response(fault=fault), request)
        if not seen.asks:
            response = self._look_up(vendor, operation, request, fault)
            return self._spoilt(replace(response, fault=fault), request)
        body, charge, fault = self.mind.ask(vendor, seen, entry, ticket)
        response = Response.json(body)
        response.fault, response.charge = fault, charge
        response.delay = self.mind.chance.delay(ticket.rng)
        return self._spoilt(response, request)

    def _next(self, vendor: str, operation: Operation, rng: Random) -> Any:
        """The script's next entry, or a fault by chance, or None.

        What is no ask leaves answers in the script for the ask that they were meant for.
        """
        script = self.scripts[vendor]
        entry = script[0] if script else self.mind.chance.strikes(rng)
        if entry is None or not _fits(entry, operation):
            return None
        if script:
            script.popleft()
        if isinstance(entry, Fault) and entry.name == "STORM":
            again = entry["fault"] or Fault.UNAVAILABLE
            script.extendleft([again] * (entry["n"] - 1))
            return again
        return entry

    def _look_up(
        self, vendor: Vendor, operation: Operation, request: Request, fault: Fault | None
    ) -> Response:
        """Everything but an ask."""
        models = [*self.mind.models[vendor.NAME], *getattr(vendor, "EMBEDDERS", ())]
        match operation:
            case Operation("models"):
                return Response.json(vendor.listed(models))
            case Operation("model", name) if name in models:
                return Response.json(vendor.model(name))
            case Operation("model", name):
                raise Refused(Fault.MODEL_NOT_FOUND)
            case Operation("count"):
                tokens = tokens_in(request.body.decode(errors="replace"))
                return Response.json({"input_tokens": tokens, "totalTokens": tokens})
            case Operation("embed"):
                from itemwell.double import embeddings  # noqa: PLC0415 - numpy, for them alone

                return embeddings.answer(self.mind, vendor.NAME, operation, request, fault)
            case _:
                from itemwell.double import batches  # noqa: PLC0415 - it needs this module

                return batches.handle(self, vendor, operation, request, fault)

    def _spoilt(self, response: Response, request: Request) -> Response:
        """The response with the wire faults that change what is sent; `wire` does the others."""
        if response.fault is None:
            return response
        name, options = response.fault.name, response.fault.options
        response.content_type = options.get("content_type", response.content_type)
        if "body" in options:
            response.body, response.status = options["body"].encode(), options["status"]
        if name == "BAD_UTF8":
            response.body = response.body.replace(ascii(SPOT)[1:-1].encode(), b"\xf0\x9f")
        if name == "TRUNCATED":
            response.body = response.body[: len(response.body) // 2]
        if name == "GARBLED":
            garble(response)
        if name == "REDIRECT":
            response.status = options["status"]
            response.headers["location"] = options["location"] or self.stray_url + request.path
        return response


def _read(vendor: Vendor, operation: Operation, request: Request) -> tuple[Seen, str]:
    """The request as it was read, and what the vendor would say against it."""
    body: Any = request.body.decode(errors="replace")
    asked: dict[str, Any] = {}
    problem = ""
    try:
        is_json = "json" in request.headers.get("content-type", "") and operation.name != UPLOAD
        if is_json and request.body:
            body = request.json()
        if operation.name in {"ask", "count"}:
            asked = vendor.read(operation, body)._asdict()
    except (ValueError, AttributeError, TypeError) as error:
        problem = str(error) or "Invalid request."
        asked = {"model": str(body.get("model", ""))} if isinstance(body, dict) else {}
    asks = operation.name == "ask"
    arrived = (vendor.NAME, request.method, request.path, request.headers, body, time.time(), asks)
    return Seen(*arrived, **asked), problem


def _fits(entry: Any, operation: Operation) -> bool:
    """Whether this entry was meant for such a request."""
    if not isinstance(entry, Fault) or entry.layer is Layer.ANSWER:
        return operation.name == "ask"
    if entry.layer is Layer.VECTOR:
        return operation.name == "embed"
    return entry.layer is not Layer.BATCH or operation.name == "batches.create"


def refusal(vendor: Vendor, refused: Refused, model: str = "") -> Response:
    status, body = vendor.refuse(refused.fault, model, refused.message)
    wait = waits(refused.fault)
    if isinstance(body, str):
        return Response(status, body.encode(), "text/html", wait)
    return Response.json(body, status, **wait)


def waits(fault: Fault) -> dict[str, str]:
    """The headers that tell when to come again. A timedelta becomes the HTTP date so far ahead."""
    after = fault.options.get("retry_after")
    if isinstance(after, timedelta):
        after = format_datetime(datetime.now(UTC) + after, usegmt=True)
    told = {"retry-after": after, "retry-after-ms": fault.options.get("retry_after_ms")}
    return {name: str(value) for name, value in told.items() if value is not None}
