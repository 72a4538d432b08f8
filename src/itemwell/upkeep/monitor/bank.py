"""Rules over the bank itself: its stock, its freshness, its disk; and how days are closed."""

from collections.abc import Iterator
from datetime import timedelta

from itemwell.store.alerts import Alert
from itemwell.store.figures import Figures
from itemwell.upkeep.monitor.limits import (
    FREE_BYTES,
    FULL,
    SILENT_DAYS,
    SNAPSHOT_SECONDS,
    SNAPSHOT_SUCCESS,
    Limits,
)


def stock(figures: Figures, limits: Limits) -> Iterator[Alert]:
    """A type has less than its share of the target. An empty bank is told by `silence` alone."""
    if not figures.questions:
        return
    for kind, target in limits.targets.items():
        held = figures.active.get(kind, 0)
        if held < limits.stock_share * target:
            message = f"the bank holds {held} active {kind} questions of {target} wanted"
            yield Alert(f"stock: {kind}", "stock_low", "warning", message, "generate")


def silence(figures: Figures, _limits: Limits) -> Iterator[Alert]:
    """No question came for 8 days."""
    if message := without_news(figures):
        yield Alert("no new question", "no_new_question", "critical", message, "generate")


def without_news(figures: Figures) -> str:
    """What health checks have always said of it; empty where the bank is fresh."""
    if figures.newest_question is None:
        return "No questions in database"
    age = figures.now - figures.newest_question
    return f"No questions generated in {age.days} days" if age > timedelta(SILENT_DAYS) else ""


def snapshots(figures: Figures, _limits: Limits) -> Iterator[Alert]:
    """Days of too many learners could not be closed, or closing them takes too long."""
    ended = [run for run in figures.runs.get("snapshot", ()) if run.well or run.failed]
    if not ended:
        return
    last = ended[0]
    success, errors = last.counts.get("success", 0), last.counts.get("errors", 0)
    share = success / (success + errors) if success + errors else 1.0
    if share < SNAPSHOT_SUCCESS:
        message = f"Daily snapshots completed: {success} success, {errors} errors: {share:.1%} success, {SNAPSHOT_SUCCESS:.0%} wanted"
        yield Alert(
            "snapshot success", "snapshot_success", "critical", message, "snapshot", last.id
        )
    seconds = last.processing_time_ms / 1000
    if seconds > SNAPSHOT_SECONDS:
        message = f"snapshots took {seconds:.0f} s, more than {SNAPSHOT_SECONDS}"
        yield Alert(
            "snapshot duration", "snapshot_duration", "warning", message, "snapshot", last.id
        )


def disk(figures: Figures, limits: Limits) -> Iterator[Alert]:
    """The bank's disk is nearly full: that of the embedded server, or what a server's has for us."""
    if limits.disk is not None:
        free, whole = limits.disk
        if free < min(FREE_BYTES, (1 - FULL) * whole):
            message = f"only {free / 1e6:.0f} MB free on the bank's disk"
            yield Alert("disk", "disk_full", "critical", message)
    if limits.bank_bytes is not None and figures.bank_bytes > FULL * limits.bank_bytes:
        used = f"{figures.bank_bytes / 1e9:.2f} GB of {limits.bank_bytes / 1e9:.2f}"
        yield Alert("bank size", "disk_full", "critical", f"the bank takes {used}")
