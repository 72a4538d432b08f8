"""Each vendor's real SDK over a real socket, against each row of the fault table."""

import asyncio
import json
from datetime import timedelta

import pytest
from tests.llm.asks import VERDICT, Time, Verdict, an_ask

from itemwell.double import Double, Fault
from itemwell.llm import anthropic, google, openai
from itemwell.llm.door import Exit, LLMError
from itemwell.llm.patient import patient

ANSWER = {"key": "B", "reason": "4 packs"}
WIRES = ("responses", "chat", "anthropic", "google")


@pytest.fixture(params=WIRES)
def wire(request):
    return request.param


def vendor_of(wire):
    return wire if wire in {"anthropic", "google"} else "openai"


@pytest.fixture
def double():
    with Double(brain=lambda _: ANSWER) as running:
        yield running


def connect(wire, double, *, key=None, model=None, seconds=60.0):
    vendor = vendor_of(wire)
    key, model = key or double.keys[vendor], model or double.models[vendor][0]
    match wire:
        case "anthropic":
            return anthropic.connect(key, model, f"{double.url}/anthropic", seconds=seconds)
        case "google":
            return google.connect(key, model, f"{double.url}/google", seconds=seconds)
        case _:
            url = f"{double.url}/openai/v1"
            return openai.connect(key, model, url, seconds=seconds, api=wire)


def outcome(wire, double, *script, ask=None, **options):
    """What one ask came to: a Reply or an LLMError."""
    double.script(vendor_of(wire), script)

    async def call():
        async with connect(wire, double, **options) as model:
            try:
                return await model(ask or an_ask())
            except LLMError as error:
                return error

    return asyncio.run(call())


def test_an_answer_comes_back_as_the_shape_asked_for(wire, double):
    reply = outcome(wire, double)

    assert reply.answer == VERDICT
    assert (reply.vendor, reply.model) == (vendor_of(wire), double.models[vendor_of(wire)][0])
    assert (json.loads(reply.text), reply.notes, reply.usage.estimated) == (ANSWER, (), False)
    assert reply.request_id
    assert reply.seconds > 0


def test_the_request_carries_prompt_limit_and_schema(wire, double):
    outcome(wire, double)

    (seen,) = double.seen
    assert (seen.system, seen.prompt) == (an_ask().system, an_ask().prompt)
    assert seen.max_tokens == 500
    assert set(seen.schema["properties"]) == set(Verdict.model_fields)


def test_a_server_at_another_address_is_asked_by_chat_completions(double):
    async def call():
        url = double.environment["OPENAI_BASE_URL"]
        async with openai.connect(double.keys["openai"], "gpt-5", url) as model:
            return await model(an_ask(temperature=0.5))

    assert asyncio.run(call()).answer == VERDICT
    assert double.seen[0].path.endswith("/chat/completions")
    assert double.seen[0].body["temperature"] == 0.5
    assert double.seen[0].body["max_tokens"] == 500


def test_the_usage_is_the_vendors_own(wire, double):
    reply = outcome(wire, double)

    (charge,) = double.bill
    assert (reply.usage.input, reply.usage.output) == charge.tokens[:2]


@pytest.mark.parametrize("wire", WIRES)
def test_reasoning_is_counted_with_the_output(wire):
    with Double(brain=lambda _: ANSWER, reasoning=50) as double:
        reply = outcome(wire, double)

    assert reply.usage.reasoning == 50
    assert reply.usage.output == double.bill.charges[0].tokens.output


REFUSALS = {
    Fault.RATE_LIMIT.name: (Fault.RATE_LIMIT(retry_after="1"), "rate", 1.0),
    "hour": (Fault.RATE_LIMIT(retry_after="3600"), "rate", 3_600.0),
    "zero": (Fault.RATE_LIMIT(retry_after="0"), "rate", 0.0),
    "negative": (Fault.RATE_LIMIT(retry_after="-5"), "rate", 0.0),
    "garbage": (Fault.RATE_LIMIT(retry_after="soon"), "rate", 0.0),
    "unsaid": (Fault.RATE_LIMIT(retry_after=None), "rate", 0.0),
    "QUOTA": (Fault.QUOTA, "billing", None),
    "BILLING": (Fault.BILLING, "billing", None),
    "PAYMENT": (Fault.PAYMENT, "billing", None),
    "AUTH": (Fault.AUTH, "auth", None),
    "FORBIDDEN": (Fault.FORBIDDEN, "auth", None),
    "MODEL_NOT_FOUND": (Fault.MODEL_NOT_FOUND, "unknown_model", None),
    "BAD_REQUEST": (Fault.BAD_REQUEST, "bug", None),
    "TOO_LONG": (Fault.TOO_LONG, "too_large", None),
    "SERVER_ERROR": (Fault.SERVER_ERROR, "overloaded", 0.0),
    "BAD_GATEWAY": (Fault.BAD_GATEWAY, "overloaded", 0.0),
    "UNAVAILABLE": (Fault.UNAVAILABLE, "overloaded", 0.0),
    "OVERLOADED": (Fault.OVERLOADED, "overloaded", 0.0),
    "STATUS": (Fault.STATUS, "bug", None),
}


