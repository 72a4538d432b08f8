"""The audit on a real bank, its models a double that computes the answers: what each gate catches."""

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import text
from tests.builders import a_draft

from itemwell.bank import Verified
from itemwell.double import Double
from itemwell.double.cast import cast
from itemwell.generate.audit import job as audit
from itemwell.generate.audit.findings import ANY
from itemwell.generate.audit.mutants import MUTANTS
from itemwell.settings import Settings
from itemwell.similar.signature import signature
from itemwell.store import questions, records, runs

DEFECTS = ("key_swapped", "grammatical_cue")


def a_question(number, difficulty="medium", question_type="math"):
    """One that the double can solve."""
    left = 12 * (30 + number) - 60
    return a_draft(
        stem=f"A baker has 12 boxes with {30 + number} buns in each, and sells 60 of the buns."
        " How many buns are left?",
        right=f"{left} buns",
        wrong=[f"{left + slip} buns" for slip in (60, 120, 10, -10)],
        explanation=f"12 times {30 + number} is {left + 60}, and {left + 60} minus 60 is {left}.",
        difficulty=difficulty,
        question_type=question_type,
    )


def keep(bank, *drafts, author="openai gpt-6.1-sol, draft@0"):
    with runs.begin(bank, "generate") as run, bank.begin() as db:
        for draft in drafts:
            verified = Verified(
                draft=draft, signature=signature(draft), skeleton="s", gates={"draft": author}
            )
            questions.keep(db, verified, run_id=run.id)


def audited(bank, environment=None, count=20, defects=DEFECTS, seed="1", **settings):
    settings |= {name.lower(): value for name, value in (environment or {}).items()}
    with bank.connect() as db:
        accepted = questions.sample(db, [], count, seed)
    to_see = audit.cases(accepted, defects, seed)
    with runs.begin(bank, audit.JOB) as run:
        return audit.run(bank, run, to_see, Settings(**settings), seed)


def caught(findings, defect):
    return {
        figure.gate: (figure.caught, figure.made)
        for figure in findings.figures(DEFECTS)
        if figure.defect == defect
    }


def calls(bank):
    with bank.connect() as db:
        return db.execute(text("SELECT * FROM llm_calls")).all()


@pytest.fixture(scope="module")
def vendors():
    with Double(brain=cast) as double:
        yield double.environment


def test_each_gate_sees_every_mutant_and_its_worth_is_told(bank, vendors):
    keep(bank, *(a_question(number) for number in range(4)))

    findings = audited(bank, vendors)

    assert caught(findings, "key_swapped") == {
        "check": (0, 4),
        "solve": (4, 4),
        "judge": (4, 4),
        ANY: (4, 4),
    }
    assert caught(findings, "grammatical_cue")["check"][0] > 0
    assert caught(findings, "grammatical_cue")["judge"] == (0, 4)
    assert findings.false_alarms() == dict.fromkeys(("check", "solve", "judge", ANY), (0, 4))
    assert findings.outcome.message == "4 questions and 8 mutants went through the gates"


def test_its_calls_are_those_of_its_run_of_no_slot_and_of_the_mutants_content(bank, vendors):
    keep(bank, a_question(1))

    findings = audited(bank, vendors)

    rows = calls(bank)
    assert len(rows) == findings.calls == 9
    assert {(row.slot_id, row.run_id, row.state) for row in rows} == {(None, 2, "answered")}
    assert Counter(row.stage for row in rows) == {"solve": 6, "judge": 3}
    assert len({row.subject for row in rows}) == 3
    assert findings.cost_usd == sum(row.price_usd for row in rows) > 0


def test_the_authors_vendor_does_not_judge_its_own_questions(bank, vendors):
    keep(bank, a_question(1), a_question(2))

    audited(bank, vendors)

    judges = {row.vendor for row in calls(bank) if row.stage == "judge"}
    assert judges == {"anthropic"}


def test_a_budget_ends_it_partial_with_what_it_has(bank, vendors):
    keep(bank, *(a_question(number) for number in range(6)))

    findings = audited(bank, vendors, budget_per_run=Decimal("0.1"), parallel_calls=2)

    assert (findings.outcome.exit, findings.outcome.reason) == (1, "budget")
    assert caught(findings, "key_swapped")["check"] == (0, 6)
    assert findings.unscored > 0
    assert findings.cost_usd <= Decimal("0.1")


def test_a_revoked_key_ends_it_with_the_reason(bank):
    keep(bank, a_question(1))
    with Double(brain=cast) as double:
        environment = double.environment
        for vendor in double.keys:
            double.revoke(vendor)

        findings = audited(bank, environment)

    assert (findings.outcome.exit, findings.outcome.reason) == (3, "auth")
    assert findings.counts()["unscored"] == 3


def test_without_a_key_only_the_free_gates_see_it(bank):
    keep(bank, a_question(1))

    findings = audited(bank)

    assert set(caught(findings, "key_swapped")) == {"check", ANY}
    assert (findings.calls, findings.outcome.exit, calls(bank)) == (0, 0, [])


def test_the_run_leaves_its_counts(bank):
    keep(bank, a_question(1))
    audited(bank)

    with bank.connect() as db:
        [row, _] = records.listed(db, job=None, limit=2)

    assert (row["job_id"], row["status"]) == ("judge_audit", "success")
    counts = row["counts"]
    assert (counts["questions"], counts["mutants"], counts["false_alarms"]) == (1, 2, 0)


def test_the_same_seed_takes_the_same_questions_of_every_stratum(bank):
    levels = ("easy", "medium", "hard")
    keep(bank, *(a_question(n, level) for n in range(30, 36) for level in levels[:1]))
    keep(bank, a_question(1, "medium"), a_question(2, "hard"), a_question(3, "hard", "logic"))

    with bank.connect() as db:
        first, again, other = (questions.sample(db, [], 4, seed) for seed in "112")
        logic = questions.sample(db, ["logic"], 4, "1")

    assert first == again
    for found in (first, other):
        assert len({question.draft.stratum for question in found}) == 4
    assert [question.draft.stratum.question_type for question in logic] == ["logic"]


def test_the_same_seed_makes_the_same_mutants_and_another_seed_others(bank):
    keep(bank, *(a_question(number, "easy") for number in range(5)))
    with bank.connect() as db:
        accepted = questions.sample(db, [], 5, "1")

    first, again, other = (
        [case.draft for case in audit.cases(accepted, tuple(MUTANTS), seed)] for seed in "112"
    )

    assert first == again != other
    assert len(first) == 5 * 7
