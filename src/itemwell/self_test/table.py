"""The fault table. Each row is run for each vendor, by `itemwell self-test` and by the tests."""

from datetime import timedelta

from itemwell.double import Fault
from itemwell.errors import Exit
from itemwell.self_test.row import (
    DONE,
    WHOLE,
    End,
    Row,
    after,
    covered,
    down,
    ever,
    once,
    refused,
    unreachable,
    wrong,
)

AT_ONCE = 2
"""Calls under way at once in a row's run."""

BROKEN = 8 + AT_ONCE
"""After so many failures a vendor rests."""

AN_HOUR = timedelta(hours=1)
BRIEF = {"call_seconds": 0.4}
LASTING = {"patience_seconds": 8}
EXHAUSTED = End(Exit.FAILED, "exhausted", 0)

RATES = [
    once("429, Retry-After 1", Fault.RATE_LIMIT, "rate", least_seconds=1.0, settings={"patience_seconds": 6}),
    ever("429, Retry-After 3600", Fault.RATE_LIMIT(retry_after="3600"), down("rate"), most_calls=AT_ONCE),
    covered("429, Retry-After 3600", Fault.RATE_LIMIT(retry_after="3600"), "rate", most_calls=AT_ONCE),
    ever("429, Retry-After a date in an hour", Fault.RATE_LIMIT(retry_after=AN_HOUR), down("rate"), most_calls=AT_ONCE),
    once("429, Retry-After a date gone by", Fault.RATE_LIMIT(retry_after=-AN_HOUR), "rate"),
    once("429, Retry-After 0", Fault.RATE_LIMIT(retry_after="0"), "rate"),
    once("429, Retry-After negative", Fault.RATE_LIMIT(retry_after="-5"), "rate"),
    once("429, Retry-After garbage", Fault.RATE_LIMIT(retry_after="soon"), "rate"),
    once("429 without Retry-After", Fault.RATE_LIMIT(retry_after=None), "rate"),
]  # fmt: skip

OFF = [
    row
    for name, fault, end in [
        ("429 insufficient quota", Fault.QUOTA, down("billing")),
        ("402 payment required", Fault.PAYMENT, down("billing")),
        ("billing", Fault.BILLING, down("billing")),
        ("401", Fault.AUTH, wrong("auth")),
        ("403", Fault.FORBIDDEN, wrong("auth")),
        ("404, unknown or retired model", Fault.MODEL_NOT_FOUND, wrong("unknown_model")),
    ]
    for row in (
        ever(name, fault, end, most_calls=AT_ONCE),
        covered(name, fault, end.reason, most_calls=AT_ONCE),
    )
]

REVOKED = [
    Row(
        name="key revoked in the middle",
        replies=after(3, Fault.AUTH),
        end=wrong("auth"),
        kinds=frozenset({"auth"}),
        most_calls=3 + AT_ONCE,
    ),
    Row(
        name="key revoked in the middle, another vendor is well",
        replies=after(1, Fault.AUTH),
        kinds=frozenset({"auth"}),
        most_calls=1 + AT_ONCE,
        other=True,
    ),
]

STORMS = [
    row
    for name, fault in [
        ("500", Fault.SERVER_ERROR),
        ("502", Fault.BAD_GATEWAY),
        ("503", Fault.UNAVAILABLE),
        ("529", Fault.OVERLOADED),
    ]
    for row in (
        Row(
            name=f"{name}, a storm of 9",
            replies=(fault,) * 9,
            kinds=frozenset({"overloaded"}),
            most_calls=WHOLE + 18,
            settings=LASTING,
        ),
        covered(f"{name} for ever", fault, "overloaded", most_calls=30),
    )
] + [ever("503 for ever", Fault.UNAVAILABLE, down("overloaded"), most_calls=60)]

LINES = [
    unreachable("connection refused", "http://127.0.0.1:1", down("connection")),
    unreachable("connection refused, another vendor is well", "http://127.0.0.1:1", DONE, other=True),
    unreachable("no such host", "http://nowhere.invalid", down("connection")),
    unreachable("no TLS where TLS is asked for", "https://", down("connection")),
    ever("no answer at all", Fault.HANG, down("timeout"), most_calls=2 * AT_ONCE, settings=BRIEF),
    covered("no answer at all", Fault.HANG, "timeout", most_calls=BROKEN + AT_ONCE, settings={"call_seconds": 1, "patience_seconds": 3}),
    once("reset before the answer", Fault.RESET, "cut"),
    once("an answer that is no HTTP", Fault.NOT_HTTP, "cut"),
    once("reset in the body", Fault.RESET_IN_BODY, "cut"),
    once("closed in the body", Fault.CLOSE_IN_BODY, "cut"),
    ever("reset in every body", Fault.RESET_IN_BODY, down("cut"), most_calls=2 * AT_ONCE),
    ever("1 byte a second", Fault.DRIP, down("timeout"), most_calls=2 * AT_ONCE, settings=BRIEF),
    ever("1 byte a second in the head", Fault.SLOW_HEADERS, down("timeout"), most_calls=2 * AT_ONCE, settings=BRIEF),
    ever("redirect to another host", Fault.REDIRECT, down("redirect"), most_calls=AT_ONCE),
    covered("redirect to another host", Fault.REDIRECT, "redirect", most_calls=BROKEN),
]  # fmt: skip

