"""Rules over how runs of jobs ended: failures, overdue, and no use for long."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from itemwell.schedule import GRACE, previous
from itemwell.store.alerts import Alert
from itemwell.store.figures import Figures, Past
from itemwell.upkeep.monitor.limits import Limits


def failures(figures: Figures, _limits: Limits) -> Iterator[Alert]:
    """The last run of a job failed or died; critical from the third in a row on."""
    for job, runs in figures.runs.items():
        told = [run for run in runs if run.well or run.failed]
        bad = list(takewhile(lambda run: run.failed, told))
        if not bad:
            continue
        last = bad[0]
        times = "" if len(bad) == 1 else f" {len(bad)} times in a row"
        message = f"{job} failed{times}; run {last.id}: {last.error_message or last.reason or last.status}"
        severity = "critical" if len(bad) >= 3 else "warning"
        yield Alert(f"failed: {job}", "job_failed", severity, message, job, last.id)


def overdue(figures: Figures, limits: Limits) -> Iterator[Alert]:
    """A job had its time by its own schedule, and has no success since.

    One that never ran here, or is disabled, is left alone: not everybody uses every job.
    """
    for job, first in figures.first_run.items():
        known = limits.jobs.get(job)
        if known is None or not known.enabled or job in figures.disabled:
            continue
        wanted = previous(known, figures.now - known.deadline - GRACE)
        last = figures.last_success.get(job)
        if wanted and first < wanted and (last is None or last < wanted):
            since = f"last success {last:%Y-%m-%d %H:%M} UTC" if last else "it never succeeded"
            message = f"{job} is overdue since {wanted:%Y-%m-%d %H:%M} UTC; {since}"
            yield Alert(f"overdue: {job}", "job_overdue", "critical", message, job)


def idle(figures: Figures, limits: Limits) -> Iterator[Alert]:
    """So many runs in a row without any use, whatever they called themselves: skipped, failed, 0 kept."""
    for job, runs in figures.runs.items():
        few = runs[: limits.idle_runs]
        if len(few) == limits.idle_runs and all(map(_useless, few)):
            message = f"{job}: nothing useful for {len(few)} runs; the last one: {_why(few)}"
            yield Alert(f"idle: {job}", "nothing_useful", "critical", message, job, few[0].id)


def dead_letters(figures: Figures, _limits: Limits) -> Iterator[Alert]:
    """What was tried as often as it may be: due runs of a job that did not run since, jobs of the queue."""
    for job, number in figures.dead.items():
        message = f"{number} due runs of {job} were given up; see: itemwell jobs history {job}"
        yield Alert(f"dead letter: {job}", "dead_letter", "critical", message, job)
    if figures.queue_failed:
        message = (
            f"{figures.queue_failed} jobs of the queue were given up; see: itemwell exams queue"
        )
        yield Alert("dead letter: queue", "dead_letter", "warning", message)


def _useless(run: Past) -> bool:
    if run.job == "generate" and run.status in {"success", "partial"}:
        counts = run.counts
        return bool(counts.get("wanted")) and not counts.get("kept") and not counts.get("handed_in")
    return run.failed or run.status == "skipped"


def _why(runs: Sequence[Past]) -> str:
    last = runs[0]
    return last.error_message or last.reason or last.status
