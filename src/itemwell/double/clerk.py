"""Batches: a file of asks, answered when it is handed in, shown when its time has come.

All of it is charged at once. Cancelling in time takes the second half back.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from itemwell.double.bill import Charge
from itemwell.double.desk import NOT_FOUND, Desk
from itemwell.double.faults import Fault, Layer
from itemwell.double.mind import Refused
from itemwell.double.seen import Seen
from itemwell.double.vendor import Operation, Vendor
from itemwell.double.wire import Request, Response

DAY = 24 * 3600.0


@dataclass
class Line:
    """One ask of a batch. `status` is 200, an error's status, or 0 where it was never run."""

    key: str
    status: int
    body: dict[str, Any] = field(default_factory=dict)
    charge: Charge | None = None
    fate: str = "expired"


@dataclass
class Batch:
    id: str
    about: dict[str, Any]
    lines: list[Line]
    ready: float
    created: float = field(default_factory=time.time)
    cancelled: bool = False
    failed: str = ""
    expired: bool = False

    @property
    def running(self) -> bool:
        return not self.cancelled and time.time() < self.ready

    @property
    def succeeded(self) -> list[Line]:
        return [line for line in self.lines if line.status == 200]

    @property
    def errored(self) -> list[Line]:
        return [line for line in self.lines if line.status not in {0, 200}]

    def never(self, fate: str) -> list[Line]:
        """The lines that were not run because the batch was `canceled`, or had `expired`."""
        return [line for line in self.lines if line.status == 0 and line.fate == fate]

    def shuffled(self) -> list[Line]:
        """The lines in an order of the vendor's own: only their ids say which is which."""
        lines = list(self.lines)
        Random(self.id).shuffle(lines)
        return lines


@dataclass
class Clerk:
    """One request about batches or files, with all that is needed to answer it."""

    desk: Desk
    vendor: Vendor
    operation: Operation
    request: Request
    fault: Fault | None = None

    @property
    def now(self) -> float:
        return time.time()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{self.desk.mind.chance.seed:04x}{next(self.desk.numbers):08x}"

    @property
    def batches(self) -> dict[str, Batch]:
        return self.desk.shelf(self.vendor.NAME, "batches")

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        return self.desk.shelf(self.vendor.NAME, "files")

    def batch(self) -> Batch:
        batch: Batch = self.found(self.batches)
        return batch

    def found(self, shelf: dict[str, Any], name: str | None = None) -> Any:
        name = self.operation.argument if name is None else name
        if name not in shelf:
            raise Refused(NOT_FOUND, f"No such object: {name}")
        return shelf[name]

    def open(self, batch_id: str, about: dict[str, Any], lines: Iterable[Line]) -> Batch:
        ready = time.time() + self.desk.batch_seconds
        name = self.fault.name if self.fault else ""
        batch = Batch(batch_id, about, [] if name == "BATCH_FAILED" else list(lines), ready)
        batch.failed = "The batch could not be processed." if name == "BATCH_FAILED" else ""
        if name == "BATCH_EXPIRED":
            batch.expired = True
            self._take_back(batch.lines, "expired")
        self.batches[batch_id] = batch
        return batch

    def cancel(self) -> Batch:
        batch = self.batch()
        if batch.running:
            batch.cancelled = True
            self._take_back(batch.lines[len(batch.lines) // 2 :], "canceled")
        return batch

    def _take_back(self, lines: list[Line], fate: str) -> None:
        for line in lines:
            line.status, line.body, line.fate = 0, {}, fate
            if line.charge:
                self.desk.mind.bill.charges.remove(line.charge)

    def line(self, key: str, path: str, body: dict[str, Any]) -> Line:
        """One ask, answered; its errors are the line's and not the batch's."""
        desk, vendor = self.desk, self.vendor
        operation = vendor.operation("POST", path) or Operation("ask", path)
        script = desk.line_scripts[vendor.NAME]
        digest = hashlib.sha256(path.encode() + json.dumps(body).encode()).hexdigest()
        ticket = desk.mind.ticket(self.new_id(""), digest)
        entry = script.popleft() if script else desk.mind.chance.strikes(ticket.rng)
        if isinstance(entry, Fault) and entry.layer is Layer.WIRE:
            entry = None  # a line has no wire of its own
        try:
            asked = vendor.read(operation, body)
        except (ValueError, AttributeError, TypeError) as error:
            return self._error(key, Refused(Fault.BAD_REQUEST, str(error)), "")
        seen = Seen(
            vendor.NAME, "POST", path, self.request.headers, body, time.time(), asks=True, batch=key,
            **asked._asdict(),
        )  # fmt: skip
        desk.seen.append(seen)
        if isinstance(entry, Fault) and entry.layer is Layer.BATCH:
            return Line(key, 0)
        try:
            if isinstance(entry, Fault) and entry.layer is Layer.REFUSAL:
                raise Refused(entry)  # noqa: TRY301 - as it would be raised by the ask
            reply, charge, _ = desk.mind.ask(vendor, seen, entry, ticket)
        except Refused as refused:
            return self._error(key, refused, seen.model)
        return Line(key, 200, reply, charge)

    def _error(self, key: str, refused: Refused, model: str) -> Line:
        status, body = self.vendor.refuse(refused.fault, model, refused.message)
        return Line(key, status, body if isinstance(body, dict) else {"error": {"message": body}})


Handler = Callable[[Clerk], Response]


def rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