BODIES = [
    refused("200 with HTML", Fault.HTML, "invalid"),
    ever("200 with HTML for ever", Fault.HTML, EXHAUSTED, kinds=frozenset({"invalid"}), most_calls=4, refused="draft: invalid"),
    refused("200 with {}", Fault.EMPTY_OBJECT, "invalid"),
    refused("200 with []", Fault.EMPTY_LIST, "invalid"),
    refused("200 with null", Fault.NULL, "invalid"),
    refused("200 with a string", Fault.STRING, "invalid"),
    refused("200 with invalid JSON", Fault.INVALID_JSON, "invalid"),
    refused("200 with nothing", Fault.EMPTY_BODY, "invalid"),
    refused("200 of another type", Fault.WRONG_TYPE, "invalid"),
    refused("200, half of the body", Fault.TRUNCATED, "invalid"),
    refused("200, a body nested 100,000 deep", Fault.DEEP_BODY, "invalid"),
    refused("60 MB", Fault.HUGE, "too_large"),
    refused("60 MB in gzip", Fault.HUGE(gzip=True), "too_large"),
]  # fmt: skip

ANSWERS = [
    once("JSON in a fence", Fault.FENCE, noted="text around"),
    once("text after the JSON", Fault.TRAILING, noted="text around"),
    once("text before the JSON", Fault.LEADING, noted="text around"),
    refused("two objects", Fault.TWO_OBJECTS, "invalid"),
    refused("no JSON", Fault.NOT_JSON, "invalid"),
    refused("another shape", Fault.WRONG_SHAPE, "invalid"),
    refused("JSON cut in the middle", Fault.CUT, "invalid"),
    refused("nested 5,000 deep", Fault.DEEP(depth=5_000), "invalid"),
    refused("nested 100,000 deep", Fault.DEEP, "truncated"),
    refused("100 options", Fault.MANY(n=100), "invalid"),
    refused("100,000 options", Fault.MANY, "truncated"),
    refused("a refusal", Fault.REFUSED, "refused"),
    ever("a refusal for ever", Fault.REFUSED, EXHAUSTED, kinds=frozenset({"refused"}), most_calls=4, refused="draft: refused"),
    refused("blocked", Fault.BLOCKED, "refused"),
    refused("filtered", Fault.FILTERED, "refused"),
    refused("empty candidates", Fault.EMPTY, "refused"),
    refused("an empty text", Fault.EMPTY_TEXT, "refused"),
    refused("an unknown finish reason", Fault.FINISH, "invalid"),
    refused("cut at max_tokens", Fault.MAX_TOKENS, "truncated"),
    once("half an emoji", Fault.HALF_EMOJI),
    once("a lone surrogate", Fault.LONE_SURROGATE),
    once("NUL", Fault.NUL),
    once("bytes that are no UTF-8", Fault.BAD_UTF8),
    once("usage missing", Fault.USAGE_MISSING, noted="usage estimated"),
    once("usage null", Fault.USAGE_MISSING(null=True), noted="usage estimated"),
    once("usage negative", Fault.USAGE_NEGATIVE, noted="usage estimated"),
    once("usage absurd", Fault.USAGE_ABSURD, noted="usage estimated"),
]  # fmt: skip

NOT_SOLD = "nobody-sells-this"
PRICES = [
    Row(name="price unknown", model=NOT_SOLD, end=wrong("price"), most_calls=0),
    Row(name="price unknown, another vendor is well", model=NOT_SOLD, most_calls=0, other=True),
    Row(name="price unknown, and allowed", model=NOT_SOLD, settings={"allow_unknown_prices": True}),
]

TABLE: tuple[Row, ...] = (
    *RATES, *OFF, *REVOKED, *STORMS, *LINES, *BODIES, *ANSWERS, *PRICES,
)  # fmt: skip
