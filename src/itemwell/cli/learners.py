"""`itemwell learners`: who they are, when each was active last, and bringing that in."""

from datetime import timedelta
from pathlib import Path

import click

from itemwell.cli.answer import Answer
from itemwell.cli.files import reading, rejecting
from itemwell.cli.options import Command, Common
from itemwell.cli.runs import ListByDefault
from itemwell.cli.table import table
from itemwell.errors import ConfigError

FORMATS = ("csv", "jsonl")
PATH = click.Path(path_type=Path)
COLUMNS = {
    "user_id": "learner",
    "last_active_at": "active (UTC)",
    "answers": "answers",
    "exams_ready": "exams ready",
    "attempts": "attempts",
}


@click.group(cls=ListByDefault)
def learners() -> None:
    """List learners, show one, or bring in who they are: exams are for those who were active lately."""


@learners.command("list", cls=Command)
@click.option("--idle-days", type=click.IntRange(0, 36_500), help="Only who was active since.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
def list_(common: Common, idle_days: int | None, limit: int) -> Answer:
    """List learners, who was active last first: answers, exams that wait for them, and attempts.

    Whoever answered is a learner, also without an import.
    """
    from itemwell.store import learners as stored
    from itemwell.store.connect import open_bank

    idle = None if idle_days is None else timedelta(days=idle_days)
    with open_bank(common.settings()) as bank, bank.connect() as db:
        total, rows = stored.count(db), stored.listed(db, idle, limit)
    nothing = "no learner was active since" if total else "no learner yet"
    text = (
        table(COLUMNS, rows) if rows else f"{nothing}; itemwell learners import FILE brings some in"
    )
    return Answer({"total": total, "learners": rows}, text)


@learners.command(cls=Command)
@click.argument("user")
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True)
def show(common: Common, user: str, days: int) -> Answer:
    """Show a learner's last closed days, and what is recommended to him with the reasons."""
    from itemwell.cli.learners_show import told
    from itemwell.store import learners as stored
    from itemwell.store import recommendations, snapshots
    from itemwell.store.connect import open_bank

    with open_bank(common.settings()) as bank, bank.connect() as db:
        recent, steps = snapshots.recent(db, user, days), recommendations.standing(db, user)
        refused = snapshots.refusal(db, user)
        if not (recent or steps or refused or stored.known(db, user)):
            raise ConfigError(f"nobody knows a learner {user!r}", "see: itemwell learners list")
    document = {
        "user_id": user,
        "snapshots": [each._asdict() for each in recent],
        "no_snapshot": refused,
        "recommendations": steps,
    }
    return Answer(document, told(user, recent, refused, steps))


@learners.command("import", cls=Command)
@click.argument("file", type=PATH)
@click.option("--format", "form", type=click.Choice(FORMATS), help="[by the file's first line]")
@click.option("--rejects", type=PATH, help="Write every refused row to this new file, as JSONL.")
def import_(common: Common, file: Path, form: str | None, rejects: Path | None) -> Answer:
    """Bring in learners and when each was active last: read -> check -> keep.

    csv has a learner a row, with a header: user_id, and last_active_at (ISO 8601, UTC where it names
    no zone) where that is known; without it the learner is active now; and time_zone (IANA), whose days
    his snapshots are of, without it the site's. jsonl is the same, an object a
    line. A refused row is told with its line; the others go in together. The later moment counts, so
    that a file can be taken in again.
    """
    from itemwell.interchange.learners import rows
    from itemwell.learners import job
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    settings = common.settings()
    with reading(file) as opened, open_bank(settings) as bank, rejecting(rejects) as refused:
        rows(opened, form)  # a header that is not sound begins no run
        with runs.begin(bank, job.JOB, metadata={"file": file.name}) as run:
            report = job.run(bank, run, opened, form, refused)
    text = "\n".join(report.refusals.lines())
    return Answer({"run_id": run.id, **report.document()}, text, report.outcome())
