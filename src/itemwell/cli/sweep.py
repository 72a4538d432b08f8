"""`itemwell sweep`."""

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table

COLUMNS = {"action": "action", "status": "ended", "records": "rows", "dead": "dead letter"}


@click.command(cls=Command, short_help="Take up runs, due runs and queue jobs that died.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option(
    "--skip-if-busy", is_flag=True, help="End with 0, not 75, while another run is under way."
)
def sweep(common: Common, limit: int, skip_if_busy: bool) -> Answer:
    """Take up what said nothing for ten minutes: runs, their leases, due runs, jobs of the queue.

    Each is tried three times in all and goes to the dead letter then. A slow worker that lives is
    left alone. What was done stands in sweeper_logs.
    """
    from itemwell.store import records, runs
    from itemwell.store.connect import open_bank, transact
    from itemwell.upkeep import sweep as upkeep

    with (
        open_bank(common.settings()) as bank,
        runs.begin(bank, "sweep", skip_if_busy=skip_if_busy) as run,
    ):
        about = transact(bank, lambda db: records.trace(db, run))
        done = upkeep.run(bank, about, limit=limit)
        run.outcome = upkeep.outcome(done)
        run.counts = {each.action: each.records for each in done}
    rows = [each._asdict() for each in done]
    return Answer({"actions": rows, "run_id": run.id}, table(COLUMNS, rows), run.outcome)
