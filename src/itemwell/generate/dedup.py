"""Stage 6, dedup: what tells the draft from every other question. The bank's index has the last word."""

from collections.abc import Container
from dataclasses import dataclass

from itemwell.bank import Draft
from itemwell.errors import Rejected
from itemwell.similar.signature import signature, skeleton

STAGE = "dedup"
TWIN = "the bank holds it already"


@dataclass(frozen=True, slots=True)
class Identity:
    """`signature` is unique in the bank; questions of one `skeleton` never meet in one exam."""

    signature: str
    skeleton: str


def identify(draft: Draft, seen: Container[str] = ()) -> Identity:
    """The identity of `draft`. Raises Rejected where this run has `seen` its signature already."""
    mine = Identity(signature(draft), skeleton(draft))
    if mine.signature in seen:
        raise Rejected(STAGE, "this run wrote it already")
    return mine
