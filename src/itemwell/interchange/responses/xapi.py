"""xAPI statements, a line each, an array, or what a learning record store replies: those that say "answered".

The question is named by its id at the end of the activity's (https://example.org/items/12, .../q12 or
.../itemwell-12); the learner by account, mailbox or its hash.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from itemwell.interchange.responses.cells import COLUMNS, Raw
from itemwell.interchange.responses.events import duration, question_at, raw, text, within
from itemwell.interchange.responses.objects import objects


def read(file: BinaryIO, _header: str) -> Iterator[Raw]:
    """The answers of `file`."""
    return (raw(piece, _answer) for piece in objects(file, ("statements",)))


def _answer(statement: dict[str, Any]) -> dict[str, str] | str:
    """The cells of an answer, or why it is none."""
    if not text(within(statement, "verb", "id")).endswith("/answered"):
        return "a statement that is no answer"
    actor = within(statement, "actor")
    result = within(statement, "result")
    names = (within(actor, "account", "name"), within(actor, "mbox"), within(actor, "mbox_sha1sum"))
    user = next((text(name) for name in (*names, within(actor, "openid")) if name), "")
    success = within(result, "success")
    values = (
        user.removeprefix("mailto:"),
        question_at(text(within(statement, "object", "id"))),
        {True: "1", False: "0"}.get(success, "") if isinstance(success, bool) else "",
        text(within(result, "response")),
        duration(text(within(result, "duration"))),
        text(within(statement, "timestamp") or within(statement, "stored")),
    )
    return dict(zip(COLUMNS, values, strict=True))
