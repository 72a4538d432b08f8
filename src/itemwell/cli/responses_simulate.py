"""`itemwell responses simulate`: answers from known parameters, and taking them out again."""

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import Exit, Outcome


@click.command(cls=Command)
@click.option("--learners", type=click.IntRange(1, 9_999_999), required=True, help="How many.")
@click.option("--per-learner", type=click.IntRange(1, 10_000), required=True, help="Answers each.")
@click.option(
    "--design",
    type=click.Choice(["linear", "adaptive"]),
    default="adaptive",
    show_default=True,
    help="Questions at random, or near each learner's ability.",
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True)
@click.option("--yes-mix", is_flag=True, help="Also into a bank that holds real answers.")
def simulate(
    common: Common, learners: int, per_learner: int, design: str, seed: int, yes_mix: bool
) -> Answer:
    """Draw answers of simulated learners: items -> truth -> answers -> rows.

    A question with published parameters answers by those; another by its difficulty: b around -1, 0
    or 1 with a standard deviation of 0.5, a lognormal(0, 0.3). Learners are N(0, 1), their ids begin
    with "sim-", their answers are of the last 30 days. The same seed and bank give the same answers.
    """
    from itemwell.responses import simulation
    from itemwell.responses.simulate import Order
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    order = Order(learners, per_learner, design, seed)
    with open_bank(common.settings()) as bank:
        with bank.connect() as db:
            items = simulation.require_room(db, order, mix=yes_mix)
        with runs.begin(bank, simulation.JOB, metadata={"order": simulation.told(order)}) as run:
            simulation.run(bank, run, items, order)
    return Answer({"run_id": run.id, **run.counts}, outcome=run.outcome)


@click.command("remove-simulated", cls=Command)
def remove_simulated(common: Common) -> Answer:
    """Take every answer of simulated learners out again."""
    from itemwell.store import responses
    from itemwell.store.connect import open_bank, transact

    with open_bank(common.settings()) as bank:
        removed = transact(bank, responses.remove_simulated)
        responses.analyze(bank)
    told = f"{removed:,} simulated answers removed" if removed else "there was no simulated answer"
    return Answer({"removed": removed}, outcome=Outcome(Exit.OK, "done", told))
