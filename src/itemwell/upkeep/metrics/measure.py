"""Figures of the bank and its jobs as measures: pure. Names and units are an interface."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from itemwell.store.figures import Figures, Past
from itemwell.upkeep.monitor.generation import JOB

Labels = Mapping[str, str]
NONE: Labels = MappingProxyType({})


class Measure(NamedTuple):
    """One figure. In Prometheus `itemwell_<kind>_<name>`."""

    kind: str
    name: str
    value: float
    unit: str
    labels: Labels = NONE

    @property
    def full_name(self) -> str:
        """The name elsewhere than in the bank."""
        return f"itemwell_{self.kind}_{self.name}"


def measured(figures: Figures, targets: Mapping[str, int]) -> list[Measure]:
    """All of them."""
    return [*_bank(figures, targets), *_jobs(figures), *_generation(figures), *_days(figures)]


def _bank(figures: Figures, targets: Mapping[str, int]) -> Iterator[Measure]:
    for kind in sorted({*figures.active, *targets}):
        labels = {"question_type": kind}
        yield Measure("bank", "active_questions", figures.active.get(kind, 0), "questions", labels)
        yield Measure("bank", "target_questions", targets.get(kind, 0), "questions", labels)
    yield Measure("bank", "questions", figures.questions, "questions")
    if figures.newest_question:
        age = (figures.now - figures.newest_question).total_seconds()
        yield Measure("bank", "newest_question_age_seconds", age, "seconds")
    yield Measure("bank", "size_bytes", figures.bank_bytes, "bytes")
    yield Measure("bank", "responses_estimate", figures.responses, "responses")
    yield Measure("queue", "waiting_jobs", figures.waiting, "jobs")
    yield Measure("queue", "failed_jobs", figures.queue_failed, "jobs")
    yield Measure("alerts", "standing", figures.alerts, "alerts")


def _jobs(figures: Figures) -> Iterator[Measure]:
    for job, runs in figures.runs.items():
        labels = {"job": job}
        if job in figures.last_success:
            at = figures.last_success[job].timestamp()
            yield Measure("job", "last_success_timestamp_seconds", at, "seconds", labels)
        told = [run for run in runs if run.well or run.failed]
        if not told:
            continue
        seconds = told[0].processing_time_ms / 1000
        yield Measure("job", "last_duration_seconds", seconds, "seconds", labels)
        status = -1 if told[0].exit_status is None else told[0].exit_status
        yield Measure("job", "last_exit_status", status, "status", labels)
        share = sum(run.well for run in told) / len(told)
        yield Measure("job", "success_ratio", share, "ratio", labels)


def _generation(figures: Figures) -> Iterator[Measure]:
    """Of the last run that had something to write."""
    for run in _with(figures.runs.get(JOB, ()), "wanted"):
        counts = run.counts
        kept, drafted = counts.get("kept", 0), counts.get("drafted", 0)
        yield Measure(JOB, "wanted_questions", counts["wanted"], "questions")
        yield Measure(JOB, "kept_questions", kept, "questions")
        yield Measure(JOB, "kept_to_wanted_ratio", kept / counts["wanted"], "ratio")
        yield Measure(JOB, "drafted", drafted, "drafts")
        yield Measure(JOB, "duration_seconds", run.processing_time_ms / 1000, "seconds")
        yield Measure(JOB, "cost_dollars", float(run.usd), "dollars")
        if drafted:
            yield Measure(JOB, "approval_ratio", kept / drafted, "ratio")
            duplicates = counts.get("duplicates", 0)
            yield Measure(JOB, "duplicate_ratio", duplicates / drafted, "ratio")
        if kept:
            yield Measure(JOB, "cost_per_question_dollars", float(run.usd) / kept, "dollars")


def _days(figures: Figures) -> Iterator[Measure]:
    for run in _with(figures.runs.get("snapshot", ()), "success"):
        success, errors = run.counts["success"], run.counts.get("errors", 0)
        yield Measure("snapshot", "success_ratio", success / (success + errors), "ratio")


def _with(runs: Sequence[Past], count: str) -> Sequence[Past]:
    """The last run that has this count, as a sequence of one; or of none."""
    return [run for run in runs if run.counts.get(count)][:1]
