"""Forms come with each question, in the order of commits, and nominate by equality."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.builders import a_draft
from tests.store.twins import kept, verified

from itemwell.bank import Stimulus
from itemwell.similar.forms import forms_of
from itemwell.store import forms, questions
from itemwell.store.runs import begin


def seq_of(db, question_id):
    asked = {"id": question_id}
    return db.scalar(text("SELECT seq FROM question_forms WHERE question_id = :id"), asked)


def test_a_kept_question_has_its_forms(bank):
    (number,) = kept(bank, 1)

    with bank.connect() as db:
        row = db.execute(text("SELECT * FROM question_forms")).mappings().one()

    mine = forms_of(verified().draft)
    assert row["question_id"] == number
    assert (row["loose"], row["key_form"], row["stimulus"]) == mine


def test_a_refused_twin_leaves_no_number(bank):
    kept(bank, 1)
    kept(bank, 1)

    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM question_forms")) == 1
        assert forms.last(db) == 1


def test_an_empty_bank_has_no_last_number(bank):
    with bank.connect() as db:
        assert forms.last(db) == 0


def test_a_second_writer_waits_for_the_first_ones_commit(bank):
    with begin(bank, "generate") as run:
        with bank.connect() as first:
            begun = first.begin()
            earlier = questions.keep(first, verified(1), run_id=run.id)
            with bank.connect() as second, second.begin():
                second.execute(text("SET LOCAL lock_timeout = '100ms'"))
                with pytest.raises(OperationalError):
                    questions.keep(second, verified(2), run_id=run.id)
                second.rollback()
            begun.commit()
        with bank.begin() as second:
            later = questions.keep(second, verified(2), run_id=run.id)
            assert seq_of(second, earlier) < seq_of(second, later)


def test_numbers_of_concurrent_writers_never_appear_below_one_that_was_seen(bank):
    """A reader that has read up to a number has missed none."""
    with begin(bank, "generate") as run:
        done = threading.Event()
        seen, missed = set(), []

        def write(start):
            for number in range(start, start + 20):
                with bank.begin() as db:
                    questions.keep(db, verified(number), run_id=run.id)

        def read():
            highest = 0
            while not done.is_set():
                with bank.connect() as db:
                    now = set(db.scalars(text("SELECT seq FROM question_forms")))
                missed.extend(seq for seq in now - seen if seq < highest)
                seen.update(now)
                highest = max(seen, default=0)

        reader = threading.Thread(target=read)
        writers = [threading.Thread(target=write, args=(start,)) for start in (0, 100)]
        reader.start()
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        done.set()
        reader.join()

    assert missed == []
    with bank.connect() as db:
        assert db.scalar(text("SELECT count(*) FROM question_forms")) == 40


def test_questions_of_before_are_found_and_filled(bank):
    ids = kept(bank, 3)
    with bank.begin() as db:
        db.execute(text("DELETE FROM question_forms"))
        assert forms.lacking(db) == 3
        assert [each.question_id for each in forms.without(db, 2)] == ids[:2]
        assert [each.question_id for each in forms.without(db, 9, after=ids[1])] == ids[2:]
        for each in forms.without(db, 9):
            assert each.draft == verified(ids.index(each.question_id)).draft
            forms.add(db, each.question_id, forms_of(each.draft))
            forms.add(db, each.question_id, forms_of(each.draft))

        assert forms.without(db, 9) == []
        assert db.scalar(text("SELECT count(*) FROM question_forms")) == 3


def test_who_shares_the_loose_form_is_nominated_before_who_shares_the_skeleton(bank):
    stem = "A shop sells {} pens in 4 boxes. How many pens does one box hold?"
    drafts = [
        verified(stem=stem.format(12), right="3"),
        verified(stem=stem.format(20), right="5"),
        verified(stem=stem.format(24), right="6"),
        verified(stem="How old is the oldest tree of the forest?"),
        verified(stem=stem.format(20), right="5", stimulus=Stimulus("Boxes are never full.")),
    ]
    with begin(bank, "generate") as run, bank.begin() as db:
        first, second, third, *_ = [questions.keep(db, each, run_id=run.id) for each in drafts]
        again = verified(
            stem="Q7. a shop sells 12 pens in four boxes. How many pens does one box hold",
            right="5",
        )
        found = forms.nominated(db, forms_of(again.draft), drafts[0].skeleton, 9)
        fewer = forms.nominated(db, forms_of(again.draft), drafts[0].skeleton, 2)

    assert found == [first, second, third]
    assert fewer == [first, second]


def test_forms_leave_with_their_question(bank):
    (number,) = kept(bank, 1)
    with bank.begin() as db:
        db.execute(text("DELETE FROM questions WHERE id = :id"), {"id": number})
        assert db.scalar(text("SELECT count(*) FROM question_forms")) == 0


def test_a_key_of_any_length_is_kept(bank):
    with begin(bank, "import") as run, bank.begin() as db:
        draft = a_draft(right="ein sehr langer Satz " * 2000)
        long = verified(stem=draft.stem, right=draft.right.text)
        assert questions.keep(db, long, run_id=run.id) is not None
