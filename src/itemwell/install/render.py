"""Renders a target: a folder of templates, each file once, or once a job where its name has `JOB`."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined

from itemwell import __version__
from itemwell.errors import ConfigError
from itemwell.install import dialects
from itemwell.install.timing import Timing
from itemwell.schedule import JOBS, RUN_DUE, Job

SUFFIX = ".j2"
README = "README.md"
PER_JOB = "JOB"
CREDENTIALS = (
    "database_url",
    "openai_api_key",
    "anthropic_api_key",
    "google_api_key",
    "sentry_dsn",
    "smtp_url",
    "slack_webhook_url",
    "alert_webhook_url",
    "ping_url",
    "otlp_endpoint",
)
"""The secrets that a scheduled job may need, by the names of their settings: all but that of `serve`."""

CHANGEABLE = ("cron", "zone", "enabled", "catch_up", "deadline", "needs")
"""Parts of a job that [schedule.*] may change."""

CLOUDWATCH_LOOKS_BACK = timedelta(days=7)


class File(NamedTuple):
    """What is rendered: a path within the target's folder, and its text."""

    path: str
    text: str

    @property
    def executable(self) -> bool:
        """Whether it is a script."""
        return self.text.startswith("#!")


def render(
    target: str, *, prefix: str, jobs: Mapping[str, Job] = JOBS, base: str = ""
) -> list[File]:
    """The files of `target` for `jobs`, the README last. `prefix` holds `bin/itemwell`.

    `base` is the image that the Dockerfile is built upon; without it the build is told. Raises
    ConfigError where the platform cannot run a schedule, or none is left.
    """
    timings = [Timing(job) for job in jobs.values() if job.enabled]
    if not timings:
        raise ConfigError(
            "every job is switched off", "enable one in [schedule.*] of itemwell.toml"
        )
    common = {
        "jobs": timings,
        "run_due": Timing(RUN_DUE),
        "prefix": prefix.rstrip("/"),
        "credentials": CREDENTIALS,
        "version": __version__,
        "base": base,
        "schedule": changes_of(jobs),
        "look_back": CLOUDWATCH_LOOKS_BACK.total_seconds(),
    }
    found = [
        File(path.replace(PER_JOB, job.name) if job else path, text)
        for name, path in _names(target)
        for job in (timings if PER_JOB in path else [None])
        if (text := _text(name, {**common, "job": job}))
    ]
    return sorted(found, key=lambda file: (file.path == README, file.path))


def changes_of(jobs: Mapping[str, Job]) -> str:
    """What differs from the table of jobs, as the setting SCHEDULE is written; empty where nothing does.

    Containers get it, so that `health`, `monitor` and `next` judge by the same times.
    """
    changes = {
        name: {part: getattr(job, part) for part in CHANGEABLE if getattr(job, part) != getattr(JOBS[name], part)}
        for name, job in jobs.items()
        if name in JOBS
    }  # fmt: skip
    different = {name: parts for name, parts in changes.items() if parts}
    return json.dumps(different, separators=(",", ":"), default=_seconds) if different else ""


def _seconds(length: timedelta) -> str:
    """A deadline as the setting is written."""
    return f"{int(length.total_seconds())}s"


def _text(name: str, context: Mapping[str, object]) -> str:
    """The rendered text; nothing where a template leaves a job out."""
    text = environment().get_template(name).render(context)
    return text.strip("\n") + "\n" if text.strip() else ""


@cache
def environment() -> Environment:
    """Jinja, with the dialects as filters. Nothing is escaped: none of this is HTML."""
    made = Environment(
        loader=FunctionLoader(lambda name: _root().joinpath(name).read_text("utf-8")),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "oncalendar": dialects.oncalendar,
        "eventbridge": dialects.eventbridge,
        "six_fields": dialects.six_fields,
        "plain": dialects.plain,
        "in_utc": dialects.in_utc,
        "kubernetes": dialects.kubernetes,
        "every_minutes": dialects.every_minutes,
        "quoted": json.dumps,
        "seconds": lambda length: int(timedelta.total_seconds(length)),
        "minutes": lambda length: int(timedelta.total_seconds(length)) // 60,
        "pascal": lambda name: "".join(part.capitalize() for part in name.split("-")),
    }
    return made


def _names(target: str) -> Iterator[tuple[str, str]]:
    """Each template of `target`: its name for Jinja, and the path of what it renders."""
    for path in _walk(_root() / target, PurePosixPath()):
        if path.suffix == SUFFIX:
            yield f"{target}/{path}", str(path.with_suffix(""))


def _walk(folder: Traversable, at: PurePosixPath) -> Iterator[PurePosixPath]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        below = at / entry.name
        if entry.is_dir():
            yield from _walk(entry, below)
        else:
            yield below


def _root() -> Traversable:
    return files("itemwell.install") / "templates"
