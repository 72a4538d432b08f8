"""Whether a vendor takes the key and knows the model's name: looked up, not asked, so it costs nothing."""

from difflib import get_close_matches
from typing import Any

from itemwell.llm.door import LLMError
from itemwell.llm.exchange import Connected
from itemwell.llm.reading import Unreadable, load


async def look_up(model: Connected) -> None:
    """Return where `model` can be asked, but for its balance. Raises LLMError that says why not."""
    exchange = model.exchange
    body = await exchange.in_time(model.look())
    try:
        tree, _ = load(body)
    except Unreadable:
        tree = None
    names = _names(tree)
    if names is None:
        raise LLMError("invalid", f"{exchange.me}: what answers there is no list of models")
    if isinstance(tree, dict) and "data" in tree and not _known(model.name, names):
        near = get_close_matches(model.name, names, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise LLMError("unknown_model", f"{exchange.me}: the server has no such model{hint}")


def _names(tree: Any) -> list[str] | None:
    """The models that the body of an answer tells of; None where it is no such body."""
    match tree:
        case {"data": list(rows)}:
            return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]
        case {"id": str(name)} | {"name": str(name)}:
            return [name]
        case _:
            return None


def _known(name: str, names: list[str]) -> bool:
    """Ollama lists `llama3.3:latest` and is asked for `llama3.3`."""
    return name in names or f"{name}:latest" in names
