"""What `itemwell doctor --online` looks up: each configured model at its vendor, all at once."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from itemwell.errors import ConfigError, Exit
from itemwell.stopping import run_async

if TYPE_CHECKING:
    from itemwell.generate.routing import ModelName
    from itemwell.llm.door import LLMError
    from itemwell.llm.exchange import Connected
    from itemwell.settings import Settings

SECONDS = 30.0
URLS = {
    "openai": "OPENAI_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "google": "GOOGLE_GEMINI_BASE_URL",
}


class Found(NamedTuple):
    """How it is with one model, and the status that a run with it alone would end with."""

    vendor: str
    told: str
    exit: Exit = Exit.OK


def look(settings: "Settings") -> list[Found]:
    """One line for each model that may be asked, in the order of `itemwell models`, and the embedder."""
    from itemwell.generate.routing import Routing

    names = Routing.of(settings).all()
    if not names:
        return [Found("models", "no key is configured: item models write the questions")]
    return run_async(_look_at_all(settings, names))


async def _look_at_all(settings: "Settings", names: "list[ModelName]") -> list[Found]:
    from itemwell.generate.vendors import connect

    models = [connect(settings, name, seconds=SECONDS) for name in names]
    return await asyncio.gather(*map(_look_at, [*models, *_embedders(settings)]))


def _embedders(settings: "Settings") -> "Iterator[Connected]":
    """The vendor's embedder, where one is in force and can be."""
    from itemwell.generate.embedding import identity_of
    from itemwell.generate.vendors import connect_embedder

    with suppress(ConfigError):  # told by the check of the embedder
        if settings.embedder in {"openai", "google"}:
            yield connect_embedder(settings, identity_of(settings), seconds=SECONDS)


async def _look_at(model: "Connected") -> Found:
    from itemwell.llm.door import LLMError
    from itemwell.llm.look import look_up

    try:
        await look_up(model)
    except LLMError as error:
        return Found(model.vendor, f"{error}; {_remedy(error, model.vendor)}", error.exit)
    finally:
        await model.aclose()
    return Found(model.vendor, f"the key works and {model.name} is known")


def _remedy(error: "LLMError", vendor: str) -> str:
    """What to do. A key that may only ask, and read no list, is told apart by nobody."""
    url = URLS[vendor]
    match error.kind:
        case "auth" if error.trace.status == 403:
            return f"{vendor.upper()}_API_KEY may not read models there: give it that right"
        case "auth":
            return f"the vendor rejects {vendor.upper()}_API_KEY: put a valid one into .env"
        case "invalid" | "redirect" | "too_large" | "bug":
            return f"is {url} this vendor's API?"
        case "connection" | "timeout" | "cut":
            return f"check the network, a proxy, and {url} where it is set"
        case "rate" | "overloaded":
            return "try again in a minute"
        case _:
            return error.next_step or "see what the vendor says"
