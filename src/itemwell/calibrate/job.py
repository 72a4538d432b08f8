"""The job: due -> load -> fit -> link -> check -> publish, with every effect in order.

Whatever happens before `publish`, the parameters of before stay in force; `publish` is one transaction.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from math import inf
from typing import TypeVar

from sqlalchemy import Connection, Engine

from itemwell.bank import ItemParameters
from itemwell.calibrate import check, choices, link
from itemwell.calibrate import fit as fitting
from itemwell.calibrate.due import MIN_NEW_RESPONSES, decide, new_among
from itemwell.calibrate.fit import Fitted, How, Scale, fit
from itemwell.calibrate.load import Loaded, load
from itemwell.calibrate.report import Report
from itemwell.calibrate.rules import Rules
from itemwell.errors import ItemwellError, Stopped
from itemwell.irt import item_fit
from itemwell.stopping import within
from itemwell.store import calibrations, stream
from itemwell.store.calibrations import Traits
from itemwell.store.connect import transact
from itemwell.store.responses import Watermark
from itemwell.store.runs import Run

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a calibration is asked to do."""

    how: How = How()
    bounds: check.Bounds = check.Bounds()
    method: link.Method = "stocking-lord"
    min_new_responses: int = MIN_NEW_RESPONSES
    since: datetime | None = None
    force: bool = False
    dry_run: bool = False
    new_scale: bool = False
    accept_drift: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """The bank as one snapshot had it."""

    loaded: Loaded
    new_responses: int
    watermark: Watermark
    past: link.Past
    traits: list[Traits]
    scale: Scale  # of the calibration in force


TOO_LATE = (
    "the deadline came before anything was published",
    "the old parameters stay in force; see --deadline",
)


class LateError(ItemwellError):
    """The deadline came first."""

    reason = "deadline"


