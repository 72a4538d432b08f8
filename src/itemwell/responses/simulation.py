"""A simulation's shell: what stands in its way is told before a run is begun; then one COPY."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine

from itemwell.errors import ConfigError, Exit, Outcome
from itemwell.responses.simulate import Item, Order, batches
from itemwell.store import questions, records, responses
from itemwell.store.connect import transact
from itemwell.store.runs import Run

JOB = "responses simulate"


def require_room(db: Connection, order: Order, *, mix: bool) -> list[Item]:
    """The questions that can be posed. Raises ConfigError where the order cannot be, or must not."""
    items = [Item(**row) for row in questions.items(db)]
    if not items:
        raise ConfigError("no question is in use", "run: itemwell generate")
    if order.each > len(items):
        raise ConfigError(
            f"--per-learner {order.each} is more than the {len(items)} questions in use",
            "ask for fewer",
        )
    if not mix and responses.holds_real(db):
        raise ConfigError("the bank holds answers of real learners", "another bank, or --yes-mix")
    if responses.holds_any(db, order.prefix):
        raise ConfigError(
            f"answers by --seed {order.seed} are there already",
            "another --seed, or: itemwell responses remove-simulated",
        )
    return items


def run(bank: Engine, under: Run, items: Sequence[Item], order: Order) -> None:
    """Store the answers, all or none; outcome and counts are left with the run."""

    def keep(db: Connection) -> None:
        moment = records.begun(db, under)  # the same after a COMMIT whose answer was lost
        responses.add(db, batches(items, order, moment))
        under.fence(db)  # last: it keeps the heartbeat waiting

    transact(bank, keep)
    responses.analyze(bank)
    count = order.learners * order.each
    under.counts = {"learners": order.learners, "new": count}
    told = f"{count:,} answers of {order.learners:,} simulated learners"
    under.outcome = Outcome(Exit.OK, "done", told)


def told(order: Order) -> dict[str, Any]:
    """The order, for the run's row."""
    return asdict(order)
