"""`itemwell exams`: have exams ready, hand them out, look at them."""

import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer, how_called
from itemwell.cli.exams_preview import preview
from itemwell.cli.exams_queue import show
from itemwell.cli.options import Command, Common, Duration
from itemwell.cli.run_due import seconds_of
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.blueprint import Blueprint
    from itemwell.exams.job import Asked
    from itemwell.exams.report import Report
    from itemwell.store.runs import Run

JOB = "exams"


@click.group()
def exams() -> None:
    """Have exams ready before they are asked for, hand each out once, look at them."""


@exams.command(cls=Command)
@click.option("--type", "types", multiple=True, help="Only this exam type. Repeatable. [all]")
@click.option(
    "--active-within-days", type=click.FloatRange(0, 3650), help="ACTIVE_WITHIN_DAYS for this run."
)
@click.option("--seed", help="Draw the same exams again from the same bank.")
@click.option("--deadline", type=Duration(), help="Stop cleanly after 90s, 10m, 1h. [60m]")
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
@click.option("--queue", is_flag=True, help="Leave the work to `itemwell worker`.")
def generate(common: Common, types: tuple[str, ...], **asked: Any) -> Answer:
    """Give every active learner a valid exam of each type: shortage -> assemble -> keep.

    Learners who answered or were seen within ACTIVE_WITHIN_DAYS are active. Expired exams are removed
    first, used ones a day after their attempt was finished. No model is asked; where the bank is too
    small the run says what which stratum lacks.
    """
    from itemwell.exams import job
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    settings = common.settings(active_within_days=asked["active_within_days"])
    wanted = job.Asked(
        blueprints=_chosen(settings.blueprints, types),
        active_within_days=settings.active_within_days,
        seed=asked["seed"] or secrets.token_hex(8),
        deadline=time.monotonic() + seconds_of(settings, JOB, asked["deadline"]),
    )
    with (
        open_bank(settings) as bank,
        runs.begin(
            bank, JOB, skip_if_busy=asked["skip_if_busy"], metadata={"seed": wanted.seed}
        ) as run,
    ):
        report = (
            _left_to_workers(bank, run, wanted) if asked["queue"] else job.run(bank, run, wanted)
        )
    _log(report)
    return Answer(report.as_json() | {"run_id": run.id}, _told(report), report.outcome)


def _left_to_workers(bank: "Engine", run: "Run", asked: "Asked") -> "Report":
    from itemwell.exams import job
    from itemwell.queue.exams import deferring

    with deferring(bank) as defer:
        return job.queue(bank, run, asked, defer)


@exams.command(cls=Command)
@click.option("--user", required=True, help="The learner.")
@click.option("--type", "exam_type", required=True, help="Of which exam type.")
def claim(common: Common, user: str, exam_type: str) -> Answer:
    """Hand out the learner's oldest valid exam of a type, once, without keys.

    The same as SELECT * FROM claim_exam(user, type). It ends 2 where there is none.
    """
    from itemwell.blueprint import of_name
    from itemwell.store import attempts, demand
    from itemwell.store.connect import open_bank

    settings = common.settings()
    of_name(_all(settings.blueprints), exam_type)
    with open_bank(settings) as bank, bank.begin() as db:
        found = attempts.claim(db, user, exam_type)
        known = found is not None or demand.known(db, user)
    if not known:
        step = "itemwell learners import brings learners in"
        return Answer(outcome=Outcome(Exit.FAILED, "unknown", f"there is no learner {user}", step))
    if found is None:
        told = f"{user} has no valid {exam_type} exam"
        return Answer(
            outcome=Outcome(Exit.FAILED, "none", told, "itemwell exams generate makes one")
        )
    document = {"exam": _document(found)}
    told = f"exam {found.exam_id}, attempt {found.attempt_id}: {len(found.questions)} questions"
    lines = [told, *(f"{k:>4}  {each['stem']}" for k, each in enumerate(found.questions, start=1))]
    return Answer(document, "\n".join(lines), Outcome(Exit.OK, "done", told))


@exams.command(cls=Command)
def stats(common: Common) -> Answer:
    """Print how many exams there are, used and unused, and for how many learners."""
    import json

    from itemwell.store import exam_stats
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        found = exam_stats.stats(db, datetime.now(UTC))
    return Answer({"success": True, "stats": found}, json.dumps(found, indent=2, default=str))


exams.add_command(preview)
exams.add_command(show)


def _all(own: dict[str, dict[str, Any]]) -> "tuple[Blueprint, ...]":
    from itemwell.blueprint import blueprints_of

    return blueprints_of(own)


def _chosen(own: dict[str, dict[str, Any]], types: tuple[str, ...]) -> "tuple[Blueprint, ...]":
    from itemwell.blueprint import of_name

    known = _all(own)
    return tuple(of_name(known, name) for name in dict.fromkeys(types)) or known


def _document(found: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found)


def _log(report: "Report") -> None:
    import structlog

    log = structlog.get_logger()
    if report.queued is not None:
        log.info(
            f"[BGJob] {report.queued} shards of {report.wanted.total()} exams wait for workers"
        )
        return
    log.info(
        f"[Pre-Gen] {report.made.total()} exams made for {report.learners} active learners,"
        f" {report.failed.total()} not, {report.removed} removed"
    )
    if report.seen_again:
        log.warning(f"[Pre-Gen] {report.seen_again} questions come again: the bank is small")
    for user, reason in report.broken.items():
        log.error(f"[Pre-Gen] learner {user} gets no exam: {reason}")
    if report.short:
        log.warning(f"[Pre-Gen] shortage: {report.gap}")


def _told(report: "Report") -> str:
    lines = [
        f"  {kind:<12} {'' if report.queued is not None else f'{report.made[kind]} of '}{number}"
        for kind, number in report.wanted.items()
    ]
    if report.short:
        lines.append(f"Next: {how_called()} generate --for-shortage")
    return "\n".join(lines)


__all__ = ["ConfigError", "exams"]
