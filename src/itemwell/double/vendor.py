"""What a vendor is to the desk: six functions and a key, kept in a module of its name."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from itemwell.double.answer import Answer
from itemwell.double.faults import Fault
from itemwell.double.seen import Asked, Seen
from itemwell.double.wire import Request


class Refusal(NamedTuple):
    """An error as the vendor words it. A text is sent as HTML."""

    status: int
    body: dict[str, Any] | str


class Operation(NamedTuple):
    """What a method and a path ask for: `ask`, `models`, `model`, or the vendor's own word."""

    name: str
    argument: str = ""


class Vendor(Protocol):
    """`read` raises ValueError, with the vendor's words, for a request that it would refuse."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def KEY(self) -> str: ...  # noqa: N802
    @property
    def MODELS(self) -> Sequence[str]: ...  # noqa: N802
    def key(self, request: Request, /) -> str: ...
    def operation(self, method: str, path: str, /) -> Operation | None: ...
    def read(self, operation: Operation, body: dict[str, Any], /) -> Asked: ...
    def render(self, seen: Seen, answer: Answer, request_id: str, /) -> dict[str, Any]: ...
    def refuse(self, fault: Fault, model: str, message: str = "", /) -> Refusal: ...
    def headers(self, request_id: str, number: int, /) -> dict[str, str]: ...
    def listed(self, models: list[str], /) -> dict[str, Any]: ...
    def model(self, name: str, /) -> dict[str, Any]: ...


GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)
"""A 502 does not come from the vendor but from what stands before it, and so it is no JSON."""
