"""A batch of learners: their days are read, summed up and kept by one statement, in one transaction.

A learner with broken data is named and counted; where his data make the statement itself fail, he is
told apart from the others.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from itemwell import days
from itemwell.bank import Learner
from itemwell.days import Day
from itemwell.errors import ConfigError
from itemwell.snapshot.ability import Items, abilities
from itemwell.snapshot.due import Calendar
from itemwell.snapshot.formula import PACE_1, WINDOW
from itemwell.store import closing, snapshots
from itemwell.store.closing import Making, Stamp, View, Wanted
from itemwell.store.connect import transact
from itemwell.store.study import Sources
from itemwell.walk import Under, halved


class Desk(NamedTuple):
    """What a batch is closed with: the inputs, the item parameters in force, the days, and the run."""

    bank: Engine
    sources: Sources
    items: Items
    calendar: Calendar
    run_id: int | None

    @property
    def stamp(self) -> Stamp:
        """By whom and by what."""
        return Stamp(self.run_id, self.items.calibration_id)


@dataclass
class Done:
    """What became of a batch. Snapshots that stand are new, or changed by later data, or the same."""

    new: int = 0
    changed: int = 0
    same: int = 0
    errors: int = 0
    learners: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    dates: set[date] = field(default_factory=set)


def close(desk: Desk, learners: Sequence[Learner], under: Under) -> list[Done]:
    """Close the days of these learners in one transaction; halved where their data raise."""

    def all_at_once(some: Sequence[Learner]) -> Done:
        return transact(desk.bank, partial(_close, desk, some, under))

    def alone(one: Learner, why: str) -> Done:
        return transact(desk.bank, partial(_refuse, desk, {one.user_id: why}, under))

    return halved(all_at_once, alone, learners)


def _close(desk: Desk, learners: Sequence[Learner], under: Under, db: Connection) -> Done:
    done = Done()
    turn = 0
    while asked := _asked(desk.calendar, learners, turn, done):
        _close_days(db, desk, asked, done, under.write)
        turn += 1
    if under.write:
        snapshots.refuse(db, done.broken, list(done.learners - done.broken.keys()), desk.run_id)
        under.fence(db)  # last: it keeps the heartbeat waiting
    return done


class _Asked(NamedTuple):
    """A learner's day that is to be closed."""

    learner: Learner
    day: Day
    zone: str


def _asked(calendar: Calendar, learners: Sequence[Learner], turn: int, done: Done) -> list[_Asked]:
    """The `turn`th day of each learner who has so many."""
    found = []
    for learner in learners:
        zone = learner.time_zone or calendar.site
        try:
            due = calendar.days(zone)
        except ConfigError as error:
            if not turn:
                done.broken[learner.user_id] = str(error)
                done.errors += 1
            continue
        if turn < len(due):
            found.append(_Asked(learner, due[turn], zone))
    return found


def _close_days(
    db: Connection, desk: Desk, asked: Sequence[_Asked], done: Done, write: bool
) -> None:
    places: dict[tuple[str, date], int] = {}
    of = [places.setdefault((each.zone, each.day.date), len(places)) for each in asked]
    views = [View(zone, day, days.window(days.zone_of(zone), day, WINDOW)) for zone, day in places]
    able = _abilities(db, desk, asked)
    wanted = [
        Wanted(
            each.learner.user_id,
            place,
            _was_there(each.learner, each.day, views[place].edges[0]),
            ability,
        )
        for each, place, ability in zip(asked, of, able, strict=True)
    ]
    making = Making(PACE_1, desk.stamp if write else None)
    closed = closing.close(db, desk.sources, making, views, wanted)
    done.new += closed.new
    done.changed += closed.changed
    done.same += len(closed.places) - closed.new - closed.changed
    done.learners.update(wanted[place].user_id for place in closed.places)
    done.dates.update(views[of[place]].date for place in closed.places)
    done.errors += len(closed.broken)
    for place, why in closed.broken.items():
        done.broken.setdefault(wanted[place].user_id, why)


def _abilities(db: Connection, desk: Desk, asked: Sequence[_Asked]) -> Sequence[str | None]:
    """Each learner's abilities as JSON; none where no parameters are in force."""
    if not len(desk.items.ids):
        return [None] * len(asked)
    users, ends = [each.learner.user_id for each in asked], [each.day.end for each in asked]
    found = abilities(closing.answers(db, users, ends), desk.items)
    return [json.dumps(each) if each else None for each in found]


def _was_there(learner: Learner, day: Day, since: datetime) -> bool:
    """Whether he is known to have been active in the window, though the inputs tell nothing of it."""
    if learner.active_at is None or learner.known_at is None:
        return False
    return learner.active_at >= since and learner.known_at < day.end


def _refuse(desk: Desk, broken: dict[str, str], under: Under, db: Connection) -> Done:
    if under.write:
        snapshots.refuse(db, broken, [], desk.run_id)
        under.fence(db)
    return Done(errors=len(broken), broken=broken)