@pytest.mark.parametrize("row", REFUSALS)
def test_a_refused_request_is_classified_and_was_sent_once(wire, double, row):
    fault, kind, wait = REFUSALS[row]

    error = outcome(wire, double, fault)

    assert (error.kind, error.wait, error.perhaps_billed) == (kind, wait, False)
    assert len(double.seen) == 1
    assert error.text


def test_a_retry_after_may_be_a_date(wire, double):
    error = outcome(wire, double, Fault.RATE_LIMIT(retry_after=timedelta(seconds=90)))

    assert error.kind == "rate"
    assert 80 < error.wait <= 90


ANSWERS = {
    "REFUSED": (Fault.REFUSED, "refused"),
    "BLOCKED": (Fault.BLOCKED, "refused"),
    "FILTERED": (Fault.FILTERED, "refused"),
    "EMPTY": (Fault.EMPTY, "refused"),
    "EMPTY_TEXT": (Fault.EMPTY_TEXT, "refused"),
    "MAX_TOKENS": (Fault.MAX_TOKENS, "truncated"),
    "FINISH": (Fault.FINISH, "invalid"),
    "NOT_JSON": (Fault.NOT_JSON, "invalid"),
    "TWO_OBJECTS": (Fault.TWO_OBJECTS, "invalid"),
    "WRONG_SHAPE": (Fault.WRONG_SHAPE, "invalid"),
    "CUT": (Fault.CUT, "invalid"),
    "DEEP": (Fault.DEEP, "invalid"),
    "HTML": (Fault.HTML, "invalid"),
    "WRONG_TYPE": (Fault.WRONG_TYPE, "invalid"),
    "EMPTY_OBJECT": (Fault.EMPTY_OBJECT, "invalid"),
    "EMPTY_LIST": (Fault.EMPTY_LIST, "invalid"),
    "NULL": (Fault.NULL, "invalid"),
    "STRING": (Fault.STRING, "invalid"),
    "INVALID_JSON": (Fault.INVALID_JSON, "invalid"),
    "EMPTY_BODY": (Fault.EMPTY_BODY, "invalid"),
    "DEEP_BODY": (Fault.DEEP_BODY, "invalid"),
    "TRUNCATED": (Fault.TRUNCATED, "invalid"),
    "HUGE": (Fault.HUGE, "too_large"),
    "BOMB": (Fault.HUGE(gzip=True), "too_large"),
    "MANY": (Fault.MANY(n=20_000), "invalid"),
}


@pytest.mark.parametrize("row", ANSWERS)
def test_an_answer_that_is_none_is_an_error_that_was_perhaps_billed(wire, double, row):
    fault, kind = ANSWERS[row]

    error = outcome(wire, double, fault, ask=an_ask(max_output_tokens=400_000))

    assert isinstance(error, LLMError), error
    assert (error.kind, error.wait, error.perhaps_billed) == (kind, None, True)
    assert len(double.seen) == 1


@pytest.mark.parametrize(
    "row", ["REFUSED", "NOT_JSON", "WRONG_SHAPE", "CUT", "HTML", "INVALID_JSON"]
)
def test_the_raw_text_is_kept(wire, double, row):
    error = outcome(wire, double, ANSWERS[row][0])

    assert error.text or (wire, row) == ("google", "REFUSED")


SALVAGED = {
    "FENCE": "text around the answer dropped",
    "TRAILING": "text around the answer dropped",
    "LEADING": "text around the answer dropped",
    "HALF_EMOJI": "NUL or half a character cleaned",
    "LONE_SURROGATE": "NUL or half a character cleaned",
    "NUL": "NUL or half a character cleaned",
    "USAGE_MISSING": "usage estimated",
    "USAGE_NEGATIVE": "usage estimated",
    "USAGE_ABSURD": "usage estimated",
}


@pytest.mark.parametrize("row", SALVAGED)
def test_what_can_be_mended_is_mended_with_a_note(wire, double, row):
    reply = outcome(wire, double, getattr(Fault, row))

    assert not isinstance(reply, LLMError), reply
    assert reply.answer.key.startswith("B")
    assert SALVAGED[row] in reply.notes
    assert "\0" not in f"{reply.text}{reply.answer}"
    f"{reply.text}{reply.answer}".encode()


def test_broken_utf_8_is_replaced(wire, double):
    reply = outcome(wire, double, Fault.BAD_UTF8)

    assert "\ufffd" in reply.answer.reason


@pytest.mark.parametrize("row", ["RESET", "CLOSE", "RESET_IN_BODY", "CLOSE_IN_BODY", "NOT_HTTP"])
def test_a_broken_line_may_be_tried_again_and_may_be_on_the_bill(wire, double, row):
    error = outcome(wire, double, getattr(Fault, row))

    assert (error.kind, error.perhaps_billed, error.wait) == ("cut", True, 0.0)
    assert len(double.seen) == 1


