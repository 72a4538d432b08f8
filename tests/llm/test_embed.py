"""Each vendor's embeddings by its real SDK over a real socket: unit vectors, or an error that says why."""

import asyncio
import json

import numpy as np
import pytest
from tests.llm.asks import http, serving

from itemwell.double import Double, Fault
from itemwell.llm import google_embed, openai_embed
from itemwell.llm.door import LLMError
from itemwell.llm.embed import asking, vectored, vectors_of
from itemwell.similar.embed import Identity

ADAPTERS = {"openai": openai_embed, "google": google_embed}
TEXTS = [
    "A baker sells 12 rolls for 6 euros. What does one roll cost?",
    "A baker sells 12 rolls for 6 euros. How much does one roll cost?",
    "Which planet is the largest of the solar system?",
]
VECTOR_FAULTS = {
    "VECTOR_NULL": "",
    "VECTOR_NAN": "",
    "VECTOR_ZERO": "zeros",
    "VECTOR_SHORT": "",
    "VECTOR_MISSING": "",
}


@pytest.fixture(params=ADAPTERS)
def vendor(request):
    return request.param


@pytest.fixture
def double():
    with Double() as running:
        yield running


def usual(vendor):
    model, _, dimensions = ADAPTERS[vendor].USUAL.partition("/")
    return model, int(dimensions)


def outcome(vendor, double, *script, model=None, dimensions=None, url=None, **options):
    """What one ask came to: a Reply or an LLMError."""
    double.script(vendor, script)
    name, number = usual(vendor)
    identity = Identity(vendor, model or name, "1", dimensions or number)
    place = url or f"{double.url}/{vendor}" + ("/v1" if vendor == "openai" else "")

    async def call():
        async with ADAPTERS[vendor].connect(
            double.keys[vendor], identity.model, place, dimensions=identity.dimensions, **options
        ) as connected:
            try:
                return await vectored(connected, identity)(asking(TEXTS, identity.dimensions))
            except LLMError as error:
                return error

    return asyncio.run(call())


def test_twins_are_near_and_strangers_far_in_the_order_of_the_texts(vendor, double):
    reply = outcome(vendor, double)
    one, twin, other = vectors_of(reply)

    assert one.shape == (usual(vendor)[1],)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-6)
    assert (one @ twin > 0.7, one @ other < 0.3) == (True, True)


def test_what_is_kept_of_a_reply_is_short_and_its_usage_the_vendors(vendor, double):
    reply = outcome(vendor, double)
    (charge,) = double.bill

    assert reply.text == f"3 vectors of {vendor}:{usual(vendor)[0]}@1/{usual(vendor)[1]}"
    assert (reply.usage.input, reply.usage.output) == (charge.tokens.input, 0)
    assert not reply.usage.estimated


@pytest.mark.parametrize("name", VECTOR_FAULTS)
def test_of_vectors_that_may_not_be_trusted_there_is_none(vendor, double, name):
    error = outcome(vendor, double, getattr(Fault, name))

    assert (error.kind, error.wait, error.perhaps_billed) == ("invalid", None, True)
    assert len(error.text) <= 4_000
    assert VECTOR_FAULTS[name] in str(error)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_LIMIT, "rate"),
        (Fault.QUOTA, "billing"),
        (Fault.AUTH, "auth"),
        (Fault.MODEL_NOT_FOUND, "unknown_model"),
        (Fault.SERVER_ERROR, "overloaded"),
        (Fault.BAD_GATEWAY, "overloaded"),
        (Fault.RESET, "cut"),
        (Fault.RESET_IN_BODY, "cut"),
        (Fault.TRUNCATED, "invalid"),
        (Fault.HTML, "invalid"),
        (Fault.EMPTY_OBJECT, "invalid"),
        (Fault.EMPTY_LIST, "invalid"),
        (Fault.NULL, "invalid"),
        (Fault.STRING, "invalid"),
        (Fault.INVALID_JSON, "invalid"),
        (Fault.EMPTY_BODY, "invalid"),
        (Fault.DEEP_BODY, "invalid"),
        (Fault.REDIRECT, "redirect"),
        (Fault.HUGE, "too_large"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_each_fault_is_told_by_its_kind_after_one_call(vendor, double, fault, kind):
    error = outcome(vendor, double, fault)

    assert (error.kind, len(double.seen), double.leaked) == (kind, 1, [])
    assert double.keys[vendor] not in f"{error}{error.text}"


def test_a_silent_vendor_is_given_up_in_time(vendor, double):
    error = outcome(vendor, double, Fault.HANG, seconds=0.2)

    assert (error.kind, error.wait) == ("timeout", 0.0)


def test_openai_is_asked_for_fewer_dimensions_only_where_the_model_has_more(double):
    outcome("openai", double)
    fewer = outcome("openai", double, model="text-embedding-3-large", dimensions=1024)

    first, second = (seen.body for seen in double.seen)
    assert (first["encoding_format"], "dimensions" in first) == ("base64", False)
    assert second["dimensions"] == vectors_of(fewer).shape[1] == 1024


@pytest.mark.parametrize("model", ["gemini-embedding-001", "gemini-embedding-2"])
def test_google_is_asked_for_one_vector_a_text(double, model):
    reply = outcome("google", double, model=model, dimensions=256)

    (seen,) = double.seen
    texts = [each["content"]["parts"] for each in seen.body["requests"]]
    assert texts == [[{"text": text}] for text in TEXTS]
    assert vectors_of(reply).shape == (3, 256)


def served(body):
    """What comes of a body that some compatible server sends."""

    async def call():
        async with serving(lambda: http(body)) as url:
            connected = openai_embed.connect("key", "nomic-embed-text", f"{url}/v1", dimensions=2)
            async with connected:
                model = vectored(connected, Identity("openai", "nomic-embed-text", "1", 2))
                try:
                    return await model(asking(["one", "two"], 2))
                except LLMError as error:
                    return error

    return asyncio.run(call())


def test_numbers_instead_of_base64_are_read_and_the_usage_estimated():
    reply = served('{"data": [{"index": 0, "embedding": [3, 4]}, {"index": 1, "embedding": [0, -2.5]}]}')  # fmt: skip

    assert vectors_of(reply).tolist() == [pytest.approx([0.6, 0.8]), [0, -1]]
    assert reply.usage.estimated


@pytest.mark.parametrize(
    "rows",
    [
        [[1e300, 1], [1, 1]],
        [[1, 1], [1]],
        ["no base64", "no base64"],
        ["AAAA", "AAAA"],
        [[], []],
        [],
        [[1, 1], None],
        [[True, "one"], [1, 1]],
    ],
    ids=str,
)
def test_what_is_no_vector_is_refused(rows):
    data = [{"index": at, "embedding": row} for at, row in enumerate(rows)]

    assert served(json.dumps({"data": data})).kind == "invalid"


def test_two_vectors_of_one_text_are_refused():
    assert served('{"data": [{"index": 0, "embedding": [3, 4]}, {"index": 0, "embedding": [3, 4]}]}').kind == "invalid"  # fmt: skip
