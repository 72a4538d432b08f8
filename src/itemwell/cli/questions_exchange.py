"""`itemwell questions export` and `import`: the bank to and from files, by the table of formats."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from itemwell.bank import DIFFICULTIES, QUESTION_STATUSES, Stratum
from itemwell.cli.answer import Answer
from itemwell.cli.files import reading, rejecting
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError, Exit, Outcome
from itemwell.interchange.formats import FORMATS, TWO_WAY, Format, module_of, named

if TYPE_CHECKING:
    from itemwell.bank import Question
    from itemwell.interchange.row import Row

PATH = click.Path(path_type=Path)
SHOWN_REFUSALS = 10
LONGEST_NAME = 64


def filters(command: Any) -> Any:
    """The options that choose questions."""
    for option in (
        click.option(
            "--run", "run_id", type=click.IntRange(1, 2**62), help="Only those of this run."
        ),
        click.option("--status", type=click.Choice(QUESTION_STATUSES), help="Only of this status."),
        click.option("--difficulty", help="Only of this difficulty."),
        click.option("--type", "question_type", help="Only of this type."),
    ):
        command = option(command)
    return command


class InStratum(click.ParamType[Stratum]):
    """A stratum such as math/easy."""

    name = "type/difficulty"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Stratum:
        """The stratum, its difficulty among those there are."""
        kind, _, difficulty = str(value).partition("/")
        if not kind.strip() or len(kind) > LONGEST_NAME or difficulty not in DIFFICULTIES:
            self.fail(f"{value!r} is not a type and a difficulty such as math/easy", param, ctx)
        return Stratum(kind, difficulty)


@click.command(cls=Command)
@filters
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), help="[by the file's ending, or jsonl]"
)
@click.option("--output", type=PATH, help="A new file. [stdout]")
def export(common: Common, form: str | None, output: Path | None, **wanted: Any) -> Answer:
    """Write questions to a file or to stdout.

    jsonl, csv, and packages of QTI 3.0 or 2.1 carry a question whole. What moodle, gift and aiken
    cannot carry is in docs/interchange.md; those without pictures leave questions with pictures
    out, and count them. anki is for learning, and does not come back.
    """
    from itemwell.store import questions as stored
    from itemwell.store.connect import open_bank

    if output is None and common.as_json:
        raise click.UsageError("--json needs --output: stdout would carry two documents")
    name = _named(form, output)
    with open_bank(common.settings()) as bank, writing(output, binary=FORMATS[name].binary) as file:
        found = _Carried(stored.listed(bank, stored.Wanted(**wanted)), FORMATS[name])
        count = module_of(name).write(file, found)
    told = f"{count} questions exported" + (f" to {output}" if output else "")
    if found.left_out:
        told += f"; {found.left_out} left out: {name} has no pictures"
    outcome = Outcome(Exit.OK, "done", told)
    return Answer({"exported": count, "left_out": found.left_out, "format": name}, outcome=outcome)


@click.command("import", cls=Command)
@click.argument("file", type=PATH)
@click.option(
    "--format", "form", type=click.Choice(TWO_WAY), help="[by the file's ending, or jsonl]"
)
@click.option(
    "--vouched-by", metavar="NAME", help="Who answers for questions that no item model can solve."
)
@click.option(
    "--as",
    "assumed",
    type=InStratum(),
    metavar="TYPE/DIFFICULTY",
    help="What questions are whose file does not say, such as math/easy.",
)
@click.option("--rejects", type=PATH, help="Write every refused row to this new file, as JSONL.")
def import_(
    common: Common,
    file: Path,
    form: str | None,
    vouched_by: str | None,
    assumed: Stratum | None,
    rejects: Path | None,
) -> Answer:
    """Bring questions in from a file: check -> solve -> dedup -> keep.

    What an item model wrote is solved again. Others become active when somebody vouches for them,
    and wait in quarantine when not. A refused row is told with its line (in a QTI package its place
    among the files); the others go in.
    """
    from itemwell.generate import admit
    from itemwell.interchange.responses.lines import Refused
    from itemwell.store import runs
    from itemwell.store.connect import open_bank

    settings, name = common.settings(), _named(form, file)
    with (
        _reading(file, name, assumed) as rows,
        open_bank(settings) as bank,
        rejecting(rejects) as rejected,
    ):
        with runs.begin(bank, "import") as run:
            admission = admit.run(bank, run, rows, settings, vouched_by=vouched_by)
        for line, reason in admission.refused if rejected else ():
            assert rejected is not None
            rejected.add(Refused(line, reason))
    refused = [{"line": line, "reason": reason} for line, reason in admission.refused]
    lines = [f"line {row['line']}: {row['reason']}" for row in refused[:SHOWN_REFUSALS]]
    if len(refused) > SHOWN_REFUSALS:
        lines.append(f"and {len(refused) - SHOWN_REFUSALS} more: --rejects FILE has all")
    document = {"run_id": run.id, "format": name, **admission.counts(), "refusals": refused}
    return Answer(document, "\n".join(lines), run.outcome)


class _Carried:
    """The questions that a format can carry, and how many it cannot."""

    def __init__(self, found: "Iterable[Question]", form: Format) -> None:
        self._found, self._form = found, form
        self.left_out = 0

    def __iter__(self) -> "Iterator[Question]":
        for question in self._found:
            if self._form.pictures or not _pictured(question):
                yield question
            else:
                self.left_out += 1


def _pictured(question: "Question") -> bool:
    stimulus = question.draft.stimulus
    shown = [option.svg for option in question.draft.options]
    return any(svg is not None for svg in [*shown, stimulus.svg if stimulus else None])


def _named(form: str | None, path: Path | None) -> str:
    return named(form, path.suffix.removeprefix(".").lower() if path else "")


@contextmanager
def _reading(path: Path, name: str, assumed: Stratum | None) -> "Iterator[Iterator[Row]]":
    """The file's rows. What is no text is refused before anything is begun, where it should be one."""
    with reading(path) as raw:
        if FORMATS[name].binary:
            yield module_of(name).read(raw, assumed)
            return
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                while file.read(1 << 20):
                    pass
                file.seek(0)
                yield module_of(name).read(file, assumed)
        except UnicodeDecodeError:
            raise ConfigError(f"{path}: not a text in UTF-8", "save it as UTF-8") from None


@contextmanager
def writing(path: Path | None, *, binary: bool = False) -> Iterator[Any]:
    """A file for its owner alone, since keys are in it, that gets its name when it is whole; or stdout."""
    from itemwell.generate.shelf import private

    if path is None:
        yield sys.stdout.buffer if binary else sys.stdout
        return
    if not path.name:
        raise ConfigError(f"{path} is a directory", "name a file for --output")
    unfinished = path.with_name(f"{path.name}.unfinished")
    kind: Any = {"mode": "wb"} if binary else _TEXT
    try:
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        with open(unfinished, opener=private, **kind) as file:
            yield file
        unfinished.rename(path)
    except OSError as error:
        told = f"{error.filename or path}: {error.strerror}"
        raise ConfigError(told, "name another --output") from error
    finally:
        unfinished.unlink(missing_ok=True)


_TEXT = {"mode": "w", "encoding": "utf-8", "newline": ""}
