"""Kept once, found again, never beyond a family's cap."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, text
from tests.builders import a_draft
from tests.neighbours import look, twins_of
from tests.proxy import wired

from itemwell.bank import Stratum, Verified
from itemwell.errors import Rejected
from itemwell.generate.shelf import InBank
from itemwell.similar.signature import signature, skeleton
from itemwell.store import questions, slots
from itemwell.store.connect import transact
from itemwell.store.questions import Wanted
from itemwell.store.runs import begin


def verified(number=0, **changes):
    draft = a_draft(
        stem=f"A shop sells pens at 2 pounds each. How much do {number + 3} pens cost?", **changes
    )
    return Verified(
        draft=draft, signature=signature(draft), skeleton=skeleton(draft), gates={"check": "x"}
    )


@pytest.fixture
def run(bank):
    with begin(bank, "generate") as run:
        yield run


@pytest.fixture
def slot(bank, run):
    with bank.begin() as db:
        return slots.add(db, run.id, [Stratum("math", "easy")], "seed")[0]


def test_a_question_comes_back_as_it_was_kept(bank, run, slot):
    kept = verified(features={"steps": 2}, family="math.pens")
    with bank.begin() as db:
        number = questions.keep(db, kept, run_id=run.id, slot=slot)
        question = questions.one(db, number)

    assert question.draft == kept.draft
    assert (question.status, question.gates) == ("active", {"check": "x"})


def test_a_twin_is_told_as_none(bank, run):
    with bank.begin() as db:
        questions.keep(db, verified(), run_id=run.id)
    with begin(bank, "import") as other, bank.begin() as db:
        assert questions.keep(db, verified(), run_id=other.id) is None


def test_what_a_slot_kept_is_found_again_and_nothing_else(bank, run, slot):
    with bank.begin() as db:
        kept = questions.keep(db, verified(), run_id=run.id, slot=slot)

        assert questions.kept_by(db, verified(), run_id=run.id, slot=slot) == kept
        assert questions.kept_by(db, verified(1), run_id=run.id, slot=slot) is None
        assert questions.kept_by(db, verified(), run_id=run.id + 1) is None
        assert slots.states_of(db, run.id) == {"kept": 1}


def test_pages_hold_every_question_once(bank, run, monkeypatch):
    monkeypatch.setattr(questions, "PAGE", 3)
    with bank.begin() as db:
        kept = [questions.keep(db, verified(number), run_id=run.id) for number in range(8)]

    assert [each.id for each in questions.listed(bank, Wanted())] == kept
    assert [each.id for each in questions.listed(bank, Wanted(limit=5))] == kept[:5]
    assert [each.id for each in questions.listed(bank, Wanted(limit=6))] == kept[:6]


def test_twenty_lost_commit_answers_store_twenty_questions_also_at_the_cap(bank, bank_url, run):
    with wired(bank_url) as (wire, url):
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        twins = twins_of(bank)
        shelf = InBank(engine, run, 20, twins)
        with bank.begin() as db:
            open_slots = slots.add(db, run.id, [Stratum("math", "easy")] * 20, "seed")
        for number, slot in enumerate(open_slots):
            one = verified(number, family="math.pens")
            look(twins, one.draft)
            wire.lose_commits(1)
            assert shelf.keep([(slot, one)]) == [None]
        engine.dispose()

    with bank.connect() as db:
        assert wire.commits_lost == 20
        assert db.scalar(text("SELECT count(*) FROM questions")) == 20


def test_ten_writers_never_pass_a_familys_cap_together(bank, run):
    def keep(number):
        def work(db):
            questions.require_room(db, "math.pens", 12)
            return questions.keep(db, verified(number, family="math.pens"), run_id=run.id)

        try:
            return transact(bank, work)
        except Rejected:
            return None

    with ThreadPoolExecutor(4) as writers:
        kept = [each for each in writers.map(keep, range(40)) if each]

    assert len(kept) == 12


def test_retired_questions_keep_their_twins_out(bank, run):
    with bank.begin() as db:
        number = questions.keep(db, verified(), run_id=run.id)
        assert questions.retire(db, number, "leaked")
        assert not questions.retire(db, number, "again")
        assert questions.holds(db, verified().signature) == number
        assert questions.stock(db) == {}


def test_the_wanted_are_listed_oldest_first(bank, run):
    hard = Stratum("math", "hard")
    with bank.begin() as db:
        questions.keep(db, verified(1), run_id=run.id)
        draft = replace(verified(2).draft, stratum=hard)
        questions.keep(db, replace(verified(2), draft=draft), run_id=run.id)

    everything = [each.draft.stratum for each in questions.listed(bank, Wanted())]
    chosen = [each.draft.stratum for each in questions.listed(bank, Wanted(difficulty="hard"))]

    assert (len(everything), chosen) == (2, [hard])


def test_the_selects_of_existing_dashboards_run_as_printed(bank, run):
    with bank.begin() as db:
        questions.keep(db, verified(), run_id=run.id)
        newest = db.execute(
            text(
                "SELECT id, question_type, created_at FROM questions ORDER BY created_at DESC LIMIT 10;"
            )
        ).one()
        db.execute(
            text("""
            SELECT jr.job_id, jr.status, jr.started_at, jr.completed_at, jr.processing_time_ms,
                jr.error_message, jr.metadata->>'function' as function_name
            FROM job_runs jr WHERE jr.metadata->>'trigger_type' = 'scheduled'
            ORDER BY jr.started_at DESC LIMIT 10;""")
        )

        assert newest.question_type == "math"
        assert db.scalar(text("SELECT COUNT(*) FROM questions;")) == 1
