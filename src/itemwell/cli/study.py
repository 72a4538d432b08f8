"""`itemwell study`: bring in what learners study."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.files import reading, rejecting
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from itemwell.settings import Settings

KINDS = {
    "lessons": "lessons_table",
    "progress": "lesson_progress_table",
    "quizzes": "quiz_attempts_table",
    "sessions": "study_sessions_table",
}
"""What can be brought in, and the setting that names its table."""

PATH = click.Path(path_type=Path)


@click.group()
def study() -> None:
    """Bring in what learners study: snapshots and recommendations rest on it."""


@study.command("import", cls=Command)
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=PATH)
@click.option("--rejects", type=PATH, help="Write every refused row to this new file, as JSONL.")
def import_(common: Common, kind: str, file: Path, rejects: Path | None) -> Answer:
    """Bring in lessons, progress, quizzes or sessions: read -> check -> keep.

    CSV with a header, or JSON lines with the same names. lessons: id, title, position, question_type,
    minutes, active. progress: user_id, lesson_id, started_at, completed_at, score, time_spent_seconds.
    quizzes: user_id, external_id, lesson_id, question_type, kind (quiz or exercise), score (0 to 100),
    started_at, completed_at. sessions: user_id, external_id, started_at, ended_at, seconds. Times are
    ISO 8601, UTC where they name no zone. A refused row is told with its line; the others go in
    together. A row that is known is brought up to date, so that a file can be taken in again.
    """
    from itemwell.store import runs
    from itemwell.store.connect import open_bank
    from itemwell.study import job

    settings = common.settings()
    _require_ours(settings, kind)
    with reading(file) as opened, open_bank(settings) as bank, rejecting(rejects) as refused:
        job.require_header(opened, kind)  # a header that is not sound begins no run
        about = {"file": file.name, "kind": kind}
        with runs.begin(bank, job.JOB, metadata=about) as run:
            report = job.run(bank, run, opened, kind, refused)
    text = "\n".join(report.refusals.lines())
    return Answer({"run_id": run.id, **report.document()}, text, report.outcome())


def _require_ours(settings: "Settings", kind: str) -> None:
    """Raise ConfigError where the rows are the application's own."""
    setting = KINDS[kind]
    table, ours = getattr(settings, setting), type(settings).model_fields[setting].default
    if table != ours:
        told = f"{setting.upper()} is {table}, which is not ours to fill"
        raise ConfigError(told, "bring the rows in where that view takes them from")
