"""Questions whose parameters are known, and learners who answer them."""

import json

import numpy as np
from sqlalchemy import text

from itemwell.bank import LETTERS
from itemwell.irt import simulate
from itemwell.store import responses
from itemwell.store.responses import NOTHING, Batch

ADD = text("""
    INSERT INTO questions (question_type, difficulty, status, stem, options, key, explanation,
        signature, skeleton, verified, features, family)
    SELECT 'math', :difficulty, 'active', 'Question ' || number, CAST(:options AS jsonb), 'A',
        'none', 'signature ' || number, 'skeleton ' || number, '{}', '{}', :family
    FROM generate_series(CAST(:first AS integer), :last) AS number RETURNING id
""")
OPTIONS = json.dumps([{"text": letter} for letter in LETTERS[:4]])


def add_questions(bank, count, *, first=1, difficulty="medium", family=None):
    """The ids of `count` new active questions, in their order."""
    asked = {"first": first, "last": first + count - 1, "options": OPTIONS}
    with bank.begin() as db:
        found = db.execute(ADD, asked | {"difficulty": difficulty, "family": family})
        return sorted(found.scalars())


def a_truth(items, *, seed=1, mean=0.0, sd=1.0, learners=1500):
    """Items, and learners of this mean and standard deviation."""
    truth = simulate.draw_truth(learners, items, seed=seed)
    return truth._replace(theta=mean + sd * truth.theta)


def answer(bank, ids, truth, each, *, seed=1, wrong_keys=(), letters=False):
    """Store the answers of all learners of `truth` to `each` of the questions, adaptively chosen."""
    drawn = simulate.adaptive(truth, each, seed=seed)
    persons = np.repeat(np.arange(drawn.persons), np.diff(drawn.starts))
    items, right = drawn.codes >> 1, (drawn.codes & 1).astype(bool)
    right ^= np.isin(items, wrong_keys)
    rng = np.random.default_rng(seed)
    chosen = np.where(right, "A", rng.choice(["B", "C", "D"], len(right)))
    nothing = [NOTHING] * len(right)
    batch = Batch(
        [f"{seed}-{person}" for person in persons],
        [str(ids[item]) for item in items],
        ["t" if each else "f" for each in right],
        chosen.tolist() if letters else nothing,
        nothing,
        nothing,
    )
    with bank.begin() as db:
        return responses.add(db, [batch]).new


def shifted(truth, items, by):
    """The same with these items harder by so much."""
    b = truth.b.copy()
    b[items] += by
    return truth._replace(b=b)


def in_force(bank, ids):
    """a and b as the bank publishes them, NaN for none."""
    query = (
        "SELECT irt_discrimination, irt_difficulty FROM questions WHERE id = ANY(:ids) ORDER BY id"
    )
    with bank.connect() as db:
        rows = db.execute(text(query), {"ids": list(ids)}).all()
    return np.array(rows, dtype=float).T
