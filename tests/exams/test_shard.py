"""Shards: of a range, beside others that keep exams too, and until somebody has to stop."""

from sqlalchemy import text
from tests.exams.test_job import SMALL, filled, kept

from itemwell.exams.report import Report
from itemwell.exams.room import Room
from itemwell.exams.shard import Shard, work
from itemwell.walk import Under, until

__all__ = ["filled"]

ALL = Shard("small", None, None, "s", 30)
FREE = Under(lambda: False)


def test_only_the_learners_of_the_range_get_exams(filled):
    shard = ALL._replace(after="learner-10", upto="learner-13")

    left = work(Room(filled, [SMALL]), shard, FREE, report := Report())

    assert left is None
    assert report.made == {"small": 3}
    assert sorted(user for (user,) in kept(filled, "user_id")) == [
        f"learner-{n}" for n in (11, 12, 13)
    ]


def test_what_others_kept_meanwhile_is_seen_and_nobody_gets_two(filled):
    mine, theirs = Room(filled, [SMALL]), Room(filled, [SMALL])
    overtaken = []

    def overtake():
        """They keep everything between my reading and my keeping."""
        if not overtaken:
            overtaken.append(True)
            work(theirs, ALL._replace(seed="theirs"), FREE, Report())
        return False

    work(mine, ALL, Under(overtake), first := Report())
    mine.desk("small")
    overtaken.clear()
    with filled.begin() as db:
        db.execute(text("DELETE FROM pre_generated_exams"))

    def overtake_late():
        """The same once a page is being drawn."""
        overtaken.append(True)
        if len(overtaken) == 5:
            work(theirs, ALL._replace(seed="late"), FREE, Report())
        return False

    work(mine, ALL, Under(overtake_late), second := Report())

    assert (first.made.total(), second.made.total()) == (0, 0)
    assert {seed for (seed,) in kept(filled, "seed")} == {"late"}
    assert len(kept(filled)) == 20


def test_whoever_has_to_stop_keeps_what_is_drawn_and_says_what_is_left(filled):
    asked = []

    def over():
        asked.append(True)
        return len(asked) > 8

    left = work(Room(filled, [SMALL]), ALL, Under(over), report := Report())

    assert report.made.total() == len(kept(filled)) == 7
    rest = Report()
    assert work(Room(filled, [SMALL]), left, FREE, rest) is None
    assert rest.made.total() == 13


def test_a_desk_is_kept_while_nobody_else_keeps_exams(filled):
    room, other = Room(filled, [SMALL]), Room(filled, [SMALL])
    work(room, ALL._replace(upto="learner-12"), FREE, Report())
    first = room.desk("small")

    assert room.desk("small") is first
    work(other, ALL, FREE, Report())
    assert room.desk("small") is not first
    assert room.desk("small").desk.exposure.exams == 20


def test_a_deadline_is_over_once_it_is_past():
    assert until(0)()
