"""`itemwell models`: what is configured and what came of it, and never a key."""

import json

import pytest

from itemwell.double import Double, Fault
from itemwell.double.cast import cast

WRITES = '{"default": {"draft": ["openai"], "solve": ["google"], "judge": ["anthropic"]}}'


def listed(program, *options, **environment):
    ended = program("models", "--json", *options, **environment)
    document = json.loads(ended.out)
    return document, {row["vendor"]: row for row in document["models"]}


def test_without_a_key_it_says_so_in_a_line_and_what_to_do(bare_program):
    ended = bare_program("models")

    assert (ended.status, len(ended.out.splitlines())) == (0, 1)
    assert "No LLM API keys configured" in ended.out
    assert "set OPENAI_API_KEY" in ended.out
    assert not (bare_program.folder / "home").exists()


def test_each_model_has_its_stages_its_host_and_its_price_and_no_key_is_told(bare_program):
    environment = {
        "OPENAI_API_KEY": "sk-very-secret",
        "OPENAI_BASE_URL": "http://localhost:11434/v1",
        "OPENAI_MODEL": "llama-at-home",
        "GOOGLE_API_KEY": "AIza-very-secret",
        "ROUTES": '{"chemistry": {"draft": ["google:gemini-2.5-flash"]}}',
        "TARGETS": '{"chemistry": 40}',
        "PRICES": '{"gemini-2.5-flash": {"input": 1, "output": 2}}',
    }
    document, _ = listed(bare_program, **environment)
    told = bare_program("models", **environment)

    rows = {row["model"]: row for row in document["models"]}
    assert rows["llama-at-home"]["host"] == "localhost:11434"
    assert rows["llama-at-home"]["price"]["asked"] is False
    assert rows["gemini-2.5-flash"]["does"] == {"draft": ["chemistry"]}
    assert rows["gemini-2.5-flash"]["price"]["from"] == "settings"
    assert rows["claude-sonnet-5-5"]["key"] == "not set"
    assert "unknown: refused" in told.out
    assert "secret" not in told.out + told.err + json.dumps(document)


def test_a_price_that_nobody_knows_may_be_allowed(bare_program):
    own = {"OPENAI_BASE_URL": "http://localhost:1/v1", "OPENAI_MODEL": "llama-at-home"}
    told = bare_program("models", ALLOW_UNKNOWN_PRICES="yes", **own).out

    assert "unknown: allowed" in told
    assert "not needed" in told


@pytest.fixture
def wrote(program):
    """A program whose bank holds four questions of models; one draft was refused."""
    with Double(cast) as double:
        environment = {**double.environment, "ROUTES": WRITES}
        double.script("openai", [Fault.NOT_JSON])
        program("generate", "--count", 4, **environment)
        program.environment |= environment
        yield program, double


def test_the_record_counts_drafts_kept_at_their_very_attempt(wrote):
    program, double = wrote
    document, rows = listed(program)
    record = rows["openai"]["record"]
    charged = len(double.bill.charges)

    assert (record["drafts"], record["kept"], record["failed"]) == (5, 4, 1)
    assert sum(row["record"]["calls"] for row in rows.values()) == charged
    assert rows["google"]["record"]["kept_share"] is None
    total = sum(row["record"]["cost_usd"] for row in rows.values())
    assert record["cost_per_kept_usd"] == pytest.approx(total / 4)
    assert document["spent_usd"]["today"] == pytest.approx(total)
    assert document["spent_usd"]["vendors"]["google"] == rows["google"]["record"]["cost_usd"]

    text = program("models").out
    assert " 80% " in text
    assert "of $50.00" in text
