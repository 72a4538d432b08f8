"""Vectors are kept by embedder, found again by text, and streamed in the order of commits."""

import numpy as np
import pytest
from sqlalchemy import text
from tests.store.twins import kept, stored, units

from itemwell.similar.embed import EmbedError
from itemwell.store import forms, vectors

OURS, THEIRS = "itemwell:hash@1/8", "vendor:model@2/8"


def rows_since(db, embedder, seq):
    return [row for page in vectors.since(db, embedder, seq) for row in page]


def test_a_vector_comes_back_as_it_was_stored_but_for_half_precision(bank):
    ids, rows = kept(bank, 3), units(3)
    stored(bank, OURS, ids, rows)

    with bank.connect() as db:
        found = vectors.of(db, OURS, ids)

    assert list(found) == ids
    np.testing.assert_allclose(np.stack(list(found.values())), rows, atol=1e-3)


def test_embedders_are_never_mixed(bank):
    ids = kept(bank, 2)
    stored(bank, OURS, ids, units(2))
    stored(bank, THEIRS, ids[:1], units(1, seed=9))

    with bank.connect() as db:
        assert vectors.counts(db) == {OURS: 2, THEIRS: 1}
        assert (vectors.count(db, OURS), vectors.count(db, "nobody's")) == (2, 0)
        assert list(vectors.of(db, THEIRS, ids)) == ids[:1]
        assert [row.vector is None for row in rows_since(db, THEIRS, 0)] == [False, True]


def test_what_has_no_vector_is_told_with_what_is_to_be_embedded(bank):
    ids = kept(bank, 3)
    stored(bank, OURS, ids[:1], units(1))

    with bank.connect() as db:
        found = vectors.missing(db, OURS, 9)
        rest = vectors.missing(db, OURS, 1, after=ids[1])

    assert [each.question_id for each in found] == ids[1:]
    assert found[0].stem == "How many lamp parts of kind 1 are sold?"
    assert found[0].key == "8 pounds"
    assert [each.question_id for each in rest] == ids[2:]


def test_a_text_that_has_a_vector_is_found_by_its_hash(bank):
    ids, rows = kept(bank, 1), units(1)
    stored(bank, OURS, ids, rows)
    known = vectors.hash_of(str(ids[0]))

    with bank.connect() as db:
        found = vectors.by_text(db, OURS, [known, vectors.hash_of("unknown")])
        others = vectors.by_text(db, THEIRS, [known])

    assert list(found) == [known]
    assert others == {}


def test_a_vector_is_replaced_and_never_doubled(bank):
    ids, rows = kept(bank, 1), units(2)
    stored(bank, OURS, ids, rows[:1])
    stored(bank, OURS, ids, rows[1:])

    with bank.connect() as db:
        np.testing.assert_allclose(vectors.of(db, OURS, ids)[ids[0]], rows[1], atol=1e-3)
        assert vectors.count(db, OURS) == 1


def test_the_stream_tells_what_came_since_in_order_and_in_pages(bank, monkeypatch):
    monkeypatch.setattr(vectors, "PAGE", 2)
    ids, rows = kept(bank, 5), units(5)
    stored(bank, OURS, ids[::-1], rows[::-1])

    with bank.connect() as db:
        pages = list(vectors.since(db, OURS, 0))
        last = forms.last(db)
        later = rows_since(db, OURS, pages[1][-1].seq)

        assert [len(page) for page in pages] == [2, 2, 1]
        assert [row.question_id for page in pages for row in page] == ids
        assert [row.question_id for row in later] == ids[4:]
        assert rows_since(db, OURS, last) == []
        np.testing.assert_allclose(
            vectors.unpacked([row.vector for row in pages[0]]), rows[:2], atol=1e-3
        )


def test_a_broken_vector_is_not_stored(bank):
    ids, rows = kept(bank, 2), units(2)
    rows[1, 3] = np.nan

    with pytest.raises(EmbedError, match="not finite"):
        stored(bank, OURS, ids, rows)

    with bank.connect() as db:
        assert vectors.count(db, OURS) == 0


def test_vectors_of_several_lengths_are_refused():
    with pytest.raises(EmbedError, match="differ in length"):
        vectors.unpacked([bytes(16), bytes(18)])


def test_vectors_leave_with_their_question(bank):
    ids = kept(bank, 1)
    stored(bank, OURS, ids, units(1))
    with bank.begin() as db:
        db.execute(text("DELETE FROM questions"))
        assert vectors.counts(db) == {}
