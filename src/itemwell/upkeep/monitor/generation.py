"""Rules over what runs of `generate` made of their drafts, against what is usual here."""

from collections.abc import Callable, Iterator
from statistics import median

from itemwell.store.alerts import Alert
from itemwell.store.figures import Figures, Past
from itemwell.upkeep.monitor.limits import FALLEN, FEW_DRAFTS, FEW_RUNS, RISEN, RISEN_SHARE, Limits

JOB = "generate"


def approval(figures: Figures, _limits: Limits) -> Iterator[Alert]:
    """Fewer drafts pass than usual."""
    for run, share, usual in _against_the_usual(figures, approval_rate):
        if share < FALLEN * usual:
            message = f"approval rate {share:.0%} in run {run.id}, {usual:.0%} is usual"
            yield Alert("approval rate", "approval_fallen", "warning", message, JOB, run.id)


def duplicates(figures: Figures, _limits: Limits) -> Iterator[Alert]:
    """More drafts are twins of what the bank has."""
    for run, share, usual in _against_the_usual(figures, duplicate_rate):
        if share > RISEN * usual and share > usual + RISEN_SHARE:
            message = f"duplicates {share:.0%} in run {run.id}, {usual:.0%} is usual"
            yield Alert("duplicate rate", "duplicates_risen", "warning", message, JOB, run.id)


def cost(figures: Figures, _limits: Limits) -> Iterator[Alert]:
    """A question that was kept costs more than usual."""
    for run, each, usual in _against_the_usual(figures, cost_per_question):
        if each > RISEN * usual > 0:
            message = f"${each:.4f} per accepted question in run {run.id}, ${usual:.4f} is usual"
            yield Alert("cost per question", "cost_risen", "warning", message, JOB, run.id)


def approval_rate(run: Past) -> float | None:
    """Share of the drafts that were kept; None where few were written."""
    drafted = run.counts.get("drafted", 0)
    return run.counts.get("kept", 0) / drafted if drafted >= FEW_DRAFTS else None


def duplicate_rate(run: Past) -> float | None:
    """Share of the drafts that were duplicates; None where few were written."""
    drafted = run.counts.get("drafted", 0)
    return run.counts.get("duplicates", 0) / drafted if drafted >= FEW_DRAFTS else None


def cost_per_question(run: Past) -> float | None:
    """US dollars for each question that was kept; None where none was, or nothing was paid."""
    kept = run.counts.get("kept", 0)
    return float(run.usd) / kept if kept and run.usd else None


def _against_the_usual(
    figures: Figures, measure: Callable[[Past], float | None]
) -> Iterator[tuple[Past, float, float]]:
    """The last run that has the measure, its value and the median before it; nothing of few runs."""
    known = [(run, measure(run)) for run in figures.runs.get(JOB, ())]
    found = [(run, value) for run, value in known if value is not None]
    if len(found) > FEW_RUNS:
        (run, value), *before = found
        yield run, value, median(value for _, value in before)
