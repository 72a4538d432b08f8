"""Bodies that no vendor would send: places of a JSON tree missing, odd or doubled, bytes cut or put in."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from itemwell.double.wire import Response

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", "x", "\0", "\ud800", [], [None], [[]], {}, {"a": 1}, {"text": 1},
    "unheard_of", "refusal", '{"key": "B"}', [{"type": "text"}], {"parts": None}, {"explanation": 3},
)  # fmt: skip
DEEP = (b"[" * 50_000, b'{"error":' * 50_000, b"[" * 150 + b"]" * 150)
PLACES = 4
"""Fewer places than this are spoilt in a tree."""
STATUSES = (201, 202, 204, 418, 429, 500, 529, 599)
AFTER = ("-1", "soon", "\xff", "9" * 400, "Mon, 99 Foo", "nan", "1e999", "0")
ODD_HEAD = 0.1
"""How often the status is an odd one, and how often there is an odd Retry-After."""


def garble(response: Response) -> None:
    """Spoil it in whichever way its bytes choose: the same body comes to the same one."""
    chance = Random(response.body)
    response.body = garbled(json.loads(response.body or b"{}"), chance)
    if chance.random() < ODD_HEAD:
        response.status = chance.choice(STATUSES)
    if chance.random() < ODD_HEAD:
        response.headers["retry-after"] = chance.choice(AFTER)


def garbled(tree: Any, chance: Random) -> bytes:
    """The JSON of `tree`, with up to three places of it spoilt, and sometimes its bytes too."""
    for _ in range(chance.randrange(PLACES)):
        tree = spoilt(tree, chance)
    body = json.dumps(tree).encode()
    match chance.randrange(8):
        case 0:
            return body[: chance.randrange(len(body) + 1)]
        case 1:
            place = chance.randrange(len(body) + 1)
            return body[:place] + chance.randbytes(chance.randrange(1, 9)) + body[place:]
        case 2:
            return chance.randbytes(chance.randrange(200))
        case 3:
            return chance.choice(DEEP)
        case _:
            return body


def spoilt(tree: Any, chance: Random) -> Any:
    """`tree` with one place of it missing, odd or doubled. It is a copy."""
    tree = json.loads(json.dumps(tree))
    path = chance.choice(list(_paths(tree)))
    if not path:
        return chance.choice(ODD)
    at = tree
    for name in path[:-1]:
        at = at[name]
    match chance.randrange(3):
        case 0:
            del at[path[-1]]
        case 1 if isinstance(at, list):
            at.append(at[path[-1]])
        case _:
            at[path[-1]] = chance.choice(ODD)
    return tree


def _paths(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(tree, dict | list):
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for name, value in pairs:
            yield from _paths(value, (*path, name))
