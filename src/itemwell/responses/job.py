"""Answers from a file: read -> score -> keep. All that can be taken go in together, or none."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import file_digest
from io import BufferedReader
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from itemwell.errors import ConfigError
from itemwell.interchange.refusals import Rejects
from itemwell.interchange.responses import moodle
from itemwell.interchange.responses.cells import Known, parsed
from itemwell.interchange.responses.quiz import Quiz, asked, recognised
from itemwell.interchange.responses.sniff import form_of, rows
from itemwell.responses.report import Report
from itemwell.store import questions, records, responses, runs
from itemwell.store.connect import transact
from itemwell.store.runs import Run

JOB = "responses import"

CLOCKS_APART = timedelta(minutes=5)
"""An answer may be so much later than the server's clock: the learner's may be fast."""


class Source(NamedTuple):
    """A file that can be read again: its bytes, its name for people, and its format where it is known.

    `quiz` are the ids of a quiz's questions in their order, `zone` is of times that name none: both
    for reports that do not say so themselves.
    """

    file: BufferedReader
    name: str
    form: str | None
    quiz: tuple[int, ...] = ()
    zone: tzinfo = UTC


def examined(bank: Engine, source: Source, *, again: bool) -> str:
    """The SHA-256 of the file, whose header is sound.

    Raises ConfigError where the header is not, or where a run took this very file in and nobody
    asked for it `again`.
    """
    source.file.seek(0)
    rows(source.file, source.form, quiz_of(bank, source))
    source.file.seek(0)
    sha256 = file_digest(source.file, "sha256").hexdigest()
    with bank.connect() as db:
        before = None if again else records.with_fact(db, JOB, "sha256", sha256)
    if before is not None:
        raise ConfigError(
            f"{source.name} is in the bank already, by run {before}",
            "add --again to take it in once more",
        )
    return sha256


def look(bank: Engine, source: Source, rejects: Rejects | None = None) -> Report:
    """What an import would do, without doing it. What is there already is not looked up."""
    report, quiz = Report(), quiz_of(bank, source)
    with bank.connect() as db:
        known = _known(db)
    for _ in _batches(source, known, quiz, report, rejects):
        pass
    return report


def run(
    bank: Engine, under: Run, source: Source, sha256: str, rejects: Rejects | None = None
) -> Report:
    """Take the file in, in one transaction that also notes its SHA-256; leave outcome and counts."""
    report = Report()
    known, quiz = transact(bank, _known), quiz_of(bank, source)

    def keep(db: Connection) -> None:
        nonlocal report
        if (kept := records.facts(db, under)).get("sha256"):  # a COMMIT whose answer was lost
            report.new, report.already = kept["new"], kept["already"]
            return
        report = Report()
        if rejects:
            rejects.restart()
        added = responses.add(db, _batches(source, known, quiz, report, rejects))
        report.new, report.already = added
        under.fence(db)  # last: it keeps the heartbeat waiting
        runs.annotate(db, under, sha256=sha256, **added._asdict())

    try:
        transact(bank, keep)
    finally:
        under.counts = report.counts()
    under.outcome = report.outcome()
    responses.analyze(bank)
    return report


def quiz_of(bank: Engine, source: Source) -> Quiz | None:
    """The quiz that a report is of; None for formats that name their questions.

    Raises ConfigError for a question that the bank has not, and for a report with too few columns.
    """
    source.file.seek(0)
    if form_of(source.file, source.form)[0] != "moodle":
        return None
    if not source.quiz:
        texts = moodle.texts_in(source.file)
        everything = questions.listed(bank, questions.Wanted()) if texts else ()
        return Quiz(by_text=recognised(texts, everything), zone=source.zone)
    with bank.connect() as db:
        found = {question.id: question for question in questions.some(db, source.quiz)}
    if missing := [number for number in source.quiz if number not in found]:
        raise ConfigError(f"the bank has no question {missing[0]}", "name others by --quiz")
    return Quiz([asked(found[number]) for number in source.quiz], zone=source.zone)


def _known(db: Connection) -> Known:
    now: datetime = responses.now(db)
    keys = {str(question): key for question, key in questions.keys(db).items()}
    return Known(keys, now, now + CLOCKS_APART)


def _batches(
    source: Source, known: Known, quiz: Quiz | None, report: Report, rejects: Rejects | None
) -> Iterator[responses.Batch]:
    """The file's answers as the store takes them; what it refuses goes to the report."""
    source.file.seek(0)
    report.form, pieces = rows(source.file, source.form, quiz)
    for raw in pieces:
        answers = parsed(raw, known)
        report.refuse(answers.refused, rejects)
        report.orphans += answers.orphans
        report.read += len(answers.columns[0])
        if answers.columns[0]:
            yield responses.Batch(*answers.columns)
