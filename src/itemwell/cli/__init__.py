"""The command line: options -> one job -> one line. Here, and only here, an error becomes a status."""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from itemwell.cli.answer import Answer, reader_gone, tell
from itemwell.cli.group import itemwell
from itemwell.errors import ConfigError, Exit, ItemwellError, Outcome, Stopped
from itemwell.stopping import leave, raising_stopped

RARELY = 50_000, 20, 100
"""How many new objects make Python look for garbage. A run makes next to none that refers to itself."""


def entry() -> None:
    """What the installed command calls."""
    for name in ("stdin", "stdout", "stderr"):  # `itemwell runs >&-`: a closed stream is None
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("r+"))  # noqa: SIM115
    gc.set_threshold(*RARELY)
    leave(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status. Every end but --help's says so in one line."""
    as_json = "--json" in arguments
    with raising_stopped():
        try:
            _require_text(arguments)
            answer = itemwell.main(list(arguments), prog_name="itemwell", standalone_mode=False)
            if not isinstance(answer, Answer):  # --help and --version have said what was asked
                return Exit.OK
            return tell(answer, as_json=as_json)
        except BaseException as error:  # noqa: BLE001 - the one guard around everything
            answer = Answer(outcome=_outcome_of(error))
            return tell(answer, as_json=as_json, arguments=arguments, error=error)


def _require_text(arguments: Sequence[str]) -> None:
    """Raise ConfigError where an argument is not in UTF-8: nothing of ours could store it."""
    for place, argument in enumerate(arguments, start=1):
        if any("\ud800" <= letter <= "\udfff" for letter in argument):
            raise ConfigError(f"argument {place} is not in UTF-8", "set the terminal to UTF-8")


def _outcome_of(error: BaseException) -> Outcome:
    match error:
        case ItemwellError() | Stopped():
            return error.outcome
        case click.UsageError():
            return _usage(error)
        case click.ClickException():
            return Outcome(Exit.CONFIG, "usage", error.format_message().rstrip("."))
        case SystemExit(code=1):  # click's answer to a reader of --help that went away
            return reader_gone().outcome
        case click.Abort() | KeyboardInterrupt():
            return Stopped(Exit.INTERRUPTED).outcome
        case ImportError():
            return Outcome(
                Exit.CONFIG, "import", f"the installation is broken: {error}", "reinstall itemwell"
            )
        case OSError() if error.filename or error.errno:
            return Outcome(Exit.FAILED, "file", f"{error.filename or 'output'}: {error.strerror}")
    traceback.print_exception(error, file=sys.stderr)
    return Outcome(
        Exit.BUG, "bug", f"{type(error).__name__}: {error}", "please report it with the lines above"
    )


def _usage(error: click.UsageError) -> Outcome:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return Outcome(Exit.CONFIG, "usage", "no command was given", "choose one of those above")
    path = error.ctx.command_path if error.ctx else "itemwell"
    message = " ".join(error.format_message().split()).rstrip(".")
    return Outcome(Exit.CONFIG, "usage", message, f"see: {path} --help")
