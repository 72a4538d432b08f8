"""The wrong words that synonym and antonym questions offer beside the key."""

from collections.abc import Sequence
from random import Random

from itemwell.bank import Option
from itemwell.templates.verbal.meanings import Word, lookalikes, neighbours

SAME_FIELD = "takes a word of the same field of meaning, though it says something else"
LOOK_ALIKE = "goes by the look of the word: it begins or ends alike"


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
