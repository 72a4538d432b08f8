"""What synonym and antonym questions share: their pairs of words, their wrong words, their reading."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Features
from itemwell.templates.verbal.meanings import Word, lookalikes, neighbours, share_a_root, words

SAME_FIELD = "settles for a word of the same kind that means something else"
LOOK_ALIKE = "goes by the look of the word: it begins or ends alike"


@cache
def pairs(partners: Callable[[Word], list[Word]], band: int) -> tuple[tuple[Word, Word], ...]:
    """A word and one of its partners, the rarer of the two in `band`."""
    return tuple(
        (word, key)
        for word in words().values()
        for key in partners(word)
        if max(word.band, key.band) == band and not share_a_root(word.text, key.text)
    )


def wrong_words(
    rng: Random, word: Word, features: Features, traps: Sequence[Word], why: str
) -> tuple[Option, ...]:
    """Four wrong words, one of them a trap where there is one that is neither rare nor like `word`."""
    band = features["band"]
    open_to = [
        Option(trap.text, why)
        for trap in traps
        if trap.band <= band and not share_a_root(word.text, trap.text)
    ]
    trapped = rng.sample(open_to, min(1, len(open_to)))
    return (*trapped, *lures(rng, word, band, near=features["near"], count=4 - len(trapped)))


def apart(rng: Random, pool: Sequence[Word], taken: Sequence[Word], count: int) -> list[Word]:
    """At most `count` words of the pool, no two of one axis, and none of an axis in `taken`."""
    axes = {word.axis for word in taken}
    chosen: list[Word] = []
    for word in rng.sample(pool, len(pool)):
        if word.axis not in axes and len(chosen) < count:
            axes.add(word.axis)
            chosen.append(word)
    return chosen


def lures(rng: Random, word: Word, band: int, *, near: int, count: int) -> list[Option]:
    """`count` wrong words, `near` of them from the word's own field and the others look-alikes.

    Where a word has too few look-alikes its own field makes up the number.
    """
    alike = apart(rng, lookalikes(word, band), [word], count - near)
    field = apart(rng, neighbours(word, band), [word, *alike], count - len(alike))
    return [Option(other.text, LOOK_ALIKE) for other in alike] + [
        Option(other.text, SAME_FIELD) for other in field
    ]


def on_side(posed: Posed, *, opposite: bool) -> list[int]:
    """The places of the options on the asked word's side of its axis, or on the opposite one."""
    match = re.search(r'"([a-z-]+)"\?$', posed.stem)
    asked = words().get(match[1]) if match else None
    found = [(place, words().get(option.text)) for place, option in enumerate(posed.options)]
    return [
        place
        for place, word in found
        if asked and word and word.axis == asked.axis and (word.side != asked.side) == opposite
    ]
