"""Decisions come back as they were made, and hold a person's word beside them."""

from dataclasses import replace
from math import isnan, nan

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.store.twins import kept

from itemwell.similar.decide import DUPLICATE, GREY, KINDS, Figures, Side, Verdict
from itemwell.store import decisions, tables
from itemwell.store.decisions import Decision
from itemwell.store.runs import begin

EMBEDDER = "itemwell:hash@1/8"


def a_decision(neighbour_id, **changes):
    fields = {
        "signature": "5" * 64,
        "candidate": Side("How much are 12 pens?", "8 pounds", None, "math"),
        "neighbour_id": neighbour_id,
        "verdict": Verdict(GREY, ("no key", "num"), Figures(0.83, 0.6, 0.9, "unknown")),
        "embedder": EMBEDDER,
    }
    return Decision(**fields | changes)


@pytest.fixture
def number(bank):
    return kept(bank, 2)[0]


@pytest.fixture
def run(bank):
    with begin(bank, "generate") as run:
        yield run


def test_a_decision_comes_back_as_it_was_made(bank, run, number):
    made = a_decision(number, run_id=run.id, decided_by="openai gpt")
    with bank.begin() as db:
        decisions.add(db, [made])
        (found,) = decisions.of_run(db, run.id)

        assert replace(found, id=0, created_at=None) == made
        assert decisions.one(db, found.id) == found
        assert decisions.of_signature(db, made.signature) == [found]


def test_no_cosine_is_told_as_none_and_read_as_nan(bank, run, number):
    unsure = Verdict(GREY, ("cosine",), Figures(nan, 0.6, 0.9, "unknown"))
    with bank.begin() as db:
        decisions.add(db, [a_decision(number, run_id=run.id, verdict=unsure)])

        assert isnan(decisions.of_run(db, run.id)[0].verdict.figures.cosine)
        assert db.scalar(text("SELECT cosine IS NULL FROM dedup_decisions"))


def test_a_kept_candidate_is_named_and_found_from_both_sides(bank, run):
    neighbour, candidate = kept(bank, 2)
    with bank.begin() as db:
        decisions.add(db, [a_decision(neighbour, run_id=run.id)])
        decisions.kept(db, "5" * 64, run.id, candidate)

        (found,) = decisions.of_question(db, candidate)
        assert found.question_id == candidate
        assert decisions.of_question(db, neighbour) == [found]


def test_a_persons_word_stands_beside_the_verdict(bank, run, number):
    with bank.begin() as db:
        decisions.add(db, [a_decision(number, run_id=run.id), a_decision(number)])
        first = decisions.of_run(db, run.id)[0].id
        assert decisions.corrected(db, EMBEDDER) == []
        assert decisions.mark(db, first, DUPLICATE, "Ada")
        assert not decisions.mark(db, first + 9, DUPLICATE, "Ada")

        (found,) = decisions.corrected(db, EMBEDDER)
        assert (found.id, found.corrected, found.corrected_by) == (first, DUPLICATE, "Ada")
        assert found.verdict.kind == GREY
        assert decisions.corrected(db, "another") == []


def test_grey_is_no_correction(bank, run, number):
    with bank.connect() as db:
        decisions.add(db, [a_decision(number, run_id=run.id)])
        with pytest.raises(IntegrityError):
            decisions.mark(db, decisions.of_run(db, run.id)[0].id, GREY, "Ada")


def test_a_decision_leaves_with_its_neighbour(bank, run, number):
    with bank.begin() as db:
        decisions.add(db, [a_decision(number, run_id=run.id)])
        db.execute(text("DELETE FROM questions WHERE id = :id"), {"id": number})

        assert decisions.of_run(db, run.id) == []


def test_the_bank_knows_the_verdicts_of_the_rule():
    assert tables.VERDICTS == KINDS
    assert set(tables.CORRECTIONS) == set(KINDS) - {GREY}
