"""The job: shortage -> assemble -> keep, a shard of learners at a time, or deferred to workers.

What a killed run had kept stays; the next one finds who still lacks an exam.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Engine

from itemwell.blueprint import Blueprint
from itemwell.exams.report import Report
from itemwell.exams.room import Room
from itemwell.exams.shard import HORIZON, Shard, work
from itemwell.store import demand, exams, runs
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.walk import Under, until

log = structlog.get_logger()

REMOVED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which exams to have ready, for whom, and until when to work. `page` is the size of a shard."""

    blueprints: Sequence[Blueprint]
    active_within_days: float
    seed: str
    deadline: float  # of the monotonic clock
    page: int = 500


def run(bank: Engine, under: Run, asked: Asked) -> Report:
    """Have exams ready for every active learner; outcome and counts stay with the run."""
    started, report = time.monotonic(), Report()
    try:
        report.removed = _remove(bank, asked)
        _make_all(bank, under, asked, report)
    finally:
        report.seconds = time.monotonic() - started
        under.counts = report.counts()
    transact(bank, lambda db: runs.annotate(db, under, shortage=report.short))
    under.outcome = report.outcome
    return report


def queue(bank: Engine, under: Run, asked: Asked, defer: Callable[[Shard], bool]) -> Report:
    """Leave the work to workers: `defer` every shard in which an exam is missing.

    A shard that `defer` has in its queue already counts as well.
    """
    started, report, queued = time.monotonic(), Report(), 0
    report.removed = _remove(bank, asked)
    for shards in _pages(bank, under, asked, report):
        for shard, missing in shards:
            defer(shard)
            queued += 1
            report.wanted[shard.exam_type] += missing
    report.queued, report.seconds = queued, time.monotonic() - started
    under.counts, under.outcome = report.counts(), report.outcome
    return report


def _pages(
    bank: Engine, under: Run, asked: Asked, report: Report
) -> Iterator[list[tuple[Shard, int]]]:
    """The shards of each page of learners, with how many exams are missing in each."""
    types, after = [each.name for each in asked.blueprints], None
    idle = timedelta(days=asked.active_within_days)
    while True:
        with bank.connect() as db:
            learners = demand.active_learners(db, idle, after, asked.page)
            lacking = demand.lacking(db, types, learners, HORIZON)
        if not learners:
            return
        report.learners += len(learners)
        missing = Counter(each.exam_type for each in lacking)
        bounds = after, learners[-1]
        yield [
            (Shard(kind, *bounds, asked.seed, asked.active_within_days, under.id), missing[kind])
            for kind in types
            if missing[kind]
        ]
        after = learners[-1]


def _make_all(bank: Engine, under: Run, asked: Asked, report: Report) -> None:
    room, late = Room(bank, asked.blueprints), until(asked.deadline)
    for shards in _pages(bank, under, asked, report):
        for shard, _ in shards:
            if work(room, shard, Under(late, under.fence), report):
                report.stopped_by = "deadline"
                return
        log.debug(f"[Pre-Gen] {report.made.total()} exams for {report.learners} learners")


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
