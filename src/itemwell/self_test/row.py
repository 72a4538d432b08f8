"""A row of the fault table: what the double does, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from itemwell.double import Fault
from itemwell.double.cast import cast
from itemwell.errors import Exit

WANTED = 2
"""Questions that a row's run is asked for, where one fault does not leave the run as it is."""

EVER = 400
"""So often is for ever: no run of a row makes as many calls."""

WHOLE = 8
"""Calls for two questions: a draft, two solvers and an arbiter each."""

SPARE = 6
"""Calls that a draft may cost which a rule or a gate refused."""

NEXT = {"openai": "anthropic", "anthropic": "google", "google": "openai"}
"""Who goes on where a vendor fails and another is there."""


class End(NamedTuple):
    """How a run ends."""

    exit: Exit
    reason: str
    kept: int

    def __str__(self) -> str:
        return f"{self.exit.value} ({self.reason}) with {self.kept} kept"


DONE = End(Exit.OK, "done", WANTED)
ONE_DONE = DONE._replace(kept=1)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault. `replies` are the vendor's next ones, after them it is well.

    `kinds` are the errors that the journal must hold of this vendor, these and no others; `address`
    replaces the double's in the vendor's base URL.
    """

    name: str
    replies: tuple[Any, ...] = ()
    end: End = DONE
    wanted: int = WANTED
    kinds: frozenset[str] = frozenset()
    most_calls: int = WHOLE + SPARE
    other: bool = False  # another vendor has a key too, and is well
    refused: str = ""  # how the reason of a refused draft begins; empty: none is asked for
    noted: str = ""  # stands in the notes of a journalled answer
    least_seconds: float = 0.0
    address: str = ""
    model: str = ""  # asked for instead of the default one
    settings: Mapping[str, Any] = field(default_factory=dict)


def down(kind: str) -> End:
    """Nothing kept; the same command goes on later."""
    return End(Exit.FAILED, kind, 0)


def wrong(kind: str) -> End:
    """Nothing kept, and the operator must act."""
    return End(Exit.CONFIG, kind, 0)


def once(name: str, fault: Fault, *kinds: str, **more: Any) -> Row:
    """A fault that strikes the first call only: the run gets what it was asked for."""
    most = WHOLE // 2 + SPARE
    told = {"end": ONE_DONE, "wanted": 1, "most_calls": most, "kinds": frozenset(kinds)}
    return Row(name=name, replies=(fault,), **{**told, **more})


def refused(name: str, fault: Fault, kind: str) -> Row:
    """The same where the answer is no draft: that is refused, and another one is written."""
    return once(name, fault, kind, refused=f"draft: {kind}")


def ever(name: str, fault: Fault, end: End, **more: Any) -> Row:
    """A fault without end, and no other vendor."""
    kinds = frozenset({end.reason})
    return Row(name=name, replies=(fault,) * EVER, end=end, **{"kinds": kinds, **more})


def covered(name: str, fault: Fault, kind: str, **more: Any) -> Row:
    """A fault without end, and another vendor that goes on."""
    told = f"{name}, another vendor is well"
    return Row(name=told, replies=(fault,) * EVER, kinds=frozenset({kind}), other=True, **more)


def unreachable(name: str, address: str, end: End, *, other: bool = False) -> Row:
    """No call arrives at the vendor."""
    kinds = frozenset({"connection"})
    return Row(name=name, address=address, end=end, kinds=kinds, most_calls=0, other=other)


def after(calls: int, fault: Fault) -> tuple[Any, ...]:
    """Replies of a vendor that is well for so many calls."""
    return (cast,) * calls + (fault,) * EVER
