"""Enemies are linked both ways and once, and a group is all that a candidate would join."""

import pytest
from sqlalchemy import text
from tests.store.twins import kept, verified

from itemwell.store import enemies, questions
from itemwell.store.enemies import Enemy
from itemwell.store.runs import begin

STEM = "A shop sells {} pens in 4 boxes. How many pens does one box hold?"


@pytest.fixture
def shops(bank):
    """Three questions of one skeleton."""
    with begin(bank, "import") as run, bank.begin() as db:
        return [
            questions.keep(
                db, verified(stem=STEM.format(4 * number), right=str(number)), run_id=run.id
            )
            for number in (3, 5, 7)
        ]


def the_skeleton():
    return verified(stem=STEM.format(36)).skeleton


def test_a_link_is_seen_from_both_sides_and_made_once(bank):
    first, second, third = kept(bank, 3)
    with bank.begin() as db:
        for _ in range(2):
            enemies.add(db, second, [Enemy(third, "variant"), Enemy(first, "isomorph")])

        assert enemies.of(db, first) == [Enemy(second, "isomorph")]
        assert enemies.of(db, third) == [Enemy(second, "variant")]
        assert enemies.of(db, second) == [Enemy(first, "isomorph"), Enemy(third, "variant")]


def test_who_shares_the_skeleton_is_an_enemy_unsaid(bank, shops):
    first, second, third = shops
    with bank.begin() as db:
        enemies.add(db, second, [Enemy(first, "isomorph")])

        assert enemies.of(db, first) == [Enemy(second, "isomorph"), Enemy(third, "skeleton")]


def test_links_leave_with_their_questions(bank, shops):
    with bank.begin() as db:
        enemies.add(db, shops[1], [Enemy(shops[0], "isomorph")])
        db.execute(text("DELETE FROM questions WHERE id = :id"), {"id": shops[0]})

        assert db.scalar(text("SELECT count(*) FROM enemies")) == 0