def test_a_line_too_slow_is_given_up_and_may_be_on_the_bill(wire, double):
    slow = [Fault.DRIP, Fault.SLOW_HEADERS, Fault.HANG]
    double.script(vendor_of(wire), slow)

    async def call():
        async with connect(wire, double, seconds=2.0) as model:
            asks = (model(an_ask(slot_id=str(n))) for n, _ in enumerate(slow))
            return await asyncio.gather(*asks, return_exceptions=True)

    errors = asyncio.run(call())

    assert [(each.kind, each.perhaps_billed, each.wait) for each in errors] == [
        ("timeout", True, 0.0)
    ] * len(slow)
    assert len(double.seen) == len(slow)


def test_a_port_where_nobody_listens_is_a_connection_that_cost_nothing(wire, double):
    model = connect(wire, double)
    double.__exit__(None)
    try:
        error = asyncio.run(closing(model))
    finally:
        double.__enter__()

    assert (error.kind, error.perhaps_billed, error.wait) == ("connection", False, 0.0)


async def closing(model):
    async with model:
        try:
            return await model(an_ask())
        except LLMError as error:
            return error


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_the_key_stays(wire, double, status):
    error = outcome(wire, double, Fault.REDIRECT(status=status))

    assert (error.kind, error.wait) == ("redirect", None)
    assert (double.leaked, len(double.seen)) == ([], 1)


def test_a_wrong_key_appears_in_no_part_of_the_error(wire, double):
    key = "sk-planted-0123456789abcdef"

    error = outcome(wire, double, key=key)

    assert error.kind == "auth"
    assert error.exit is Exit.CONFIG
    assert error.__cause__ is error.__context__ is None
    assert key not in f"{error} {error.text} {vars(error)}"


def test_a_key_in_an_answer_is_hidden(wire, double):
    key = double.keys[vendor_of(wire)]

    reply = outcome(wire, double, {"key": "B", "reason": f"the key is {key}"})

    assert reply.answer.reason == "the key is ***"
    assert key not in reply.text


def test_an_unknown_model_is_named(wire, double):
    error = outcome(wire, double, model="made-up-9")

    assert error.kind == "unknown_model"
    assert "made-up-9" in str(error)


def test_an_unknown_model_is_told_with_the_nearest_name(wire, double):
    name = {
        "openai": "gpt-5-minni",
        "anthropic": "claude-sonnet-4-55",
        "google": "gemini-2.5-flush",
    }
    error = outcome(wire, double, model=name[vendor_of(wire)])

    assert "; did you mean " in str(error)


def test_a_404_that_is_not_the_vendors_asks_for_the_base_url(wire, double):
    double.script(vendor_of(wire), [Fault.HTML(status=404)])

    assert "is the base URL right?" in str(outcome(wire, double))


def test_a_revoked_key_is_asked_with_once(wire, double):
    double.revoke(vendor_of(wire))
    key = double.keys[vendor_of(wire)].removesuffix("-revoked")

    async def call():
        async with connect(wire, double, key=key) as model:
            insisting = patient(model)
            return [await kind_of(insisting) for _ in range(5)]

    assert asyncio.run(call()) == ["auth"] * 5
    assert len(double.seen) == 1


async def kind_of(model):
    try:
        await model(an_ask())
    except LLMError as error:
        return error.kind


def test_a_storm_is_weathered_by_patience(wire, double):
    time = Time()
    double.script(vendor_of(wire), [Fault.STORM(n=3), Fault.RATE_LIMIT(retry_after="2")])

    async def call():
        async with connect(wire, double) as model:
            return await patient(model, sleep=time.sleep, chance=lambda: 0.0)(an_ask())

    assert asyncio.run(call()).answer == VERDICT
    assert time.slept == [0.0, 0.0, 0.0, 2.0]


def test_cancelling_leaves_no_task_and_no_connection_behind(wire, double):
    double.script(vendor_of(wire), [Fault.HANG])

    async def call():
        async with connect(wire, double) as model:
            call = asyncio.create_task(model(an_ask()))
            while not double.seen:
                await asyncio.sleep(0.01)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            assert call.cancelled()
            return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(call()) == set()


def test_sixty_four_at_once_all_come_back(wire, double):
    async def call():
        async with connect(wire, double) as model:
            return await asyncio.gather(*(model(an_ask(slot_id=str(n))) for n in range(64)))

    assert [reply.answer for reply in asyncio.run(call())] == [VERDICT] * 64


def test_an_sdk_is_imported_only_when_its_vendor_is_connected():
    import subprocess
    import sys

    code = (
        "import sys, itemwell.llm.openai, itemwell.llm.anthropic, itemwell.llm.google; "
        "print({'openai', 'anthropic', 'google.genai', 'genai_prices'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
