"""The job: shortage -> assemble -> keep, a page of learners at a time, each page in a transaction.

What a killed run had kept stays; the next one finds who still lacks an exam. Only one run at a time
assembles exams of a type, so that exposure is counted by one who knows it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import structlog
from sqlalchemy import Connection, Engine

from itemwell.bank import Exam
from itemwell.blueprint import Blueprint
from itemwell.exams.assemble import Infeasible
from itemwell.exams.draw import Desk
from itemwell.exams.exposure import Exposure
from itemwell.exams.report import Report
from itemwell.exams.stock import stock_of
from itemwell.store import enemies, examinable, exams, runs
from itemwell.store.connect import transact
from itemwell.store.runs import Run

log = structlog.get_logger()

HOURS_AHEAD = 6
"""An exam that expires before the next run is as good as none."""


REMOVED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which exams to have ready, for whom, and until when to work."""

    blueprints: Sequence[Blueprint]
    active_within_days: float
    seed: str
    now: datetime
    deadline: float  # of the monotonic clock
    page: int = 500


@dataclass(frozen=True, slots=True)
class Desks:
    """The desks by exam type, and at which place of their pool a question is."""

    by_type: Mapping[str, Desk]
    places: Mapping[int, int]


def run(bank: Engine, under: Run, asked: Asked) -> Report:
    """Have exams ready for every active learner; outcome and counts stay with the run."""
    started, report = time.monotonic(), Report()
    try:
        report.removed = _remove(bank, asked)
        with bank.connect() as db:
            desks = open_desks(db, asked.blueprints)
        _make_all(bank, under, asked, desks, report)
    finally:
        report.seconds = time.monotonic() - started
        under.counts = report.counts()
    transact(bank, lambda db: runs.annotate(db, under, shortage=report.short))
    under.outcome = report.outcome
    return report


def open_desks(db: Connection, blueprints: Sequence[Blueprint]) -> Desks:
    """A desk for each blueprint, as the bank stands."""
    rows = examinable.every(db)
    pairs = sorted(enemies.linked(db))
    places = {each.id: place for place, each in enumerate(rows)}
    desks = {}
    for blueprint in blueprints:
        number, counts = exams.exposure(db, blueprint.name)
        used = np.zeros(len(rows), np.int64)
        for question, count in counts.items():
            if question in places:
                used[places[question]] = count
        stock = stock_of(rows, pairs, blueprint)
        desks[blueprint.name] = Desk(
            blueprint, stock, Exposure.of(blueprint.exposure, number, used)
        )
    return Desks(desks, places)


def _make_all(bank: Engine, under: Run, asked: Asked, desks: Desks, report: Report) -> None:
    types, after = [each.name for each in asked.blueprints], None
    horizon = timedelta(hours=HOURS_AHEAD)
    given_up: set[str] = set()
    while True:
        if time.monotonic() > asked.deadline:
            report.stopped_by = "deadline"
            return
        with bank.connect() as db:
            idle = timedelta(days=asked.active_within_days)
            learners = exams.active_learners(db, idle, after, asked.page)
            lacking = exams.lacking(db, types, learners, horizon)
            seen = exams.seen(db, [user for user, _ in lacking])
        if not learners:
            return
        after = learners[-1]
        report.learners += len(learners)
        new = [
            made
            for user, kind in lacking
            if (made := _made(desks, user, kind, seen.get(user, {}), asked, report, given_up))
        ]
        transact(bank, partial(_keep, under=under, new=new))
        report.made.update(each.exam_type for each in new)
        log.debug(f"[Pre-Gen] {report.made.total()} exams for {report.learners} learners")


def _made(  # noqa: PLR0913
    desks: Desks,
    user: str,
    kind: str,
    seen: Mapping[int, datetime],
    asked: Asked,
    report: Report,
    given_up: set[str],
) -> Exam | None:
    """One learner's exam; None where it cannot be, with what is short in the report."""
    report.wanted[kind] += 1
    if kind in given_up:
        report.failed[kind] += 1
        return None
    desk = desks.by_type[kind]
    places = {desks.places[q]: moment for q, moment in seen.items() if q in desks.places}
    chance = np.random.default_rng(list(f"{asked.seed}:{kind}:{user}".encode()))
    try:
        drawn = desk.draw(places, chance)
    except Infeasible as gap:
        report.failed[kind] += 1
        report.lacks({str(each.stratum): each.wanted - each.found for each in gap.short})
        if not places:  # nobody can get one
            given_up.add(kind)
        return None
    report.seen_again += drawn.seen_again
    return Exam(
        user_id=user,
        exam_type=kind,
        questions=drawn.questions,
        spares=drawn.spares,
        expires_at=asked.now + timedelta(days=desk.blueprint.valid_days),
        seed=asked.seed,
    )


def _keep(db: Connection, under: Run, new: Sequence[Exam]) -> None:
    exams.keep(db, [replace(each, run_id=under.id) for each in new])
    under.fence(db)


def _remove(bank: Engine, asked: Asked) -> int:
    kept = {each.name: timedelta(days=each.kept_days) for each in asked.blueprints}
    removed = 0
    while True:
        done = transact(bank, lambda db: exams.expire(db, REMOVED_AT_ONCE, kept))
        removed += done.expired + done.used
        if max(done) < REMOVED_AT_ONCE:
            break
    if removed:
        log.info(f"[Pre-Gen] {removed} expired and used exams removed")
    return removed
