"""A shard: the learners of a range who lack an exam of one type. read -> assemble -> keep, by pages.

Whoever does it, a run or a worker of the queue, does this. A page is a transaction that keeps only
where nobody else kept exams of the type since exposure and shortage were read; else it is drawn again.
One learner whose data raise is put aside with the reason, and the others get their exams.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

import numpy as np
import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from itemwell.bank import Exam
from itemwell.exams.assemble import Infeasible
from itemwell.exams.report import Report
from itemwell.exams.room import Opened, Room
from itemwell.store import demand, exam_desks, exams
from itemwell.store.connect import may_pass, transact
from itemwell.walk import Under, reason

log = structlog.get_logger()

AT_ONCE = 100
"""Exams of a transaction: a tenth of a second, so that whoever has to stop can."""

HOURS_AHEAD = 6
"""An exam that expires before the next run is as good as none."""

HORIZON = timedelta(hours=HOURS_AHEAD)


class Shard(NamedTuple):
    """Learners after one id and up to another, None for no bound, who were active of late."""

    exam_type: str
    after: str | None
    upto: str | None
    seed: str
    idle_days: float
    run_id: int | None = None


def work(room: Room, shard: Shard, under: Under, report: Report) -> Shard | None:
    """Have exams ready for the learners of the shard, counted in `report`; the part that is left over.

    Nothing is left unless `under` was over before the end: then what was drawn so far is kept.
    """
    after = shard.after
    idle = timedelta(days=shard.idle_days)
    while not under.over():
        with room.bank.connect() as db:
            learners = demand.active_learners(db, idle, after, AT_ONCE, shard.upto)
        if not learners:
            return None
        done = _page(room, shard, learners, under, report)
        if done < len(learners):
            return shard._replace(after=learners[done - 1] if done else after)
        after = learners[-1]
    return shard._replace(after=after)


class _Drawn(NamedTuple):
    """What became of a page of learners: `done` of them were looked at."""

    done: int
    exams: list[Exam]
    report: Report


def _page(room: Room, shard: Shard, learners: Sequence[str], under: Under, report: Report) -> int:
    """Draw and keep a page; how many of the learners are done with."""
    while True:
        opened = room.desk(shard.exam_type)
        drawn = _draw(room.bank, opened, shard, learners, under)
        room.close(shard.exam_type)
        if not drawn.exams or transact(
            room.bank, partial(_keep, under, opened.version, drawn.exams)
        ):
            break
        log.debug(f"[Pre-Gen] {shard.exam_type}: others kept exams meanwhile, drawn again")
    opened.version += bool(drawn.exams)
    room.opened[shard.exam_type] = opened
    report.add(drawn.report)
    return drawn.done


def _keep(under: Under, version: int, made: Sequence[Exam], db: Connection) -> bool:
    """Keep exams of one type; False, and none kept, where others did since `version` was read."""
    under.fence(db)
    if not exam_desks.advance(db, made[0].exam_type, version):
        return False
    exams.keep(db, made)
    return True


def _draw(
    bank: Engine, opened: Opened, shard: Shard, learners: Sequence[str], under: Under
) -> _Drawn:
    with bank.connect() as db:
        lacking = {
            each.user_id for each in demand.lacking(db, [shard.exam_type], learners, HORIZON)
        }
    seen = _seen(bank, [user for user in learners if user in lacking])
    made, report, done = list[Exam](), Report(), len(learners)
    for place, user in enumerate(learners):
        if under.over():
            done = place
            break
        if user not in lacking:
            continue
        report.wanted[shard.exam_type] += 1
        try:
            mine = seen[user] if user in seen else _seen_alone(bank, user)
            made += _one(opened, shard, user, mine, report)
        except Exception as error:  # one learner's data must not keep the others from their exams
            if isinstance(error, DBAPIError) and may_pass(error):
                raise
            report.failed[shard.exam_type] += 1
            report.broken[user] = reason(error)
    report.made[shard.exam_type] += len(made)
    return _Drawn(done, made, report)


def _one(
    opened: Opened, shard: Shard, user: str, seen: Mapping[int, datetime], report: Report
) -> list[Exam]:
    """A learner's exam; none where it cannot be, with what is short in the report."""
    if opened.nobody:
        report.failed[shard.exam_type] += 1
        return []
    places = {opened.places[q]: moment for q, moment in seen.items() if q in opened.places}
    chance = np.random.default_rng(list(f"{shard.seed}:{shard.exam_type}:{user}".encode()))
    try:
        drawn = opened.desk.draw(places, chance)
    except Infeasible as gap:
        report.failed[shard.exam_type] += 1
        report.lacks({str(each.stratum): each.wanted - each.found for each in gap.short})
        opened.nobody = not places
        return []
    report.seen_again += drawn.seen_again
    valid = timedelta(days=opened.desk.blueprint.valid_days)
    return [
        Exam(
            user_id=user,
            exam_type=shard.exam_type,
            questions=drawn.questions,
            spares=drawn.spares,
            expires_at=datetime.now(UTC) + valid,
            seed=shard.seed,
            run_id=shard.run_id,
        )
    ]


def _seen(bank: Engine, users: Sequence[str]) -> dict[str, dict[int, datetime]]:
    """What each has seen; nothing at all where one's data raise: then each is read alone."""
    try:
        with bank.connect() as db:
            return demand.seen(db, users)
    except DBAPIError as error:
        if may_pass(error):
            raise
        return {}


def _seen_alone(bank: Engine, user: str) -> dict[int, datetime]:
    with bank.connect() as db:
        return demand.seen(db, [user])[user]
