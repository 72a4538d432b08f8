"""How each component is, by figures alone. `unhealthy` is for what stops the work of others."""

from collections.abc import Iterator, Sequence

from itemwell.store.figures import Figures
from itemwell.store.health import Look, Vendor
from itemwell.upkeep.monitor import bank, runs
from itemwell.upkeep.monitor.limits import Limits

OK = "OK"
CLOCK_SECONDS = 5.0
MANY_WAITING = 1_000
FAILING = 0.5
HOPELESS = {"auth", "billing"}


def judged(figures: Figures, limits: Limits, vendors: Sequence[Vendor]) -> Iterator[Look]:
    """Questions, queue, vendors, disk and each job that ever ran."""
    news = bank.without_news(figures)
    yield Look("questions", "unhealthy" if news else "healthy", 0, news or OK)
    yield _queue(figures)
    full = [alert.message for alert in bank.disk(figures, limits)]
    yield Look("disk", "unhealthy" if full else "healthy", 0, "; ".join(full) or OK)
    yield from map(_vendor, vendors)
    yield from _jobs(figures, limits)


def clock(apart_seconds: float) -> Look:
    """Whether this machine and the server tell one time."""
    well = abs(apart_seconds) <= CLOCK_SECONDS
    told = OK if well else f"{apart_seconds:+.0f} s off the server's: set both by NTP"
    return Look("clock", "healthy" if well else "degraded", 0, told)


def _queue(figures: Figures) -> Look:
    told = f"{figures.waiting} wait, {figures.queue_failed} failed for good"
    if figures.queue_failed or figures.waiting > MANY_WAITING:
        return Look("queue", "degraded", 0, told)
    return Look("queue", "healthy", 0, OK)


def _vendor(vendor: Vendor) -> Look:
    name = f"vendor {vendor.name}"
    if vendor.failed <= FAILING * vendor.calls:
        return Look(name, "healthy", 0, OK)
    told = (
        f"{vendor.failed} of the last {vendor.calls} calls failed; the last one: {vendor.last_kind}"
    )
    return Look(name, "unhealthy" if vendor.last_kind in HOPELESS else "degraded", 0, told)


def _jobs(figures: Figures, limits: Limits) -> Iterator[Look]:
    """A job is degraded where its last run failed, unhealthy where it is overdue or fails on and on."""
    ill = {
        alert.job: alert
        for alert in (*runs.failures(figures, limits), *runs.overdue(figures, limits))
    }
    for job in figures.first_run:
        alert = ill.get(job)
        if alert is None:
            yield Look(f"job {job}", "healthy", 0, OK)
        else:
            status = "unhealthy" if alert.severity == "critical" else "degraded"
            yield Look(f"job {job}", status, 0, alert.message)
