"""Each format, through the real SDK, structured and async."""

import asyncio

import pytest
from tests.double.clients import (
    A_QUESTION,
    MODEL,
    PROMPT,
    SYSTEM,
    VENDORS,
    Question,
    anthropic_client,
    ask,
    google_client,
    google_config,
    openai_client,
)

from itemwell.double import Answer, Double, Tokens, google, openai


@pytest.fixture
def double():
    with Double(seed=3) as double:
        yield double


async def responses(env):
    from openai import AsyncOpenAI

    async with AsyncOpenAI(
        api_key=env["OPENAI_API_KEY"], base_url=env["OPENAI_BASE_URL"], max_retries=0
    ) as client:
        reply = await client.responses.parse(
            model=MODEL["openai"], instructions=SYSTEM, input=PROMPT, text_format=Question
        )
    return reply.output_parsed


async def chat(env):
    from openai import AsyncOpenAI

    async with AsyncOpenAI(
        api_key=env["OPENAI_API_KEY"], base_url=env["OPENAI_BASE_URL"], max_retries=0
    ) as client:
        said = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": PROMPT}]
        reply = await client.chat.completions.parse(
            model=MODEL["openai"], messages=said, response_format=Question
        )
    return reply.choices[0].message.parsed


async def messages(env):
    from anthropic import AsyncAnthropic

    async with AsyncAnthropic(
        api_key=env["ANTHROPIC_API_KEY"], base_url=env["ANTHROPIC_BASE_URL"], max_retries=0
    ) as client:
        reply = await client.messages.parse(
            model=MODEL["anthropic"],
            max_tokens=4000,
            system=SYSTEM,
            messages=[{"role": "user", "content": PROMPT}],
            output_format=Question,
        )
    return reply.parsed_output


async def generate_content(env, **schema):
    from google.genai import Client
    from google.genai.types import HttpOptions

    options = HttpOptions(base_url=env["GOOGLE_GEMINI_BASE_URL"])
    client = Client(api_key=env["GOOGLE_API_KEY"], http_options=options)
    try:
        reply = await client.aio.models.generate_content(
            model=MODEL["google"],
            contents=PROMPT,
            config=google_config(**(schema or {"response_schema": Question})),
        )
    finally:
        await client.aio.aclose()
        client.close()
    return reply.parsed


@pytest.mark.parametrize("form", [responses, chat, messages, generate_content])
def test_the_default_brain_answers_what_the_schema_asks_for(double, form):
    answer = asyncio.run(form(double.environment))

    assert isinstance(answer, Question)
    assert (double.seen[0].system, double.seen[0].prompt) == (SYSTEM, PROMPT)
    assert double.seen[0].schema["properties"].keys() == Question.model_fields.keys()


@pytest.mark.parametrize("form", [responses, chat, messages, generate_content])
def test_a_brain_s_answer_arrives_as_it_was_given(form):
    with Double(brain=lambda _: A_QUESTION) as double:
        answer = asyncio.run(form(double.environment))

    assert answer.model_dump() == A_QUESTION


def test_google_s_json_schema_is_read_as_well(double):
    schema = Question.model_json_schema()

    answer = asyncio.run(generate_content(double.environment, response_json_schema=schema))

    Question.model_validate(answer)


def test_a_seed_says_the_same_again_and_a_repeated_ask_something_else(double):
    first, second = (asyncio.run(responses(double.environment)) for _ in range(2))
    with Double(seed=3) as again:
        same = asyncio.run(responses(again.environment))

    assert first == same
    assert first != second


def test_each_sdk_lists_the_models(double):
    with openai_client(double) as client:
        assert [one.id for one in client.models.list()] == [
            *double.models["openai"],
            *openai.EMBEDDERS,
        ]
        assert client.models.retrieve(MODEL["openai"]).id == MODEL["openai"]
    with anthropic_client(double) as client:
        assert [one.id for one in client.models.list()] == double.models["anthropic"]
        assert client.models.retrieve(MODEL["anthropic"]).id == MODEL["anthropic"]
    with google_client(double) as client:
        names = [one.name.removeprefix("models/") for one in client.models.list()]
        assert names == [*double.models["google"], *google.EMBEDDERS]
        assert client.models.get(model=MODEL["google"]).name == f"models/{MODEL['google']}"


def test_google_s_sdk_may_ask_for_v1beta(double):
    with google_client(double, api_version="v1beta") as client:
        reply = client.models.generate_content(model=MODEL["google"], contents=PROMPT)

    assert reply.text
    assert "/v1beta/" in double.seen[0].path


def test_usage_reaches_the_sdk_as_it_is_billed():
    tokens = Tokens(input=2000, output=300, cached=1500, reasoning=100)
    with Double(brain=lambda _: Answer("hello", tokens)) as double:
        openai, anthropic, google = (ask(double, vendor) for vendor in VENDORS)

    assert [charge.tokens for charge in double.bill] == [tokens] * 3
    usage = openai.usage
    assert (usage.input_tokens, usage.output_tokens) == (2000, 300)
    assert usage.input_tokens_details.cached_tokens == 1500
    assert usage.output_tokens_details.reasoning_tokens == 100
    usage = anthropic.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens) == (500, 1500)
    assert (usage.output_tokens, usage.output_tokens_details.thinking_tokens) == (300, 100)
    usage = google.usage_metadata
    assert (usage.prompt_token_count, usage.cached_content_token_count) == (2000, 1500)
    assert (usage.candidates_token_count, usage.thoughts_token_count) == (200, 100)


def test_a_long_system_prompt_is_cached_the_second_time(double):
    with openai_client(double) as client:
        cached = [
            client.responses.create(
                model=MODEL["openai"], instructions="x" * 8000, input=PROMPT
            ).usage.input_tokens_details.cached_tokens
            for _ in range(2)
        ]

    assert cached == [0, 2000]


@pytest.mark.parametrize(
    ("vendor", "limit"),
    [("openai", "max_output_tokens"), ("anthropic", "max_tokens"), ("google", "max_output_tokens")],
)
def test_an_answer_longer_than_the_limit_is_cut(vendor, limit):
    with Double(brain=lambda _: "word " * 100) as double:
        reply = ask(double, vendor, **{limit: 20})

    assert "word" in str(reply)
    assert ("max_output_tokens" in str(reply)) or ("max_tokens" in str(reply).lower())
    assert [charge.tokens.output for charge in double.bill] == [20]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_revoked_key_is_refused_and_nothing_is_charged(double, vendor):
    env = dict(double.environment)
    double.revoke(vendor)
    form = {"openai": responses, "anthropic": messages, "google": generate_content}[vendor]

    with pytest.raises(Exception, match=r"(?i)api.key"):
        asyncio.run(form(env))

    assert double.bill.calls == 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_retired_model_is_not_found(double, vendor):
    double.models[vendor].remove(MODEL[vendor])

    with pytest.raises(Exception, match="404"):
        ask(double, vendor)


def test_a_schema_that_strict_mode_refuses_is_refused(double):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    wanted = {"type": "json_schema", "name": "q", "strict": True, "schema": schema}

    with pytest.raises(Exception, match="additionalProperties"):
        ask(double, "openai", text={"format": wanted})


def test_a_bound_is_refused_in_anthropic_s_schema(double):
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"a": {"type": "string", "maxLength": 3}},
    }

    with pytest.raises(Exception, match="maxLength are not supported"):
        ask(
            double, "anthropic", output_config={"format": {"type": "json_schema", "schema": schema}}
        )
