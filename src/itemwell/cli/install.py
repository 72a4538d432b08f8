"""`itemwell install`: files for the scheduler that a server or platform has."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError
from itemwell.install.targets import TARGETS

if TYPE_CHECKING:
    from itemwell.install.render import File


@click.command(cls=Command, short_help="Print or write the files of a scheduler.")
@click.argument("target", required=False, type=click.Choice([*TARGETS]), metavar="[TARGET]")
@click.option(
    "--write", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Write the files there instead of printing them.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="With --write: overwrite also what it did not write.")
@click.option("--file", "only", metavar="NAME", help="Print or write this one file.")
@click.option(
    "--prefix", default="/opt/itemwell", show_default=True, metavar="DIR",
    help="Where itemwell is installed: its command is DIR/bin/itemwell.",
)  # fmt: skip
def install(
    _common: Common,
    target: str | None,
    folder: Path | None,
    only: str | None,
    prefix: str,
    force: bool,
) -> Answer:
    """Print the files that make a scheduler run the jobs: schedule -> translate -> render -> print or write.

    They come from the one table of jobs, hold no secrets, and say when to change a line. Without
    TARGET the targets are listed. README.md among the files is the runbook: install, first run, a
    failed run, by hand, upgrade, roll back, uninstall. It is printed by --file README.md.
    """
    from itemwell.install.render import render
    from itemwell.install.write import write

    if target is None:
        return _listed()
    _require_plain(prefix)
    files = _chosen(render(target, prefix=prefix), only)
    document = {"target": target, "files": {file.path: file.text for file in files}}
    if folder is None:
        return Answer(document, _printed(files, all_of_it=only is not None))
    written = write(folder, files, force=force)
    told = [
        *(f"written  {folder / path}" for path in written.new),
        *(f"changed  {folder / path}" for path in written.changed),
        *(f"the same {folder / path}" for path in written.same),
    ]
    return Answer(document | {"written": written._asdict()}, "\n".join(told))


def _listed() -> Answer:
    width = max(map(len, TARGETS))
    rows = [f"{name:<{width}}  {what}" for name, what in TARGETS.items()]
    return Answer({"targets": TARGETS}, "\n".join(rows))


def _require_plain(prefix: str) -> None:
    """Raise ConfigError for a prefix that shells, units and crontabs would each read differently."""
    plain = prefix.startswith("/") and not set(prefix) & set(" \t\r\n%$\"'\\;|&<>{}`")
    if not plain:
        raise ConfigError(
            f"--prefix {prefix!r} is not an absolute path of plain letters",
            "install itemwell where the path has no spaces and no % $ \" ' \\",
        )


def _chosen(files: "list[File]", only: str | None) -> "list[File]":
    if only is None:
        return files
    chosen = [file for file in files if file.path == only]
    if not chosen:
        raise ConfigError(
            f"there is no file {only!r} here", f"choose from {', '.join(f.path for f in files)}"
        )
    return chosen


def _printed(files: "list[File]", *, all_of_it: bool) -> str:
    """The texts; with a line of its name above each where there are several."""
    from itemwell.install.render import README

    shown = files if all_of_it else [file for file in files if file.path != README]
    if len(shown) == 1:
        return shown[0].text.rstrip("\n")
    return "\n".join(f"# ==> {file.path} <==\n{file.text}" for file in shown).rstrip("\n")
