"""A batch of learners: their days are read, summarised and kept in one transaction.

A learner with broken data is named and counted; where his data make the statement itself fail, he is
told apart from the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from itemwell import days
from itemwell.bank import Learner, Snapshot
from itemwell.days import Day
from itemwell.errors import ConfigError
from itemwell.snapshot.ability import Items, abilities
from itemwell.snapshot.due import Calendar
from itemwell.snapshot.formula import WINDOW, summarise
from itemwell.store import snapshots, study
from itemwell.store.connect import transact
from itemwell.store.snapshots import Kept
from itemwell.store.study import Sources
from itemwell.walk import Under, halved


class Desk(NamedTuple):
    """What a batch is closed with: the inputs, the item parameters in force, the days, and the run."""

    bank: Engine
    sources: Sources
    items: Items
    calendar: Calendar
    run_id: int | None


class Done(NamedTuple):
    """What became of a batch."""

    kept: Kept
    learners: int
    errors: int
    broken: dict[str, str]
    dates: set[date]


def close(desk: Desk, learners: Sequence[Learner], under: Under) -> list[Done]:
    """Close the days of these learners in one transaction; halved where their data raise."""

    def all_at_once(some: Sequence[Learner]) -> Done:
        return transact(desk.bank, partial(_close, desk, some, under))

    def alone(one: Learner, why: str) -> Done:
        return transact(desk.bank, partial(_refuse, desk, {one.user_id: why}, under))

    return halved(all_at_once, alone, learners)


@dataclass
class _Made:
    """What was found out about a batch."""

    snapshots: list[Snapshot] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    errors: int = 0


def _close(desk: Desk, learners: Sequence[Learner], under: Under, db: Connection) -> Done:
    made = _Made()
    turn = 0
    while asked := _asked(desk.calendar, learners, turn, made):
        _summarise(db, desk, asked, made)
        turn += 1
    users = list(dict.fromkeys(each.user_id for each in made.snapshots))
    kept = Kept(0, 0, len(made.snapshots))
    if under.write:
        kept = snapshots.keep(db, made.snapshots, desk.run_id, desk.items.calibration_id)
        sound = [user for user in users if user not in made.broken]
        snapshots.refuse(db, made.broken, sound, desk.run_id)
        under.fence(db)  # last: it keeps the heartbeat waiting
    dates = {each.snapshot_date for each in made.snapshots}
    return Done(kept, len(users), made.errors, made.broken, dates)


class _Asked(NamedTuple):
    """A learner's day that is to be closed."""

    learner: Learner
    day: Day
    zone: str


def _asked(calendar: Calendar, learners: Sequence[Learner], turn: int, made: _Made) -> list[_Asked]:
    """The `turn`th day of each learner who has so many."""
    found = []
    for learner in learners:
        zone = learner.time_zone or calendar.site
        try:
            due = calendar.days(zone)
        except ConfigError as error:
            if not turn:
                made.broken[learner.user_id] = str(error)
                made.errors += 1
            continue
        if turn < len(due):
            found.append(_Asked(learner, due[turn], zone))
    return found


def _summarise(db: Connection, desk: Desk, asked: Sequence[_Asked], made: _Made) -> None:
    places: dict[tuple[str, date], int] = {}
    for each in asked:
        places.setdefault((each.zone, each.day.date), len(places))
    edges = [days.window(days.zone_of(zone), day, WINDOW) for zone, day in places]
    learners = [(each.learner.user_id, places[each.zone, each.day.date]) for each in asked]
    did = study.activities(db, desk.sources, learners, edges)
    able = abilities([each.answers for each in did], desk.items)
    for one, (_, place), activity, ability in zip(asked, learners, did, able, strict=True):
        if activity.broken:
            made.broken.setdefault(one.learner.user_id, activity.broken)
            made.errors += 1
        elif activity.days or _was_there(one.learner, one.day, edges[place][0]):
            made.snapshots.append(
                summarise(one.learner.user_id, activity, one.day, one.zone, ability)
            )


def _was_there(learner: Learner, day: Day, since: datetime) -> bool:
    """Whether he is known to have been active in the window, though the inputs tell nothing of it."""
    if learner.active_at is None or learner.known_at is None:
        return False
    return learner.active_at >= since and learner.known_at < day.end


def _refuse(desk: Desk, broken: dict[str, str], under: Under, db: Connection) -> Done:
    if under.write:
        snapshots.refuse(db, broken, [], desk.run_id)
        under.fence(db)
    return Done(Kept(0, 0, 0), 0, len(broken), broken, set())
