"""`itemwell config`: the settings in force, and where they come from."""

from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common

if TYPE_CHECKING:
    from itemwell.settings import Loaded


@click.group()
def config() -> None:
    """Show and check the settings."""


@config.command(cls=Command)
def show(common: Common) -> Answer:
    """Print each value and where it came from; of a secret only that it is set."""
    told = rows(common.load())
    width = max(map(len, told))
    lines = [
        f"{name.upper():<{width}}  {row['value']}  ({row['from']})" for name, row in told.items()
    ]
    return Answer({"settings": told}, "\n".join(lines))


@config.command(cls=Command)
def check(common: Common) -> Answer:
    """End 0 where every setting can be used, else 3 with all problems in one line."""
    common.load()
    return Answer({"problems": []}, "every setting can be used")


@config.command(cls=Command)
@click.option("--markdown", is_flag=True, help="As the table of docs/settings.md.")
def example(_common: Common, markdown: bool) -> Answer:
    """Print .env.example: every setting with its meaning."""
    from itemwell import settings

    text = settings.markdown() if markdown else settings.example()
    return Answer({"example": text}, text.rstrip("\n"))


def rows(loaded: "Loaded") -> dict[str, dict[str, Any]]:
    """Each setting's value, of a secret only whether it is set, and where it came from."""
    return {
        name: {"value": _shown(loaded, name), "from": loaded.origins[name]}
        for name in loaded.origins
    }


def _shown(loaded: "Loaded", name: str) -> Any:
    from itemwell.settings import SECRETS

    value = getattr(loaded.settings, name)
    if name == "database_url" and value is not None:
        from itemwell.store.connect import name_of

        return name_of(loaded.settings)
    if name in SECRETS:
        return "not set" if value is None else "set"
    if isinstance(value, dict):
        return ", ".join(f"{key}={part}" for key, part in value.items()) or "none"
    return "not set" if value is None else str(value)
