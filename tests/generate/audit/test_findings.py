"""From what gates said to recall, precision and how the audit ended."""

import pytest

from itemwell.generate.audit.findings import ANY, UNTOUCHED, Finding, Findings
from itemwell.interval import wilson
from itemwell.llm.door import LLMError

ALL = ("check", "solve", "judge")


def a_finding(defect=UNTOUCHED, gates=ALL, **said):
    passed = dict.fromkeys(gates) if not said.pop("unasked", False) else {}
    return Finding(1, defect, gates, passed | said)


def figures(*some):
    found = Findings("s", list(some)).figures(["two_right"])
    return {figure.gate: figure for figure in found}


def test_recall_is_what_was_caught_of_what_was_made():
    found = figures(*[a_finding("two_right", judge="no")] * 3, a_finding("two_right"))

    assert {gate: (each.caught, each.made, each.recall) for gate, each in found.items()} == {
        "check": (0, 4, 0.0),
        "solve": (0, 4, 0.0),
        "judge": (3, 4, 0.75),
        ANY: (3, 4, 0.75),
    }


def test_precision_counts_the_untouched_questions_that_the_same_gate_refused():
    some = [a_finding("two_right", judge="no")] * 3
    some += [a_finding(judge="no"), a_finding(solve="no"), a_finding()]

    found = figures(*some)

    assert found["judge"].precision == 0.75
    assert found["solve"].precision == 0.0
    assert found["check"].precision is None
    assert found[ANY].precision == 0.6


def test_a_gate_that_could_not_be_asked_counts_neither_way():
    unasked = a_finding("two_right", unasked=True, check="no")

    found = figures(unasked, a_finding("two_right"))

    assert (found["check"].made, found["solve"].made) == (2, 1)
    assert (found[ANY].caught, found[ANY].made) == (0, 1)


def test_each_gate_tells_its_false_alarms():
    found = Findings("s", [a_finding(judge="no"), a_finding(), a_finding("two_right", solve="no")])

    assert found.false_alarms() == {
        "check": (0, 2),
        "solve": (0, 2),
        "judge": (1, 2),
        ANY: (1, 2),
    }


def test_a_defect_of_which_there_was_none_has_no_row():
    assert Findings("s", [a_finding()]).figures(["two_right"]) == []


@pytest.mark.parametrize(
    ("kind", "status"), [("budget", 1), ("auth", 3), ("connection", 2), ("unknown_model", 3)]
)
def test_an_audit_that_no_model_answered_ends_as_its_trouble_says(kind, status):
    found = Findings("s", [a_finding(unasked=True, check=None)])
    found.wait(LLMError(kind, "it said no"))

    assert found.outcome.exit == status
    assert found.outcome.message.endswith(
        "0 of 1 question and 0 mutants went through every gate: it said no"
    )


def test_an_audit_of_which_some_was_answered_is_partial():
    found = Findings("s", [a_finding(), a_finding("two_right", unasked=True)])
    found.wait(LLMError("auth", "the key was revoked"))

    assert (found.outcome.exit, found.outcome.reason, found.unscored) == (1, "auth", 1)
    assert found.over


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_the_interval_agrees_with_published_figures(found, of, low, high):
    assert wilson(found, of) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize("of", [1, 2, 7, 100])
def test_the_interval_holds_the_share_and_narrows_with_the_number(of):
    for found in range(of + 1):
        low, high = wilson(found, of)
        assert 0 <= low <= found / of <= high <= 1
        again = wilson(found * 10, of * 10)
        assert again[1] - again[0] < high - low
