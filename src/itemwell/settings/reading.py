"""Where settings come from: flags, then environment, then `.env`, then `itemwell.toml`, then defaults.

pydantic-settings reads each place and pydantic checks the values; `load` merges them by hand, so
that every value knows where it came from and all problems are told at once.
"""

import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from dotenv.parser import parse_stream
from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    TomlConfigSettingsSource,
)

from itemwell.errors import ConfigError
from itemwell.settings.table import Settings

DEFAULT = "default"

NEVER_FROM_DOTENV = frozenset(
    {"LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "PATH"}
    | {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
)
"""Names that change how programs run: a `.env` file must not set them, so they are passed over."""


SECRETS = tuple(
    name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None
)


class Loaded(NamedTuple):
    """Settings, with where each came from and what the operator should be told of."""

    settings: Settings
    origins: Mapping[str, str]  # name of the field -> "environment", ".env", "default" ...
    warnings: tuple[str, ...]


class SecretFiles(InitSettingsSource):
    """Secrets in files: `NAME_FILE` (Docker), or `$CREDENTIALS_DIRECTORY/name` (systemd)."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        found = {name: _read_secret(path) for name, path in _secret_paths(environ).items()}
        super().__init__(Settings, init_kwargs=found)


def load(
    flags: Mapping[str, Any] | None = None,
    *,
    env_file: Path | None = None,
    config_file: Path | None = None,
) -> Loaded:
    """The settings in force. Raises ConfigError with all problems in one message, no value in it."""
    dotenv, toml = env_file or Path(".env"), config_file or Path("itemwell.toml")
    problems = [*_dotenv_problems(dotenv, must_exist=env_file is not None)]
    problems += _toml_problems(toml, must_exist=config_file is not None)
    _refuse(problems)
    values, origins = _merge(dict(flags or {}), dotenv, toml)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        _refuse([_told(problem, origins) for problem in error.errors(include_input=False)])
    return Loaded(settings, origins, tuple(_warnings(dotenv)))


def example() -> str:
    """The text of `.env.example`: every setting in order, its description as the comment."""
    lines = ["# Copy to .env and change what you need. Environment variables win over this file."]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}", f"#{name.upper()}={_example_value(field.default)}"]
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """The settings as the table of docs/settings.md."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = _example_value(field.default)
        shown = f"`{default}`" if default else ""
        meaning = str(field.description).replace("|", "\\|")
        lines.append(f"| `{name.upper()}` | {shown} | {meaning} |")
    return "\n".join(lines)


def _merge(
    flags: dict[str, Any], dotenv: Path, toml: Path
) -> tuple[dict[str, Any], dict[str, str]]:
    places: list[tuple[str, PydanticBaseSettingsSource]] = [
        ("flag", InitSettingsSource(Settings, init_kwargs=flags)),
        ("environment", EnvSettingsSource(Settings)),
        ("secret file", SecretFiles(os.environ)),
        (dotenv.name, DotEnvSettingsSource(Settings, env_file=dotenv)),
        (toml.name, TomlConfigSettingsSource(Settings, toml_file=toml)),
    ]
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, DEFAULT)
    for origin, source in reversed(places):
        try:
            found = {name: value for name, value in source().items() if name in origins}
        except ValueError as error:  # a mapping that is not JSON; the message names the field
            told = f'{_unparsed(error)} ({origin}): must be JSON such as {{"math": 100}}'
            raise ConfigError(told, "mend it") from None
        values |= found
        origins |= dict.fromkeys(found, origin)
    return values, origins


def _dotenv_problems(path: Path, *, must_exist: bool) -> list[str]:
    text, problem = _read(path, must_exist=must_exist)
    if problem:
        return [problem]
    broken = [binding.original.line for binding in parse_stream(StringIO(text)) if binding.error]
    return [f"{path}, line {line}: not of the form NAME=value" for line in broken]


def _toml_problems(path: Path, *, must_exist: bool) -> list[str]:
    text, problem = _read(path, must_exist=must_exist)
    if problem:
        return [problem]
    try:
        names = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [f"{path}: not valid TOML: {error}"]
    return [f"{path}: {_unknown(name)}" for name in names if name not in Settings.model_fields]


def _read(path: Path, *, must_exist: bool) -> tuple[str, str | None]:
    """The text of `path` and no problem, or no text and the problem."""
    try:
        return path.read_text("utf-8"), None
    except FileNotFoundError:
        return "", f"{path}: no such file" if must_exist else None
    except UnicodeDecodeError:
        return "", f"{path}: not a text in UTF-8"
    except OSError as error:
        return "", f"{path}: cannot be read: {error.strerror}"


def _unknown(name: str) -> str:
    near = get_close_matches(name, Settings.model_fields, n=1)
    return f"unknown setting {name}" + (f"; did you mean {near[0]}?" if near else "")


def _secret_paths(environ: Mapping[str, str]) -> dict[str, Path]:
    directory = environ.get("CREDENTIALS_DIRECTORY")
    paths = {}
    for name in SECRETS:
        credential = Path(directory or os.devnull, name)
        try:
            if credential.is_file():
                paths[name] = credential
        except OSError as error:  # the folder belongs to another user
            told = f"the secret {credential} cannot be read: {error.strerror}"
            raise ConfigError(told, "mend CREDENTIALS_DIRECTORY") from None
        if given := environ.get(f"{name.upper()}_FILE"):
            paths[name] = Path(given)
    return paths


def _read_secret(path: Path) -> str:
    text, problem = _read(path, must_exist=True)
    if problem:
        raise ConfigError(f"the secret's file {problem}", "mend NAME_FILE of the secret")
    return text.strip()


def _told(problem: Any, origins: Mapping[str, str]) -> str:
    name, *within = map(str, problem["loc"])
    inside = f" {'.'.join(within)}" if within and problem["type"] != "value_error" else ""
    what = str(problem["msg"]).removeprefix("Value error, ").partition(", unable to")[0]
    return f"{name.upper()}{inside} ({origins.get(name, DEFAULT)}): {what.replace('Input should', 'must')}"


def _unparsed(error: ValueError) -> str:
    """Which mapping is not JSON: pydantic-settings says it in a sentence of its own."""
    names = [name for name in Settings.model_fields if f'"{name}"' in str(error)]
    return ", ".join(name.upper() for name in names) or "a value"


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ConfigError("; ".join(problems), "mend what is named")


def _warnings(dotenv: Path) -> list[str]:
    text, _ = _read(dotenv, must_exist=False)
    names = sorted({str(binding.key).upper() for binding in parse_stream(StringIO(text))})
    told = [_odd_name(name) for name in names]
    return [f"{dotenv.name}: {warning}" for warning in told if warning]


def _odd_name(name: str) -> str | None:
    """What is odd about a name in `.env`; names of other programs may stand there too."""
    known = [field.upper() for field in Settings.model_fields]
    if name in NEVER_FROM_DOTENV:
        return f"{name} is ignored: set it in the environment"
    near = get_close_matches(name, known, n=1, cutoff=0.85)
    return f"{name} is no setting; did you mean {near[0]}?" if near and name not in known else None


def _example_value(default: Any) -> str:
    return str(default) if isinstance(default, int | float | str | Decimal) else ""
