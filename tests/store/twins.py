"""Questions with forms and vectors, as tests of their search need them."""

import numpy as np
from sqlalchemy import text
from tests.builders import a_draft

from itemwell.bank import Verified
from itemwell.similar.signature import signature, skeleton
from itemwell.store import questions, vectors
from itemwell.store.runs import begin

NOUNS = "ship lamp river cloud table horse stone glass bread candle forest mirror".split()


def verified(number=0, **changes):
    changes.setdefault("stem", f"How many {NOUNS[number % 12]} parts of kind {number} are sold?")
    draft = a_draft(**changes)
    return Verified(
        draft=draft, signature=signature(draft), skeleton=skeleton(draft), gates={"check": "x"}
    )


def kept(bank, count, **changes):
    """The ids of `count` questions that differ in their stems."""
    with begin(bank, "import") as run, bank.begin() as db:
        return [
            questions.keep(db, verified(number, **changes), run_id=run.id)
            for number in range(count)
        ]


def units(count, dimensions=8, seed=0):
    """Rows of length 1, the same for the same seed."""
    rows = np.random.default_rng(seed).standard_normal((count, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def stored(bank, embedder, ids, rows):
    """Store the rows as vectors of these questions."""
    with bank.begin() as db:
        vectors.add(
            db,
            embedder,
            [
                vectors.Embedded(number, vectors.hash_of(str(number)), row)
                for number, row in zip(ids, rows, strict=True)
            ],
        )


def crowd(bank, embedder, rows, stimuli=("",), key_forms=("",)):
    """As many questions as rows, with these vectors; stimuli and key forms go round. Their ids."""
    numbers = {"count": len(rows), "stimuli": list(stimuli), "key_forms": list(key_forms)}
    with bank.begin() as db:
        db.execute(QUESTIONS, numbers)
        ids = list(db.scalars(FORMS, numbers))
    stored(bank, embedder, ids, rows)
    return ids


QUESTIONS = text("""
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation,
                           signature, skeleton, verified)
    SELECT 'math', 'easy', 'active', 'Question ' || n, '[{"text": "1"}, {"text": "2"}]', 'A', '-',
           md5(n::text), md5(n::text), '{}'
    FROM generate_series(1, :count) AS n
""")
FORMS = text("""
    INSERT INTO question_forms (question_id, loose, key_form, stimulus)
    SELECT id, md5(id::text), (CAST(:key_forms AS text[]))[1 + n % cardinality(CAST(:key_forms AS text[]))],
           (CAST(:stimuli AS text[]))[1 + n % cardinality(CAST(:stimuli AS text[]))]
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM questions) AS numbered
    ORDER BY id RETURNING question_id
""")
