"""Things that are in one of two states, and what can be said about them."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import NamedTuple

STATES = {"on": "off", "open": "closed", "locked": "unlocked"}
COLOURS = ("red", "blue", "green", "white", "yellow", "orange", "purple", "grey")
NOUNS = {
    **dict.fromkeys(("alarm", "fan", "heater", "lamp", "pump", "radio"), "on"),
    **dict.fromkeys(("gate", "hatch", "shutter", "tap", "valve", "window"), "open"),
    **dict.fromkeys(("cabinet", "door", "drawer", "safe"), "locked"),
}

CLAIM = re.compile(rf"the ([\w ]+?) is ({'|'.join([*STATES, *STATES.values()])})", re.IGNORECASE)


class Claim(NamedTuple):
    """That a thing is in its first state (on, open, locked), or that it isn't."""

    thing: str
    holds: bool

    @property
    def denied(self) -> "Claim":
        """That the thing is in its other state."""
        return Claim(self.thing, not self.holds)

    def __str__(self) -> str:
        first = NOUNS[self.thing.split()[-1]]
        return f"the {self.thing} is {first if self.holds else STATES[first]}"


def claims(rng: Random, count: int) -> list[Claim]:
    """Claims about as many different things: coloured ones of one sort, or a mixture of sorts."""
    noun = rng.choice([*NOUNS])
    kinds = [f"{colour} {noun}" for colour in COLOURS] if rng.random() < 0.75 else [*NOUNS]
    return [Claim(thing, rng.random() < 0.5) for thing in rng.sample(kinds, count)]


def claim(text: str) -> Claim | None:
    """What a text like "the red lamp is off" claims; None for any other text."""
    found = CLAIM.fullmatch(text)
    return Claim(found[1].casefold(), found[2].casefold() in STATES) if found else None


def worlds(things: Sequence[str]) -> Iterator[dict[str, bool]]:
    """Every way in which things can be, or people tell the truth; none for more than eight."""
    if len(things) > 8:
        return
    for holds in product((True, False), repeat=len(things)):
        yield dict(zip(things, holds, strict=True))
