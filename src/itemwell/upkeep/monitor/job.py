"""The job: read -> rules -> note -> tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import Connection, Engine

from itemwell.errors import Exit, Outcome
from itemwell.schedule import JOBS
from itemwell.sentry.event import line
from itemwell.store import alerts, figures
from itemwell.store.alerts import Alert, Stored
from itemwell.store.connect import transact
from itemwell.store.runs import Run
from itemwell.tell import SECONDS
from itemwell.tell.channels import Channel
from itemwell.tell.post import beside
from itemwell.upkeep.monitor.due import WITHIN_DAYS, When, untold
from itemwell.upkeep.monitor.limits import Limits
from itemwell.upkeep.monitor.rules import TYPES, found
from itemwell.upkeep.monitor.words import message

Redact = Callable[[str], str]
log = structlog.get_logger()


@dataclass
class Report:
    """What the monitor found and said."""

    opened: list[Alert] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    standing: list[Alert] = field(default_factory=list)  # among them those that are new
    told: dict[str, int] = field(default_factory=dict)  # alerts, by channel
    problems: dict[str, str] = field(default_factory=dict)  # of channels


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom to tell and when; what must not be said is taken out by `redact`."""

    channels: Mapping[str, Channel]
    when: Callable[[Connection], When]
    redact: Redact


def run(bank: Engine, under: Run, limits: Limits, telling: Telling) -> Report:
    """Note what is wrong and what is well again, and tell it. Outcome and counts stay with the run.

    Alerts are no failure of the run, and neither is a channel that is down: it is told by the next.
    """
    report = transact(bank, lambda db: note(db, under, limits, telling.redact))
    tell(bank, telling, report)
    under.counts = {
        "alerts": len(report.standing),
        "opened": len(report.opened),
        "resolved": len(report.resolved),
    }
    said = f"{len(report.standing)} alerts stand, {len(report.opened)} new, {len(report.resolved)} well again"
    if report.problems:
        said += f"; not told: {', '.join(report.problems)}"
    step = "see: itemwell alerts" if report.standing else ""
    under.outcome = Outcome(Exit.OK, "alerts" if report.standing else "well", said, step)
    return report


def note(db: Connection, under: Run, limits: Limits, redact: Redact) -> Report:
    """Open what the rules find, resolve what they find no more."""
    state = figures.read(db, tuple(JOBS))
    report = Report()
    for alert in found(state, limits):
        clean = replace(alert, message=line(alert.message, redact))
        report.standing.append(clean)
        if alerts.note(db, clean, under.id):
            report.opened.append(clean)
    still = {each.key for each in report.standing}
    for key in alerts.open_keys(db, TYPES):
        if key not in still and alerts.resolve(db, key):
            report.resolved.append(key)
    return report


def tell(bank: Engine, telling: Telling, report: Report) -> None:
    """Tell each channel what it does not know; note what it took. SECONDS in all."""
    if not telling.channels:
        return
    known, when = transact(bank, lambda db: (alerts.to_tell(db, WITHIN_DAYS), telling.when(db)))
    news = {name: untold(name, known, when) for name in telling.channels}
    work = {
        name: lambda name=name, each=each: telling.channels[name](message(each, telling.redact))
        for name, each in news.items()
        if each
    }
    for name, problem in beside(work, SECONDS).items():
        if problem:
            report.problems[name] = problem
            log.warning(f"{name} was not told of alerts: {problem}")
        else:
            report.told[name] = len(news[name])
    took = {name: news[name] for name in report.told}
    transact(bank, lambda db: _note_told(db, took, known, tuple(telling.channels)))


def _note_told(
    db: Connection, took: Mapping[str, list[Stored]], known: list[Stored], channels: tuple[str, ...]
) -> None:
    """Per alert, who took it."""
    for alert in known:
        names = [name for name, each in took.items() if alert in each]
        if not names:
            continue
        resolved = alert.status == "resolved"
        before = alert.told_resolved if resolved else alert.told
        whole = set(channels) <= {*names, *before}
        alerts.note_told(db, alert.id, names, resolved=resolved, whole=whole)
