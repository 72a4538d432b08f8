"""The catalogue of faults. A fault is a value; calling it changes its options.

    Fault.RATE_LIMIT                          429, Retry-After: 1
    Fault.RATE_LIMIT(retry_after="3600")      the same, an hour
    [Fault.SERVER_ERROR] * 5                  a storm, in a script; Fault.STORM(n=5) is one by itself

Five layers: a *refusal* is the vendor's own error body and status; an *answer* fault spoils what
the model says, in a well-formed reply; a *wire* fault spoils the reply itself; a *batch* fault is
about the batch that is made next, or (EXPIRED) about a line of it; a *vector* fault spoils the
first vector of the embeddings that are asked for next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, overload


class Layer(StrEnum):
    REFUSAL = "refusal"
    ANSWER = "answer"
    WIRE = "wire"
    BATCH = "batch"
    VECTOR = "vector"


class Declared:
    """One entry of the catalogue: reads as a `Fault` that is named as the attribute is."""

    def __init__(self, layer: Layer, **options: Any) -> None:
        self.layer = layer
        self.options = options

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, fault: None, owner: type) -> "Fault": ...
    @overload
    def __get__(self, fault: object, owner: type) -> "Fault": ...
    def __get__(self, fault: object, owner: type) -> "Fault":
        return Fault(self.name, self.layer, self.options)


def refusal(**options: Any) -> Declared:
    """An error of the vendor. Never billed. `status` overrides the vendor's own."""
    return Declared(Layer.REFUSAL, **{"status": None, "retry_after": None, **options})


def spoilt(**options: Any) -> Declared:
    """A billed, well-formed reply with a spoilt answer. `answer` is what the brain would say."""
    return Declared(Layer.ANSWER, **{"answer": None, **options})


def wire(**options: Any) -> Declared:
    """A spoilt reply. `billed` says whether the model had answered by then."""
    return Declared(Layer.WIRE, **{"answer": None, "billed": True, **options})


def body(text: str, content_type: str = "application/json") -> Declared:
    """200 with this text as the body."""
    return wire(body=text, content_type=content_type, status=200)


@dataclass(frozen=True)
class Fault:
    """A way to fail. `Fault.ALL` has every one by name."""

    name: str
    layer: Layer
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __call__(self, **options: Any) -> "Fault":
        unknown = set(options) - set(self.options)
        if unknown:
            raise TypeError(f"{self.name} has no {', '.join(unknown)}, but {list(self.options)}")
        return replace(self, options={**self.options, **options})

    def __getitem__(self, option: str) -> Any:
        return self.options[option]

    RATE_LIMIT = refusal(retry_after="1", retry_after_ms=None)
    QUOTA = refusal()
    BILLING = refusal()
    PAYMENT = refusal()
    AUTH = refusal()
    FORBIDDEN = refusal()
    MODEL_NOT_FOUND = refusal()
    BAD_REQUEST = refusal()
    TOO_LONG = refusal()
    SERVER_ERROR = refusal()
    BAD_GATEWAY = refusal()
    UNAVAILABLE = refusal()
    OVERLOADED = refusal()
    STATUS = refusal(status=418)
    STORM = refusal(n=5, fault=None)

    FENCE = spoilt()
    TRAILING = spoilt(text="\n\nI hope this helps! Let me know if you want another one.")
    LEADING = spoilt(text="Here is the question you asked for:\n\n")
    TWO_OBJECTS = spoilt()
    NOT_JSON = spoilt(text="I would say that the answer is B.")
    WRONG_SHAPE = spoilt(text='{"answer": 42}')
    CUT = spoilt()
    REFUSED = spoilt(text="I'm sorry, but I can't help with that.")
    BLOCKED = spoilt()
    FILTERED = spoilt()
    EMPTY = spoilt()
    EMPTY_TEXT = spoilt()
    FINISH = spoilt(reason="unheard_of")
    MAX_TOKENS = spoilt(kept=0.5)
    HALF_EMOJI = spoilt()
    LONE_SURROGATE = spoilt()
    NUL = spoilt(raw=False)
    BAD_UTF8 = spoilt()
    DEEP = spoilt(depth=100_000)
    MANY = spoilt(n=100_000)
    USAGE_MISSING = spoilt(null=False)
    USAGE_NEGATIVE = spoilt()
    USAGE_ABSURD = spoilt(value=10**15)

    RESET = wire(billed=False)
    CLOSE = wire(billed=False)
    HANG = wire(seconds=3600.0)
    RESET_IN_BODY = wire()
    CLOSE_IN_BODY = wire()
    TRUNCATED = wire()
    DRIP = wire(seconds=1.0)
    SLOW_HEADERS = wire(seconds=1.0)
    HUGE = wire(size=60_000_000, gzip=False)
    NOT_HTTP = wire(text="SSH-2.0-OpenSSH_9.6\r\n", billed=False)
    REDIRECT = wire(status=307, location=None, billed=False)
    HTML = body("<!doctype html><title>Please sign in</title><h1>Hotel WiFi</h1>", "text/html")
    EMPTY_OBJECT = body("{}")
    EMPTY_LIST = body("[]")
    NULL = body("null")
    STRING = body('"ok"')
    INVALID_JSON = body('{"id": "1", "model": ')
    EMPTY_BODY = body("")
    DEEP_BODY = body('{"a":' * 100_000 + "1" + "}" * 100_000)
    WRONG_TYPE = wire(content_type="text/plain")
    GARBLED = wire()

    BATCH_FAILED = Declared(Layer.BATCH)
    BATCH_EXPIRED = Declared(Layer.BATCH)
    EXPIRED = Declared(Layer.BATCH)

    VECTOR_NULL = Declared(Layer.VECTOR)
    VECTOR_NAN = Declared(Layer.VECTOR)
    VECTOR_ZERO = Declared(Layer.VECTOR)
    VECTOR_SHORT = Declared(Layer.VECTOR)
    VECTOR_MISSING = Declared(Layer.VECTOR)


ALL: dict[str, Fault] = {
    name: getattr(Fault, name) for name, value in vars(Fault).items() if isinstance(value, Declared)
}
FATAL = frozenset(
    [
        "QUOTA",
        "BILLING",
        "PAYMENT",
        "AUTH",
        "FORBIDDEN",
        "MODEL_NOT_FOUND",
        "BAD_REQUEST",
        "TOO_LONG",
        "GARBLED",
    ]
)
SLOW = frozenset({"HANG", "DRIP", "SLOW_HEADERS", "HUGE", "MANY", "DEEP", "DEEP_BODY"})
USUAL = tuple(
    fault
    for name, fault in ALL.items()
    if name not in FATAL | SLOW and fault.layer not in {Layer.BATCH, Layer.VECTOR}
)
"""What strikes at `fault_rate` unless it is told: quick faults that leave the vendor usable."""
