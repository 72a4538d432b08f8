"""A batch of learners: old steps are judged, new ones chosen and kept, in one transaction.

A learner with broken data is named and keeps what he had; where his data make a statement or a rule
raise, the batch is halved until he is alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from itemwell.bank import Recommendation
from itemwell.errors import ItemwellError
from itemwell.recommend.choose import choose, refused
from itemwell.recommend.rules import LONGEST_REST, Course
from itemwell.store import recommendations
from itemwell.store.connect import explained, first_line, may_pass, transact
from itemwell.store.recommendations import Kept, Refresh
from itemwell.store.studied import studied
from itemwell.store.study import Sources


class Under(NamedTuple):
    """The conditions of work: when it is over, and what holds for each transaction."""

    over: Callable[[], bool]
    fence: Callable[[Connection], None] = lambda _: None
    write: bool = True
    tell: Callable[[int], None] = lambda _: None  # how many learners were looked at


class Desk(NamedTuple):
    """What a batch is worked with: the inputs, what is the same for all, and the refresh."""

    bank: Engine
    sources: Sources
    course: Course
    refresh: Refresh


class Done(NamedTuple):
    """What became of a batch."""

    kept: Kept
    learners: int
    rules: Counter[str]
    broken: dict[str, str]


def give(desk: Desk, users: Sequence[str], under: Under) -> list[Done]:
    """Give these learners their steps in one transaction; halved where their data raise."""
    try:
        return [transact(desk.bank, partial(_give, desk, users, under))]
    except Exception as error:  # one learner's data must not keep the others from their steps
        if _concerns_all(error):
            raise
        if len(users) > 1:
            middle = len(users) // 2
            halves = users[:middle], users[middle:]
            return [done for half in halves for done in give(desk, half, under)]
        return [Done(Kept(0, 0, 0), 0, Counter(), {users[0]: _reason(error)})]


def _give(desk: Desk, users: Sequence[str], under: Under, db: Connection) -> Done:
    since = desk.course.at - LONGEST_REST
    unwanted = refused(recommendations.dismissed(db, users, since))
    made, sound, broken = list[Recommendation](), list[str](), dict[str, str]()
    for did in studied(db, desk.sources, users, desk.course.at):
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


def _concerns_all(error: Exception) -> bool:
    """Whether it is not a learner's data that raised."""
    if isinstance(error, DBAPIError):
        return may_pass(error) or explained(error) is not None
    return isinstance(error, ItemwellError)


def _reason(error: Exception) -> str:
    told = first_line(error) if isinstance(error, DBAPIError) else str(error)
    return f"{type(error).__name__}: {told}"[:500]
