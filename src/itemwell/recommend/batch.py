"""A batch of learners: old steps are judged, new ones chosen and kept, in one transaction.

A learner with broken data is named and keeps what he had; where his data make a statement or a rule
raise, the batch is halved until he is alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from itemwell.bank import Recommendation
from itemwell.recommend.choose import Refused, choose, refused
from itemwell.recommend.memory import GRADES
from itemwell.recommend.rules import LONGEST_REST, Course
from itemwell.store import recommendations
from itemwell.store.connect import transact
from itemwell.store.recommendations import Kept, Refresh
from itemwell.store.studied import Once, studied
from itemwell.store.study import Sources
from itemwell.walk import Under, halved


class Desk(NamedTuple):
    """What a batch is worked with: the inputs, what is the same for all, and the refresh.

    `recalls` tell how well lessons that were met once are remembered: see `memory.once`.
    """

    bank: Engine
    sources: Sources
    course: Course
    recalls: Sequence[float]
    refresh: Refresh


class Done(NamedTuple):
    """What became of a batch."""

    kept: Kept
    learners: int
    rules: Counter[str]
    broken: dict[str, str]


def give(desk: Desk, users: Sequence[str], under: Under) -> list[Done]:
    """Give these learners their steps in one transaction; halved where their data raise."""

    def all_at_once(some: Sequence[str]) -> Done:
        return transact(desk.bank, partial(_give, desk, some, under))

    return halved(all_at_once, _refused, users)


def _once(recalls: Sequence[float], unwanted: Mapping[str, Refused]) -> Once:
    """Lessons that were met once: the least remembered, and one more for each that may be unwanted."""
    return Once(GRADES, recalls, 1 + max(map(len, unwanted.values()), default=0))


def _refused(user: str, why: str) -> Done:
    return Done(Kept(0, 0, 0), 0, Counter(), {user: why})


def _give(desk: Desk, users: Sequence[str], under: Under, db: Connection) -> Done:
    since = desk.course.at - LONGEST_REST
    unwanted = refused(recommendations.dismissed(db, users, since))
    made, sound, broken = list[Recommendation](), list[str](), dict[str, str]()
    once = _once(desk.recalls, unwanted)
    for did in studied(db, desk.sources, users, desk.course.at, once):
        if did.broken:
            broken[did.user_id] = did.broken
            continue
        sound.append(did.user_id)
        made += choose(did, desk.course, unwanted.get(did.user_id, {}))
    kept = Kept(len(made), 0, 0)
    if under.write:
        recommendations.judge(db, desk.sources, users, desk.course.at)
        kept = recommendations.keep(db, sound, made, desk.refresh)
        under.fence(db)  # last: it keeps the heartbeat waiting
    rules = Counter(each.recommendation_type for each in made)
    return Done(kept, len(sound), rules, broken)
