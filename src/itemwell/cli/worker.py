"""`itemwell worker`: do what the queue holds, on any number of machines."""

from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common, Duration
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.queue.worker import Until


@click.command(cls=Command)
@click.option("--concurrency", type=click.IntRange(1, 4), default=1, help="Jobs at a time. [1]")
@click.option("--once", is_flag=True, help="End when nothing can be taken now.")
@click.option(
    "--until-empty", is_flag=True, help="End when nothing waits and nothing is under way."
)
@click.option("--backoff", type=Duration(), default=5, help="Before a second attempt. [5s]")
@click.option(
    "--heartbeat",
    type=click.FloatRange(0.1, 60),
    default=10,
    help="Seconds; after three times as many in silence a worker counts as dead. [10]",
)
def worker(
    common: Common,
    concurrency: int,
    backoff: float,
    heartbeat: float,
    **until: bool,
) -> Answer:
    """Do the jobs that `exams generate` and `snapshot` left with --queue: defer -> fetch -> work.

    A job has three attempts of two minutes, ever longer after the last, and stays with its reason
    then: see `itemwell exams queue`. SIGTERM ends a worker within two seconds; what a shard
    has made by then is kept, and the rest waits for another worker. All workers of a bank want one
    heartbeat.
    """
    from itemwell.blueprint import blueprints_of
    from itemwell.exams.room import Room
    from itemwell.queue.means import Means
    from itemwell.queue.worker import run
    from itemwell.store import queue
    from itemwell.store.connect import open_bank
    from itemwell.store.study import Sources
    from itemwell.walk import CONNECTIONS

    if until["once"] and until["until_empty"]:
        raise ConfigError("--once and --until-empty are two ends", "choose one")
    end: Until = "now" if until["once"] else "empty" if until["until_empty"] else "stopped"
    settings = common.settings()
    with open_bank(settings, connections=CONNECTIONS * concurrency) as bank:
        room = Room(bank, blueprints_of(settings.blueprints))
        means = Means(room, backoff, heartbeat, sources=Sources.of(settings))
        run(means, concurrency, end)
        with bank.connect() as db:
            left = queue.left(db)
            failed = sum(job.state == "failed" for job in queue.jobs(db))
    told = f"{left.waiting} jobs wait, {left.doing} are under way, {failed} failed for good"
    step = "see: itemwell exams queue" if failed else ""
    return Answer(
        {"waiting": left.waiting, "doing": left.doing, "failed": failed},
        outcome=Outcome(Exit.OK, "done", told, step),
    )
