"""What `itemwell doctor --online` looks up: each configured model at its vendor, all at once."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from itemwell.errors import Exit
from itemwell.stopping import run_async

if TYPE_CHECKING:
    from itemwell.generate.routing import ModelName
    from itemwell.llm.door import LLMError
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
    """One line for each model that may be asked, in the order of `itemwell models`."""
    from itemwell.generate.routing import Routing

    names = Routing.of(settings).all()
    if not names:
        return [Found("models", "no key is configured: item models write the questions")]
    return run_async(_look_at_all(settings, names))


async def _look_at_all(settings: "Settings", names: "list[ModelName]") -> list[Found]:
    return await asyncio.gather(*(_look_at(settings, name) for name in names))


async def _look_at(settings: "Settings", name: "ModelName") -> Found:
    from itemwell.generate.vendors import connect
    from itemwell.llm.door import LLMError
    from itemwell.llm.look import look_up

    model = connect(settings, name, seconds=SECONDS)
    try:
        await look_up(model)
    except LLMError as error:
        return Found(name.vendor, f"{error}; {_remedy(error, name.vendor)}", error.exit)
    finally:
        await model.aclose()
    return Found(name.vendor, f"the key works and {name.model} is known")


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
