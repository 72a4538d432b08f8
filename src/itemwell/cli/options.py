"""Options that commands share, and the settings that come of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from itemwell import duration
from itemwell.bank import DIFFICULTIES
from itemwell.cli.answer import reader_gone

if TYPE_CHECKING:
    from itemwell.settings import Loaded, Settings


@dataclass(frozen=True, slots=True)
class Common:
    """What every command is told: where settings come from, and how much to say."""

    as_json: bool
    env_file: Path | None
    config_file: Path | None
    verbose: bool
    quiet: bool
    no_console: bool
    log_file: Path | None
    log_format: str | None

    def load(self, **flags: Any) -> "Loaded":
        """The settings in force, with the log set up by them. Raises ConfigError."""
        from itemwell import sentry
        from itemwell.cli import logs
        from itemwell.settings import load
        from itemwell.tell import pings

        flags |= {"log_file": self.log_file, "log_format": self.log_format}
        flags["log_level"] = "DEBUG" if self.verbose else None
        given = {name: value for name, value in flags.items() if value is not None}
        loaded = load(given, env_file=self.env_file, config_file=self.config_file)
        settings = loaded.settings
        logs.set_up(
            level=settings.log_level,
            console=not self.no_console,
            quiet=self.quiet,
            form=settings.log_format,
            file=settings.log_file,
        )
        sentry.set_up(settings, _command())
        pings.set_up(settings, _command())
        self._warn(loaded.warnings)
        return loaded

    def settings(self, **flags: Any) -> "Settings":
        """The settings alone."""
        return self.load(**flags).settings

    def _warn(self, warnings: tuple[str, ...]) -> None:
        import structlog

        for warning in warnings:
            structlog.get_logger().warning(warning)


def _command() -> str:
    """The command under way, without the program's name: `calibrate history`."""
    context = click.get_current_context(silent=True)
    return context.command_path.partition(" ")[2] if context else ""


_PATH = click.Path(path_type=Path)
_COMMON: dict[str, click.Option] = {
    "as_json": click.Option(
        ["--json", "as_json"], is_flag=True, help="One JSON document on stdout."
    ),
    "env_file": click.Option(["--env-file"], type=_PATH, help="Settings from this file. [.env]"),
    "config_file": click.Option(["--config-file"], type=_PATH, help="And this. [itemwell.toml]"),
    "verbose": click.Option(["--verbose", "-v"], is_flag=True, help="Log every step."),
    "quiet": click.Option(["--quiet", "-q"], is_flag=True, help="Log warnings and errors only."),
    "no_console": click.Option(
        ["--no-console"], is_flag=True, help="Log to the file; errors and the last line stay here."
    ),
    "log_file": click.Option(["--log-file"], type=_PATH, help="Append the log to this file."),
    "log_format": click.Option(
        ["--log-format"], type=click.Choice(["text", "json"]), help="[text]"
    ),
}


class Command(click.Command):
    """A command with the common options, listed apart from its own. Its function gets them first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params += _COMMON.values()

    def invoke(self, ctx: click.Context) -> Any:
        """Call the function with a Common and the command's own parameters."""
        common = Common(**{name: ctx.params.pop(name) for name in _COMMON})
        assert self.callback is not None
        try:
            return ctx.invoke(self.callback, common, **ctx.params)
        except BrokenPipeError:  # `itemwell questions export | head -1` is no failure
            return reader_gone()

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Own options first."""
        records = {param.name: param.get_help_record(ctx) for param in self.get_params(ctx)}
        own = [record for name, record in records.items() if record and name not in _COMMON]
        common = [record for name, record in records.items() if record and name in _COMMON]
        for title, rows in (("Options", own), ("Common options", common)):
            with formatter.section(title):
                formatter.write_dl(rows)


class CommandWithMore(Command, click.Group):
    """A command that has further ones below it: `itemwell calibrate`, `itemwell calibrate history`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, invoke_without_command=True, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what the command does, or what the one below it does that was named."""
        named = [*ctx._protected_args, *ctx.args]  # noqa: SLF001 - click keeps them nowhere else
        if not named:
            return super().invoke(ctx)
        name, command, rest = self.resolve_command(ctx, named)
        assert command is not None
        with command.make_context(name, rest, parent=ctx) as below:
            return command.invoke(below)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Own options, common ones, and the commands below."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


class Moment(click.ParamType[datetime]):
    """A moment such as 2026-11-01 or 2026-11-01T04:00, UTC unless it names another zone."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment, with its zone."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is not a moment such as 2026-11-01 or 2026-11-01T04:00", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def several(known: Callable[[], tuple[str, ...]], what: str) -> Callable[..., tuple[str, ...]]:
    """A callback for an option of names, repeated or with commas. Nothing given means all known."""

    def parse(
        ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
    ) -> tuple[str, ...]:
        return among(known(), names(ctx, param, values), what)

    return parse


def names(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The names given to an option, repeated or with commas, each once."""
    return tuple(dict.fromkeys(name.strip() for value in values for name in value.split(",")))


def among(
    known: tuple[str, ...], given: tuple[str, ...], what: str, hint: str | None = None
) -> tuple[str, ...]:
    """The `given` names, or all that are known where none was. Raises BadParameter for another."""
    for name in given:
        if name not in known:
            message = f"unknown {what} {name!r}; choose from {', '.join(known)}"
            raise click.BadParameter(message, param_hint=hint)
    return given or known


def difficulties() -> tuple[str, ...]:
    """The difficulties that there are."""
    return DIFFICULTIES


class Duration(click.ParamType[float]):
    """A length of time such as 90, 90s, 10m or 2h, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds, above 0 and at most a week."""
        if isinstance(value, int | float):
            return float(value)
        try:
            return duration.seconds(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
