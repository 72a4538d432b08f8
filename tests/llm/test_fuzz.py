"""Bodies that nobody would send: each comes to a Reply or an LLMError, and to nothing else."""

import asyncio
from random import Random

import pytest
from tests.llm.asks import GOOD, an_ask, http, serving

from itemwell.double.garble import garbled
from itemwell.llm import anthropic, google, openai
from itemwell.llm.door import LLMError, Reply

BODIES = 300  # for each of the four wires
KEY = "sk-planted-0123456789abcdef"

USAGE = {
    "input_tokens": 50,
    "output_tokens": 20,
    "prompt_tokens": 50,
    "completion_tokens": 20,
    "input_tokens_details": {"cached_tokens": 3},
}
SOUND = {
    "responses": {
        "id": "r",
        "object": "response",
        "status": "completed",
        "output": [
            {"type": "reasoning", "summary": []},
            {"type": "message", "content": [{"type": "output_text", "text": GOOD}]},
        ],
        "incomplete_details": None,
        "usage": USAGE,
    },
    "chat": {
        "id": "c",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"content": GOOD, "refusal": None}}
        ],
        "usage": USAGE,
    },
    "anthropic": {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": GOOD}],
        "stop_reason": "end_turn",
        "stop_details": None,
        "usage": USAGE,
    },
    "google": {
        "responseId": "g",
        "candidates": [{"content": {"parts": [{"text": GOOD}]}, "finishReason": "STOP"}],
        "promptFeedback": None,
        "usageMetadata": {"promptTokenCount": 50, "candidatesTokenCount": 20},
    },
}
ERROR = {
    "error": {
        "message": "no",
        "type": "x",
        "code": "y",
        "status": "Z",
        "details": [{"reason": "R", "retryDelay": "3s", "violations": [{"quotaId": "PerDay"}]}],
    }
}
STATUSES = (
    200,
    200,
    200,
    200,
    200,
    200,
    201,
    202,
    204,
    400,
    401,
    403,
    404,
    409,
    418,
    429,
    500,
    529,
    599,
)
TYPES = ("application/json", "application/json", "application/json", "text/html", "", "x")
AFTER = ("1", "-1", "soon", "\xff", "9" * 400, "Mon, 99 Foo", "nan", "1e999", "٣")


def a_body(sound, chance):
    return garbled(chance.choice((sound, sound, sound, ERROR)), chance)


def a_response(sound, chance):
    raw = http(a_body(sound, chance), chance.choice(STATUSES), chance.choice(TYPES))
    if chance.random() < 0.3:
        after = chance.choice(AFTER).encode("utf-8")
        raw = raw.replace(b"\r\n", b"\r\nretry-after: " + after + b"\r\n", 1)
    if chance.random() < 0.1:
        raw = raw[: chance.randrange(len(raw))]
    if chance.random() < 0.03:
        place = chance.randrange(len(raw) + 1)
        raw = raw[:place] + chance.randbytes(3) + raw[place:]
    return raw


def connect(wire, url):
    match wire:
        case "anthropic":
            return anthropic.connect(KEY, "a-model", url, seconds=60)
        case "google":
            return google.connect(KEY, "a-model", url, seconds=60)
        case _:
            return openai.connect(KEY, "a-model", f"{url}/v1", seconds=60, api=wire)


@pytest.mark.parametrize("wire", SOUND)
def test_any_body_comes_to_a_reply_or_an_llm_error(wire):
    chance = Random(f"fuzz {wire}")

    async def one(model):
        try:
            return await model(an_ask())
        except LLMError as error:
            return error

    async def call():
        async with (
            serving(lambda: a_response(SOUND[wire], chance)) as url,
            connect(wire, url) as model,
        ):
            return [await one(model) for _ in range(BODIES)]

    outcomes = asyncio.run(call())

    kinds = {getattr(each, "kind", "reply") for each in outcomes}
    assert {type(each) for each in outcomes} == {Reply, LLMError}
    assert {"reply", "invalid", "refused", "cut", "rate", "auth"} <= kinds
    for each in outcomes:
        assert "the SDK failed" not in str(each)
        f"{each.text}{each}".encode()  # what Postgres can hold
        assert "\0" not in each.text
