"""`doctor --online`: each key and name at its vendor, for nothing, and what to do where one fails."""

import json

import pytest

from itemwell.double import Double, Fault

MODELS = {
    "openai": "gpt-6.1-sol",
    "anthropic": "claude-sonnet-5-5",
    "google": "gemini-3.8-flash",
}


def looked(program, **environment):
    ended = program("doctor", "--online", "--json", **environment)
    return ended, {row["check"]: row for row in json.loads(ended.out)["checks"]}


def test_all_is_well_and_nothing_is_billed(program):
    with Double() as double:
        ended, checks = looked(program, **double.environment)

    assert ended.status == 0
    for vendor, model in MODELS.items():
        assert checks[vendor]["found"] == f"the key works and {model} is known"
    assert double.bill.charges == []
    assert [each.asks for each in double.seen] == [False] * 3


@pytest.mark.parametrize("embedder", ["openai", "google"])
def test_a_vendors_embedder_is_looked_up_too(program, embedder):
    with Double() as double:
        changes = {**double.environment, "EMBEDDER": embedder}
        ended = program("doctor", "--online", **changes)
        failed = program("doctor", "--online", **changes, EMBEDDER_MODEL="text-embedding-4/64", ALLOW_UNKNOWN_PRICES="yes")  # fmt: skip

    assert (ended.status, failed.status, double.bill.calls) == (0, 3, 0)
    assert "embedding" in ended.out.splitlines()[-1]
    assert "has no such model" in failed.out or "unknown_model" in failed.out


def test_without_the_flag_nobody_is_called(program):
    with Double() as double:
        assert program("doctor", **double.environment).status == 0

    assert double.seen == []


def test_without_a_key_that_is_told_and_is_no_failure(program):
    ended, checks = looked(program)

    assert ended.status == 0
    assert "no key is configured" in checks["models"]["found"]


def test_each_vendor_tells_its_own_trouble(program):
    with Double() as double:
        changes = {**double.environment, "GOOGLE_MODEL": "gemini-3.8-flush"}
        double.revoke("openai")
        double.script("anthropic", [Fault.FORBIDDEN])
        ended, checks = looked(program, **changes)

    assert ended.status == 3
    assert "rejects OPENAI_API_KEY" in checks["openai"]["found"]
    assert "ANTHROPIC_API_KEY may not read models" in checks["anthropic"]["found"]
    assert "did you mean gemini-3.8-flash?" in checks["google"]["found"]
    secrets = [value for name, value in changes.items() if name.endswith("_KEY")]
    assert not any(secret in ended.out + ended.err for secret in secrets)


def test_an_address_that_is_not_the_vendors_is_asked_about(program):
    with Double() as double:
        nowhere = {
            "OPENAI_BASE_URL": f"{double.url}/elsewhere",
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        }
        double.script("google", [Fault.HTML])
        ended, checks = looked(program, **double.environment | nowhere)

    assert "is the base URL right?" in checks["openai"]["found"]
    assert "cannot be reached" in checks["anthropic"]["found"]
    assert "ANTHROPIC_BASE_URL" in checks["anthropic"]["found"]
    assert "is GOOGLE_GEMINI_BASE_URL this vendor's API?" in checks["google"]["found"]
    assert ended.status == 3


def test_a_compatible_server_is_known_by_its_list(program):
    with Double() as double:
        double.models["openai"].append("llama3.3:latest")
        mine = {n: v for n, v in double.environment.items() if n.startswith("OPENAI")}
        _, known = looked(program, **mine, OPENAI_MODEL="llama3.3")
        ended, unknown = looked(program, **mine, OPENAI_MODEL="llama3.33:latest")

    assert known["openai"]["ok"]
    assert ended.status == 3
    assert "no such model; did you mean llama3.3:latest?" in unknown["openai"]["found"]
