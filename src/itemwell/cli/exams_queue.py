"""`itemwell exams queue`: what waits for workers, what is under way, what failed and why."""

from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from itemwell.store.queue import Job


@click.command(cls=Command, name="queue")
@click.option("--clear", is_flag=True, help="Remove what waits; what is under way goes on.")
@click.option("--retry", is_flag=True, help="Let what failed for good wait again.")
def show(common: Common, *, clear: bool, retry: bool) -> Answer:
    """Show the shards that wait for workers, are under way, or failed for good, with the reasons."""
    from itemwell.store import queue
    from itemwell.store.connect import open_bank

    if clear and retry:
        raise ConfigError("--clear removes what waits, --retry adds to it", "choose one")
    with open_bank(common.settings()) as bank, bank.begin() as db:
        done = ""
        if clear:
            done = f"{queue.clear(db)} jobs removed; "
        if retry:
            done = f"{queue.revive(db)} failed jobs wait again; "
        jobs = queue.jobs(db)
    counts = {
        state: sum(job.state == state for job in jobs) for state in ("waiting", "doing", "failed")
    }
    told = ", ".join(f"{number} {state}" for state, number in counts.items())
    step = "itemwell exams queue --retry, once the reasons are mended" if counts["failed"] else ""
    return Answer(
        counts | {"jobs": [_document(job) for job in jobs]},
        "\n".join(map(_line, jobs)),
        Outcome(Exit.OK, "done", f"{done}{told}", step),
    )


def _document(job: "Job") -> dict[str, Any]:
    return job._asdict()


def _line(job: "Job") -> str:
    about = job.about
    after = f"after {about['after']} " if about.get("after") else ""
    line = f"{job.id:>6} {job.state:<8} {about.get('exam_type', job.task)}, learners {after}up to {about.get('upto')}"
    if not job.reason:
        return line
    return f"{line}\n       attempt {job.attempts} failed: {job.reason}"


__all__ = ["show"]
