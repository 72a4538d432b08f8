"""`questions why` and `runs show`: what was asked, said, refused and paid for a question."""

import json

import pytest

from itemwell.double import Double, Fault
from itemwell.double.cast import author, cast

WRITES = '{"default": {"draft": ["openai"], "solve": ["google"], "judge": ["anthropic"]}}'


def with_a_wrong_key(seen):
    written = author(seen)
    first = written["distractors"][0]
    first["text"], written["right_option"] = written["right_option"], first["text"]
    return written


@pytest.fixture
def wrote(program):
    """A program whose bank holds one question, its first draft refused by the solvers."""
    with Double(cast) as double:
        environment = {**double.environment, "ROUTES": WRITES}
        double.script("openai", [with_a_wrong_key])
        double.script("google", [Fault.NOT_JSON])
        written = program("generate", "--count", 1, **environment)
    assert written.status == 0, written.err
    program.environment |= environment
    return program, double


def test_the_whole_path_of_a_question(wrote):
    program, double = wrote
    question = json.loads(program("questions", "why", 1, "--json").out)["question"]
    first, second = question["attempts"]
    votes = [call for call in second["calls"] if call["stage"] == "solve"]
    (verdict,) = [call["verdict"] for call in second["calls"] if call["stage"] == "judge"]
    wrong = [call["found"] for call in first["calls"] if call["stage"] == "solve"]

    assert first["refusal"]["stage"] == "solve"
    assert (second["refusal"], second["mends"]) == (None, 0)
    assert [call["found"] for call in votes] == [[question["key"]]] * 2
    assert wrong.count(None) == question["failed_calls"] == 1
    assert f"found {wrong[-1][0]}, the key is" in first["refusal"]["reason"]
    assert verdict["validity"] == 0.9
    assert question["calls"] == len(double.bill.charges)
    assert question["cost_usd"] == pytest.approx(first["cost_usd"] + second["cost_usd"])
    assert all(call["price_usd"] > 0 for call in votes)

    text = program("questions", "why", 1).out
    prompts = program("questions", "why", 1, "--prompts").out
    assert "Attempt 0: refused by solve: google" in text
    assert "Attempt 1, which mends attempt 0: kept" in text
    assert "failed, invalid: google gemini-3.8-flash: no JSON object" in text
    assert "placed medium: Computed by hand." in text
    assert f"on {question['calls']} calls, 1 of them failed" in text
    assert len(prompts) > 2 * len(text)
    assert "Write one question." in prompts

    said = text + prompts + json.dumps(question)
    assert not any(key in said for key in double.keys.values())


def test_a_run_tells_its_calls_and_their_cost(wrote):
    program, double = wrote
    run = json.loads(program("runs", "show", 1, "--json").out)["run"]
    text = program("runs", "show", 1).out
    calls = {(row["vendor"], row["stage"]): row["calls"] for row in run["models"]}

    assert run["calls"] == len(double.bill.charges) == sum(calls.values())
    assert (calls["openai", "draft"], calls["anthropic", "judge"]) == (2, 1)
    assert run["cost_usd"] == pytest.approx(sum(row["cost_usd"] for row in run["models"]))
    assert f" on {run['calls']} calls" in text
    assert "calls     google gemini-3.8-flash, solve: 5, 1 of them failed, $" in text


def test_a_question_of_an_item_model_has_its_family_and_recipe(program):
    program("generate", "--count", 1)

    question = json.loads(program("questions", "why", 1, "--json").out)["question"]
    text = program("questions", "why", 1).out

    assert question["recipe"] == question["verified"]["draft"]
    assert question["attempts"][-1]["refusal"] is None
    assert f"family    {question['family']}" in text
    assert "Cost: nothing, no model was asked" in text


def test_a_question_that_is_not_there(program):
    ended = program("questions", "why", 9)

    assert ended.status == 3
    assert "there is no question 9" in ended.last_line
