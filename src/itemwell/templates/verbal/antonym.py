"""Asks which word means the opposite of another.

Harder with rarer words, and with more wrong options that belong to the same field of meaning.
Typical errors: a word of the same meaning for the opposite, a neighbour in the field, a word that
only looks alike.
"""

import re
from functools import cache
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.verbal.lures import lures
from itemwell.templates.verbal.meanings import (
    Word,
    opposite_meaning,
    same_meaning,
    share_a_root,
    words,
)

STEMS = (
    'Which word is most nearly opposite in meaning to "{}"?',
    'Which word comes closest to the opposite of "{}"?',
)
SAME = "takes a word of the same meaning for the opposite"


@cache
def pairs(band: int) -> tuple[tuple[Word, Word], ...]:
    """A word and one of its opposites, the rarer of the two in `band`."""
    return tuple(
        (word, key)
        for word in words().values()
        for key in opposite_meaning(word)
        if max(word.band, key.band) == band and not share_a_root(word.text, key.text)
    )


def draw(rng: Random, features: Features) -> Drawn:
    """A question with four wrong words, one of them of the same meaning where there is one."""
    word, key = rng.choice(pairs(features["band"]))
    alike = [
        Option(other.text, SAME)
        for other in same_meaning(word)
        if other.band <= features["band"] and not share_a_root(word.text, other.text)
    ]
    traps = rng.sample(alike, min(1, len(alike)))
    others = lures(rng, word, features["band"], near=features["near"], count=4 - len(traps))
    return Drawn(
        stem=rng.choice(STEMS).format(word.text),
        key=Option(key.text),
        distractors=(*traps, *others),
        explanation=f'"{word.text}" and "{key.text}" have opposite meanings; '
        "no other option is opposed to it.",
    )


def solve(posed: Posed) -> list[int]:
    """The options on the other side of the asked word's axis."""
    match = re.search(r'"([a-z-]+)"\?$', posed.stem)
    asked = words().get(match[1]) if match else None
    places = []
    for place, option in enumerate(posed.options):
        word = words().get(option.text)
        if asked and word and word.axis == asked.axis and word.side != asked.side:
            places.append(place)
    return places


MODEL = ItemModel(
    name="verbal.antonym",
    asks="Find the word that means the opposite of another.",
    levels={
        "easy": {"band": 1, "near": 1},
        "medium": {"band": 2, "near": 2},
        "hard": {"band": 3, "near": 3},
    },
    draw=draw,
    solve=solve,
)