@dataclass
class Stages:
    """The stages so far, with the seconds that each took, and the moment they have until."""

    deadline: float
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time the block as the stage `name`, if there is time for it."""
        started = self.require_time(time.monotonic())
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 3)

    def require_time(self, value: Value) -> Value:
        """`value`, if there is time to use it. Raises LateError."""
        if time.monotonic() > self.deadline:
            raise LateError(*TOO_LATE)
        return value

    def within(self, work: Callable[[], Value]) -> Value:
        """What `work` gives, if it does in time."""
        try:
            return within(self.deadline - time.monotonic(), work)
        except TimeoutError:
            raise LateError(*TOO_LATE) from None


def run(bank: Engine, under: Run, asked: Asked, deadline: float = inf) -> Report:
    """Calibrate by `deadline`, a moment of the monotonic clock; leave outcome and counts with the run.

    Raises FitError, LinkError, WildError or LateError: then nothing is published.
    """
    started = time.monotonic()
    with bank.connect() as db:
        due = decide(db, 0 if asked.force else asked.min_new_responses)
    report = Report(due.new_response_count, due.last_calibration_timestamp, dry=asked.dry_run)
    if not asked.dry_run:
        report.calibration_id = transact(bank, lambda db: _begin(db, under, report, asked))
    try:
        if not due.should_run:
            report.skipped = _too_few(report.new_responses, asked.min_new_responses)
        else:
            _calibrate(bank, under, asked, report, Stages(deadline))
    except (ItemwellError, Stopped) as error:
        _close(bank, report, "failed", str(error))
        raise
    finally:
        report.seconds = time.monotonic() - started
        under.counts = report.counts()
    if report.skipped:
        _close(bank, report, "skipped", report.skipped)
    under.outcome = report.outcome
    return report


def restore(bank: Engine, under: Run, calibration_id: int) -> int:
    """Put in force again what was in force after that calibration; the id of the new one that did."""

    def work(db: Connection) -> int:
        restored = calibrations.restore(db, calibration_id, under.id)
        under.fence(db)  # last: while it is held the run's own heartbeat waits
        return restored

    return transact(bank, work, patience=())


def _calibrate(bank: Engine, under: Run, asked: Asked, report: Report, stages: Stages) -> None:
    with stages("load"):
        read = _load(bank, asked, stages)
    _recount(bank, under, report, read.new_responses)
    report.record = {"answers": asdict(read.loaded.counts), "seconds": stages.seconds}
    if not read.loaded.counts.used:
        report.skipped = "there are no usable answers"
        return
    with stages("fit"):
        known = read.past.published, read.traits, read.scale
        fitted = stages.within(partial(fit, read.loaded, *known, asked.how))
    report.record["fit"] = fitting.told(fitted)
    with stages("link"):
        on_scale = stages.within(partial(_link, fitted, read, asked))
    report.record["link"] = link.told(on_scale)
    with stages("check"):
        report.parameters = stages.within(partial(_check, fitted, on_scale, read, asked))
    if not report.calibrated:
        why, number = report.reasons.most_common(1)[0]
        report.skipped = f"no question can be published: {number} x {why}"
        return
    if not asked.dry_run:
        with stages("publish"):
            _publish(bank, under, report, read.watermark)


def _begin(db: Connection, under: Run, report: Report, asked: Asked) -> int:
    under.fence(db)
    new, model = report.new_responses, asked.how.model
    return calibrations.begin(db, under.id, new_responses=new, model=model)


def _load(bank: Engine, asked: Asked, stages: Stages) -> Read:
    with stream.snapshot(bank) as db:
        traits = calibrations.traits(db)
        answers = stream.stream(db)
        ids = [each.question_id for each in traits]
        in_time = map(stages.require_time, answers)
        loaded = load(in_time, ids, now=answers.taken_at, rules=Rules(since=asked.since))
        return Read(
            loaded=loaded,
            new_responses=new_among(db, loaded.counts.read),
            watermark=Watermark(answers.last_id or 0, loaded.counts.read),
            past=link.Past(
                {each.question_id: each for each in calibrations.in_force(db)},
                calibrations.earlier(db),
            ),
            traits=traits,
            scale=Scale(*calibrations.last_scale(db)),
        )


def _recount(bank: Engine, under: Run, report: Report, new: int) -> None:
    """Correct what was counted before the answers were read: some were committed late, or came since."""
    mine = report.calibration_id
    if new != report.new_responses and mine is not None:

        def work(db: Connection) -> None:
            calibrations.recount(db, mine, new)
            under.fence(db)

        transact(bank, work)
    report.new_responses = new


def _link(fitted: Fitted, read: Read, asked: Asked) -> link.OnScale:
    enough = fitted.found.answers >= asked.bounds.min_answers
    shared = 0.0 if asked.since else 1.0  # all answers of before are among all answers
    way = link.Way(asked.method, asked.new_scale, shared)
    return link.to_scale(fitted, read.past, way, enough)


def _check(
    fitted: Fitted, on_scale: link.OnScale, read: Read, asked: Asked
) -> list[ItemParameters]:
    found = fitted.found
    fit_of = item_fit(fitted.responses, found.a, found.b, threads=asked.how.threads)
    if not (asked.accept_drift or asked.new_scale):
        check.require_calm(fitted, on_scale, read.past.published)
    told = choices.by_question(read.loaded.chosen, fitted.question_ids, read.traits)
    return check.parameters(fitted, on_scale, fit_of, told, asked.bounds)


def _publish(bank: Engine, under: Run, report: Report, watermark: Watermark) -> None:
    assert report.calibration_id is not None
    mine = report.calibration_id

    def work(db: Connection) -> calibrations.Published:
        done = calibrations.publish(db, mine, report.parameters, watermark, report.record)
        under.fence(db)  # last: while it is held the run's own heartbeat waits
        return done

    report.watched, report.activated = transact(bank, work)


def _close(bank: Engine, report: Report, status: str, message: str) -> None:
    mine = report.calibration_id
    if mine is not None:
        transact(bank, lambda db: calibrations.close(db, mine, status, message, report.record), ())


def _too_few(new: int, needed: int) -> str:
    answers = "answer" if new == 1 else "answers"
    return f"{new} new {answers} since the last calibration; {needed} are needed"
