"""`itemwell generate --collect`: go on with every order whose asks are with the vendors as batches."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from itemwell.cli.answer import Answer
from itemwell.errors import Busy, ConfigError, Exit, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from itemwell.generate.material import Passage
    from itemwell.generate.order import Order
    from itemwell.generate.work import Bounds
    from itemwell.settings import Settings
    from itemwell.store.batches import Waiting


def collect(
    settings: "Settings",
    order: "Order",
    asked: dict[str, Any],
    bounds: "Bounds",
    passages: "Sequence[Passage]",
) -> Answer:
    """Go on with the orders that wait, those about material where `order` is about the same.

    Raises ConfigError where only orders about other material wait: what came for them is in the
    journal all the same.
    """
    from itemwell.store import batches, runs
    from itemwell.store.connect import open_bank, transact

    with open_bank(settings) as bank:
        transact(bank, runs.close_dead)
        with bank.connect() as db:
            waiting = batches.waiting(db)
        if asked["lease"]:
            waiting = [each for each in waiting if each.lease == f"generate:{asked['lease']}"]
        sources = {"models", order.source}
        mine = [each for each in waiting if each.order["source"] in sources]
        others = [each for each in waiting if each not in mine]
        if not mine:
            return _without_orders(bank, settings, others)
        skip = asked["skip_if_busy"]
        answers = [_go_on(bank, each, settings, bounds, passages, skip=skip) for each in mine]
    return _joined(answers, [_needs_material(each) for each in others])


def _go_on(
    bank: "Engine",
    waiting: "Waiting",
    settings: "Settings",
    bounds: "Bounds",
    passages: "Sequence[Passage]",
    *,
    skip: bool,
) -> Answer:
    from itemwell.cli.generate import answer_of
    from itemwell.generate import job
    from itemwell.generate.order import Order
    from itemwell.store import runs

    order = Order.from_json(waiting.order)
    material = passages if order.source != "models" else ()
    try:
        with runs.begin(bank, "generate", lease=waiting.lease, skip_if_busy=skip) as run:
            report = job.run(bank, run, order, settings, bounds, material=material, mode="collect")
    except Busy as busy:
        if busy.exit is not Exit.OK:
            raise
        return Answer(outcome=busy.outcome)
    return answer_of(report, run, settings)


def _without_orders(bank: "Engine", settings: "Settings", others: "Sequence[Waiting]") -> Answer:
    """Take the answers in, so that the books are right, though no order is to be gone on with."""
    from itemwell.generate.batch.collect import collect as collect_all
    from itemwell.stopping import run_async
    from itemwell.store import batches

    with bank.connect() as db:
        left = batches.open_ones(db)
    if not left and not others:
        return _ended("nothing_to_collect", "nothing to collect")
    found = run_async(collect_all(bank, settings)) if left else None
    if others:
        raise ConfigError(
            f"run {others[-1].run_id} asks about material", "give the same --from FILE again"
        )
    with bank.connect() as db:
        left = batches.open_ones(db)
    if left:
        since = f"{left[0].created_at:%Y-%m-%d %H:%M}"
        plural = "" if len(left) == 1 else "es"
        return _ended("submitted", f"{len(left)} batch{plural} under way, oldest since {since}")
    answers = found.answers if found else 0
    return _ended("collected", f"{answers} answers collected, no order waits for them")


def _needs_material(waiting: "Waiting") -> str:
    return f"Run {waiting.run_id} asks about other material: give its --from FILE to go on with it."


def _joined(answers: Sequence[Answer], told: Sequence[str]) -> Answer:
    """One answer for several orders; it ends as the worst of them did."""
    worst = max((each.outcome for each in answers), key=lambda outcome: outcome.exit)
    text = "\n".join([*(each.text for each in answers if each.text), *told])
    if len(answers) == 1:
        return Answer(answers[0].document, text, worst)
    message = "; ".join(each.outcome.message for each in answers)
    document = {"runs": [each.document for each in answers]}
    return Answer(document, text, worst._replace(message=message))


def _ended(reason: str, message: str) -> Answer:
    text = f"{message[0].upper()}{message[1:]}."
    return Answer({"answers": 0}, text, Outcome(Exit.OK, reason, message))
