"""`itemwell install`: files for the scheduler that a server or platform has."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError
from itemwell.install.targets import TARGETS, WITHOUT_LINES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from itemwell.install.render import File
    from itemwell.schedule import Job

PINNED = re.compile(r"[a-z0-9][A-Za-z0-9._/:-]*@sha256:[0-9a-f]{64}")
WATCHED = timedelta(days=400)
"""So far ahead is looked for changes of the clock: both of a year, with a margin."""


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
@click.option(
    "--run-due", "one", is_flag=True,
    help="Instead of a line a job: one of `itemwell run-due` every five minutes, which does them all.",
)  # fmt: skip
@click.option(
    "--base", default="", metavar="IMAGE@sha256:...",
    help="With docker: the image to build upon, with its digest.",
)  # fmt: skip
def install(
    common: Common,
    *,
    target: str | None,
    folder: Path | None,
    only: str | None,
    prefix: str,
    force: bool,
    one: bool,
    base: str,
) -> Answer:
    """Print the files that make a scheduler run the jobs: schedule -> translate -> render -> print or write.

    They come from the one table of jobs with what [schedule.*] of itemwell.toml changes of it, hold no
    secrets, and say when to change a line. Without TARGET the targets are listed. README.md among the files is the runbook: install, first run, a
    failed run, by hand, upgrade, roll back, uninstall. It is printed by --file README.md.
    """
    from itemwell.install.render import render
    from itemwell.install.write import write

    if target is None:
        return _listed()
    _require_plain(prefix)
    _require_pinned(target, base)
    jobs = _one(target) if one else _jobs(common)
    files = _chosen(render(target, prefix=prefix, jobs=jobs, base=base), only)
    document = {"target": target, "files": {file.path: file.text for file in files}}
    if folder is None:
        return Answer(document, _printed(files, all_of_it=only is not None))
    written = write(folder, files, force=force, whole=only is None)
    told = [
        *(f"written  {folder / path}" for path in written.new),
        *(f"changed  {folder / path}" for path in written.changed),
        *(f"the same {folder / path}" for path in written.same),
        *(f"no more  {folder / path}: switch it off, and delete it" for path in written.stale),
    ]
    return Answer(document | {"written": written._asdict()}, "\n".join(told))


def _listed() -> Answer:
    width = max(map(len, TARGETS))
    rows = [f"{name:<{width}}  {what}" for name, what in TARGETS.items()]
    return Answer({"targets": TARGETS}, "\n".join(rows))


def _one(target: str) -> "Mapping[str, Job]":
    """run-due alone. It reads [schedule.*] itself, at each of its runs."""
    from itemwell.schedule import RUN_DUE

    if target in WITHOUT_LINES:
        raise ConfigError(
            f"{target} starts no run-due: it {WITHOUT_LINES[target]}",
            "leave --run-due out here, and install it where programs run: systemd, cron, kubernetes",
        )
    return {RUN_DUE.name: RUN_DUE}


def _jobs(common: Common) -> "Mapping[str, Job]":
    """The jobs with the operator's changes; he is warned where a clock change meets one."""
    import structlog

    from itemwell.cli.run_due import jobs_of
    from itemwell.schedule import clock_changes

    jobs = jobs_of(common.settings())
    now = datetime.now(UTC)
    for job in jobs.values():
        for change in clock_changes(job, now, now + WATCHED) if job.enabled else ():
            structlog.get_logger().warning(
                f"{job.name}: {change} by run-due; timers of other platforms may leave it out or double it:"
                " another hour or UTC avoids that"
            )
    return jobs


def _require_pinned(target: str, base: str) -> None:
    """Raise ConfigError for a base without digest, or one that nothing is built upon."""
    if base and target != "docker":
        raise ConfigError("--base is of `itemwell install docker` alone", "leave it out")
    if base and not PINNED.fullmatch(base):
        raise ConfigError(
            f"--base {base!r} is not an image with its digest",
            "look it up: deploy/docker/pin python:3.13-slim-bookworm",
        )


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
